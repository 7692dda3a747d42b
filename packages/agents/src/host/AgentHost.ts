/**
 * What all adapters of agents share: commands once, one turn at a time, one end per turn, the process and its end.
 *
 * Invariants: those of `agent-adapter.ts`. `ready` or `failed` is the first note, `exit` the last call; a taken turn gets
 * exactly one `turn-ended`, whatever the driver or the process does. Commands that came before `ready` wait.
 */
import { setTimeout as pass } from "node:timers/promises"
import { AGENT_EVENTS } from "@holdfast/protocol/agent/agent-events"
import { cutText } from "@holdfast/protocol/agent/cut"
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { AgentInfo, Resumed } from "@holdfast/protocol/agent/agent"
import type { PermissionAsk } from "@holdfast/protocol/agent/permission"
import { AdapterRefused, type ChildExit } from "@holdfast/adapter/adapter"
import { MARKER } from "@holdfast/adapter/process/environment"
import type { AgentHandle, AgentSink } from "@holdfast/adapter/agent-adapter"
import type { AgentDriver } from "./agent-driver.ts"
import type { AgentInstruction, AgentNote, AgentStart, TurnEnd } from "@holdfast/link/agent-messages"
import { deliverRead } from "./deliver-read.ts"
import { AgentLog } from "./AgentLog.ts"
import { boundedAsk, boundedInfo, transcriptBatches } from "./bounds.ts"
import { HeldCommands } from "./HeldCommands.ts"
import { LeftProcesses } from "./LeftProcesses.ts"
import { AgentProcess, endGroup, type AgentEnvironment, type AgentProgram } from "@holdfast/adapter/process/process-group"
import { RecentIds } from "./RecentIds.ts"
import { SignsOfLife } from "./SignsOfLife.ts"
import { Tasks } from "./Tasks.ts"
import { AgentTimers } from "./AgentTimers.ts"
import { Turns } from "./Turns.ts"

/** Closed its output without ending: given up after this long, in milliseconds. */
const CLOSED_MILLIS = 1000
/** How long what was read before an exit may take to be reported, and an agent to answer that it is to end, in milliseconds. */
const DRAIN_MILLIS = 1000
/** Grace for what an agent that ended by itself left behind, in milliseconds. */
const LEFT_GRACE_MILLIS = 500
/** Deliveries remembered. */
const IDS_MAX = 4096

type Cause = NonNullable<TurnEnd["error"]>

/** Runs one agent; drivers call its methods. */
export class AgentHost implements AgentHandle {
  readonly start: AgentStart
  readonly environment: AgentEnvironment
  readonly log: AgentLog
  readonly life = new SignsOfLife({ note: (note) => this.#note(note), works: () => this.#turns.streams })
  /** What runs in the background. */
  readonly tasks = new Tasks((note) => this.#note(note))
  readonly #sink: AgentSink
  readonly #say = (text: string): void => this.log.say(text)
  readonly #turns: Turns
  readonly #left: LeftProcesses
  readonly #messages = new RecentIds(IDS_MAX)
  readonly #end = Promise.withResolvers<void>()
  #driver: AgentDriver | undefined
  #process: AgentProcess | undefined
  #exit: ChildExit | undefined
  #phase: "starting" | "ready" | "ending" | "over" = "starting"
  #told = false
  #paused = false
  #cause: Cause | undefined
  #killing: Promise<void> | undefined
  readonly #held = new HeldCommands()
  readonly #timers = new AgentTimers()

  constructor(
    start: AgentStart,
    environment: AgentEnvironment,
    sink: AgentSink,
    makeDriver: (host: AgentHost) => AgentDriver | Promise<AgentDriver>,
  ) {
    this.start = start
    this.environment = environment
    this.log = new AgentLog(start.directory)
    this.#sink = sink
    this.#left = new LeftProcesses({ tasks: this.tasks, marker: environment[MARKER], pid: () => this.#process?.pid })
    this.#turns = new Turns(start.interruptGrace, {
      note: (note) => this.#note(note),
      drive: (act) => this.#drive(act),
      ignored: () => this.#ignored(),
      paused: () => this.#paused,
    })
    setImmediate(() => void this.#begin(makeDriver))
  }

  // For drivers.

  /** Starts the agent's process; throws `AdapterRefused`. At most one per host. */
  spawn(program: AgentProgram): AgentProcess {
    if (this.#phase === "ending" || this.#phase === "over") throw new AdapterRefused("SessionNotReady", "the agent is ending")
    if (this.#process !== undefined) throw new AdapterRefused("Unavailable", "the agent has its process")
    const started = new AgentProcess(program, program.environment ?? this.environment, {
      error: (bytes) => {
        this.log.write(bytes)
        this.life.seen()
      },
      exit: (exit) => void this.#exited(exit),
      closedOutput: () => {
        if (this.#phase !== "over") this.#after(CLOSED_MILLIS, () => this.crash("AgentClosed", "the agent closed its output"))
      },
      unwritable: (message) =>
        this.#after(CLOSED_MILLIS, () => this.crash("AgentClosed", `the agent takes no input: ${message}`)),
    })
    this.#process = started
    if (started.pid > 0) this.#sink.spawned?.(started.pid)
    return started
  }

  /** The agent can take messages. */
  ready(told: { readonly pid?: number; readonly resumed: Resumed; readonly native?: string; readonly info?: AgentInfo }): void {
    if (this.#phase !== "starting" || this.#told) return
    this.#told = true
    this.#phase = "ready"
    this.#note({
      type: "ready",
      pid: this.#process?.pid ?? 0,
      ...told,
      ...(told.info && { info: boundedInfo(told.info, this.#say) }),
    })
    this.#held.release(
      (command) => this.#carryOut(command),
      ({ messageId: id, turn }) =>
        this.#turns.refuseTurn({ id, turn }, "the turn was interrupted before it began", "interrupted"),
    )
  }

  info(info: AgentInfo, native?: string): void {
    this.#note({ type: "info", info: boundedInfo(info, this.#say), ...(native === undefined ? {} : { native }) })
  }

  /** The agent confirmed a message. */
  taken(id: string): void {
    this.#turns.taken(id)
  }

  /** A message certainly did not reach the agent. */
  returned(id: string, reason: string): void {
    this.#turns.returned(id, reason)
  }

  /** The agent begins a turn by itself; gives its id, or that of the streaming one. */
  beginTurn(): string {
    return this.#turns.begin()
  }

  /** Something of the streaming turn; outside of a turn it goes to the agent's log. */
  chunk(chunk: AgentChunk): void {
    if (!this.#turns.chunk(chunk)) this.log.say(`${chunk.type} outside of a turn is left out`)
  }

  /** The streaming turn is over; more than one end, or one without a turn, is nothing. */
  turnEnded(end: TurnEnd): void {
    this.#turns.end(end, false)
    if (this.#turns.takeToolUse()) this.#left.look()
    if (this.#phase === "ready") this.#turns.next(this.#driver)
  }

  /** Asks for permission, in the streaming turn or, for a task or without a turn, beside it; cancelled at once when no one can be asked. */
  ask(request: PermissionAsk): void {
    const asked = boundedAsk(request, this.#say)
    const reason = this.#phase === "ready" ? this.#turns.ask(asked) : "the agent is ending"
    if (reason === undefined) return
    if (!this.#turns.unasked(request.title, reason)) this.log.say(`a request is refused: ${reason}`)
    this.#drive(() => this.#driver?.answer(request.id, { type: "cancelled", reason }))
  }

  /** The agent took its question back. */
  withdraw(permission: string): void {
    this.#turns.withdraw(permission)
  }

  /** The provider's limit was met; `until` in epoch milliseconds, `short` when it can be tried again soon. */
  limited(message: string, more: { readonly until?: number; readonly short?: true } = {}): void {
    this.#note({ type: "limited", message: cutText(message, AGENT_EVENTS["queue/held"].cut.message), ...more })
  }

  /** Entries of the agent's own transcript. */
  transcript(key: string, entries: ReadonlyArray<unknown>): void {
    for (const batch of transcriptBatches(entries, this.#say)) this.#note({ type: "transcript", key, entries: batch })
  }

  /** Gives the agent up, also before it is ready: its turn ends with this reason, its processes are killed. */
  crash(tag: string, message: string): void {
    if (this.#phase === "ending" || this.#phase === "over") return
    this.#cause ??= { tag, message: cutText(message, AGENT_EVENTS["session/agent-failed"].cut.message) }
    this.log.say(`${tag}: ${message}`)
    // Whoever asks for the end hears of what could not be ended; here the log has it.
    this.end(0).catch((error: unknown) => this.log.say(error instanceof Error ? error.message : String(error)))
  }

  // For the thread.

  command(command: AgentInstruction): void {
    // A message that came back is handed over again with another turn.
    if (command.type === "deliver" && !this.#messages.add(`${command.messageId}:${command.turn}`)) return
    if (this.#phase === "ready") return this.#carryOut(command)
    if (this.#phase === "starting") this.#held.hold(command)
    if (this.#phase === "ending" && command.type === "deliver") this.#refuse(command, "the agent is ending")
  }

  #refuse({ messageId: id, turn, steer }: Extract<AgentInstruction, { type: "deliver" }>, reason: string): void {
    if (steer) this.#turns.refuse(id, reason)
    else this.#turns.refuseTurn({ id, turn }, reason, "error")
  }

  #carryOut(command: AgentInstruction): void {
    const driver = this.#driver
    if (driver === undefined) return
    switch (command.type) {
      case "deliver":
        return deliverRead(this.#turns, driver, command)
      case "interrupt":
        return this.#turns.interrupt(driver, command.turn)
      case "answer":
        return this.#turns.answer(driver, command.requestId, command.outcome)
      case "stop-task":
        return this.#drive(() => this.#left.stop(command.taskId) || driver.stopTask?.(command.taskId))
      case "configure":
        return this.#drive(() => driver.configure(command))
    }
  }

  pause(): void {
    this.#paused = true
    const driver = this.#driver
    if (driver?.pause === undefined) this.#process?.pause()
    else this.#drive(() => driver.pause?.())
  }

  continue(): void {
    this.#paused = false
    const driver = this.#driver
    if (driver?.continue === undefined) this.#process?.continue()
    else this.#drive(() => driver.continue?.())
  }

  /** Ends the agent and all it started; rejects with `AdapterRefused` when something does not end. */
  end(graceMillis: number): Promise<void> {
    if (this.#phase === "over") return this.#end.promise
    return this.#stop({ tag: "AgentEnded", message: "the agent's process was ended" }, graceMillis)
  }

  async #stop(cause: Cause, graceMillis: number): Promise<void> {
    this.#cause ??= cause
    const wait = this.#phase === "ready" ? Math.min(DRAIN_MILLIS, graceMillis) : 0
    this.#leave()
    if (wait > 0) await Promise.race([this.#driver?.leave?.(), pass(wait, undefined, { ref: false })])
    this.#drive(() => this.#driver?.close?.())
    const running = this.#process
    this.#killing = running?.end(graceMillis) ?? endGroup(this.environment[MARKER], undefined, graceMillis)
    await this.#killing
    if (running === undefined) this.#finish({ code: 1 })
    await this.#end.promise
  }

  /** From here on nothing new begins. */
  #leave(): void {
    if (this.#phase === "ending") return
    this.#phase = "ending"
    if (!this.#told) this.#fail()
    this.#timers.clear()
    this.#held.refuse((message) => this.#refuse(message, "the agent did not start"))
    this.#turns.refuseWaiting("the agent ended before it began")
  }

  async #begin(makeDriver: (host: AgentHost) => AgentDriver | Promise<AgentDriver>): Promise<void> {
    if (this.#phase !== "starting") return
    const { startTimeout, name } = this.start
    this.life.awaitStart(startTimeout, (waited) => {
      if (this.#phase === "starting") this.crash("AgentSilent", `${name} did not get ready within ${waited} ms`)
    })
    try {
      const driver = await makeDriver(this)
      this.#driver = driver
      // Told ready before its driver was here: what waited can continue now.
      if (this.#told) this.#turns.next(driver)
    } catch (error) {
      if (error instanceof AdapterRefused) this.crash(error.failure.tag, error.failure.message)
      else this.crash("AgentCrashed", error instanceof Error ? error.message : String(error))
    }
  }

  async #exited(exit: ChildExit): Promise<void> {
    if (this.#exit !== undefined) return
    this.#exit = exit
    const driver = this.#driver
    if (driver?.drained !== undefined)
      await Promise.race([driver.drained(), pass(DRAIN_MILLIS, undefined, { ref: false })]).catch(() => undefined)
    const how = exit.signal === undefined ? `with code ${exit.code}` : `by ${exit.signal}`
    const problem = this.log.problem === undefined ? "" : ` (its log could not be written: ${this.log.problem})`
    this.#cause ??= { tag: "AgentExited", message: `the agent's process ended ${how}${problem}; logs/agent.log may say why` }
    this.#leave()
    this.#drive(() => driver?.close?.())
    try {
      await (this.#killing ?? endGroup(this.environment[MARKER], undefined, LEFT_GRACE_MILLIS))
    } catch (error) {
      this.log.say(error instanceof Error ? error.message : String(error))
    }
    this.#finish(exit)
  }

  #finish(exit: ChildExit): void {
    if (this.#phase === "over") return
    const cause = this.#cause ?? { tag: "AgentExited", message: "the agent ended" }
    this.#turns.end({ outcome: cause.tag === "AgentEnded" ? "interrupted" : "error", error: cause }, true)
    this.#phase = "over"
    this.#left.close()
    this.log.close()
    this.#sink.exit(exit)
    this.#end.resolve()
  }

  #ignored(): void {
    const grace = this.start.interruptGrace
    this.crash("AgentKilled", `the agent did not stop within ${grace} ms and was killed with its process group`)
  }

  #fail(): void {
    this.#told = true
    this.#note({ type: "failed", ...(this.#cause ?? { tag: "AgentExited", message: "the agent ended" }) })
  }

  #note(note: AgentNote): void {
    if (this.#phase === "over") return
    this.#turns.flush()
    this.#sink.note(note)
  }

  #drive(act: () => void): void {
    try {
      act()
    } catch (error) {
      this.crash("AgentCrashed", `the adapter failed: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  #after(millis: number, act: () => void): void {
    if (this.#phase !== "ending" && this.#phase !== "over") this.#timers.after(millis, act)
  }
}
