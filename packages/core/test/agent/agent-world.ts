/**
 * A world of one agent session for model tests: the log, a hub that can restart, a runner that can die, and an agent that
 * performs duties late, twice, or never.
 *
 * The agent remembers the hand-overs it was given, as the runner does, so that a duty performed twice is harmless;
 * a new process remembers nothing.
 */
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { AgentSpec } from "@holdfast/protocol/agent/agent"
import type { PermissionAsk } from "@holdfast/protocol/agent/permission"
import type { Event } from "@holdfast/protocol/event"
import type { EventDraft } from "@holdfast/protocol/events"
import { type Command, decide } from "../../src/decide.ts"
import type { Decision } from "../../src/decision.ts"
import { duties, type Duty } from "../../src/agent/duties.ts"
import type { AgentReport } from "../../src/agent/commands.ts"
import { evolve } from "../../src/evolve.ts"
import { type SessionState, toSession } from "../../src/state.ts"

export const SESSION = "01890000-0000-7000-8000-000000000001"
export const SPEC: AgentSpec = { name: "scripted", adapter: "scripted", cwd: "/", env: [], options: {} }

const eventOf = ({ name, data, by, turn }: EventDraft, seq: number): Event => {
  const [channel, type] = name.split("/")
  const author = { ...(by === undefined ? {} : { by }), ...(turn === undefined ? {} : { turn }) }
  return JSON.parse(JSON.stringify({ seq, time: seq, channel, type, ...author, data })) as Event
}

/** An agent's process as the model has it. */
interface Process {
  ready: boolean
  turn: string | undefined
  /** The turn is the agent's own. */
  own: boolean
  readonly tasks: Set<string>
  readonly known: Set<string>
  readonly steered: Array<string>
  readonly waiting: Array<Extract<Duty, { type: "deliver" }>>
  readonly asked: Set<string>
}

/** The world. */
export class AgentWorld {
  readonly log: Array<Event> = []
  /** Messages in the order in which they were given to a process. */
  readonly delivered: Array<string> = []
  state: SessionState
  process: Process | undefined
  /** Duties that this connection has performed. */
  performed = new Set<string>()
  /** Notes of the journal that the hub has not read. */
  readonly journal: Array<AgentReport> = []
  #ids = 0

  constructor(steers = true) {
    this.state = undefined as unknown as SessionState
    this.submit({ _tag: "Create", kind: "agent", label: "a", tags: [], owner: "o", agent: SPEC })
    this.#steers = steers
  }
  readonly #steers: boolean

  /** A new id; ids never repeat. */
  id(prefix: string): string {
    return `${prefix}${++this.#ids}`
  }

  /** Carries out a command as the hub's loop does. */
  submit(command: Command): Decision {
    const decision = decide(this.state as SessionState | undefined, command)
    if (decision._tag === "Accepted") {
      for (const draft of decision.events) {
        const event = eventOf(draft, this.log.length + 1)
        this.check?.(this.state, event)
        this.log.push(event)
        const next = evolve(this.state as SessionState | undefined, event, SESSION)
        if (next === undefined) throw new Error("a session begins with session/created")
        this.state = next
      }
    }
    return decision
  }

  /** Sees every event before it is folded. */
  check: ((before: SessionState | undefined, event: Event) => void) | undefined

  /** The hub was killed: its state is the fold of the log, and it has performed nothing. */
  restartHub(): void {
    let state: SessionState | undefined
    for (const event of this.log) state = evolve(state, event, SESSION)
    this.state = JSON.parse(JSON.stringify(state)) as SessionState
    this.performed = new Set()
  }

  /** Performs the duty at `at`, also one that was performed before. */
  performAny(at: number): void {
    const open = duties(this.state)
    const duty = open[at % Math.max(1, open.length)]
    if (duty !== undefined) this.perform(duty)
  }

  /** Performs every duty that this connection has not performed since it stands. */
  performAll(): void {
    const owed = duties(this.state)
    for (const id of this.performed) if (!owed.some((duty) => duty.id === id)) this.performed.delete(id)
    for (const duty of owed) {
      if (duty.type !== "start" && this.performed.has(duty.id)) continue
      this.performed.add(duty.id)
      this.perform(duty)
    }
  }

  perform(duty: Duty): void {
    if (duty.type === "start") {
      this.submit({ kind: "request", _tag: "AgentStarting", child: this.id("c"), runner: "r" })
      this.process = {
        ready: false,
        turn: undefined,
        own: false,
        tasks: new Set(),
        known: new Set(),
        steered: [],
        waiting: [],
        asked: new Set(),
      }
      this.performed = new Set()
      return
    }
    const { process } = this
    if (process === undefined) return
    switch (duty.type) {
      case "deliver":
        if (process.known.has(duty.id)) return
        process.known.add(duty.id)
        if (!duty.steer) process.waiting.push(duty)
        else if (process.turn === duty.turn) process.steered.push(duty.messageId)
        else this.#return(duty.messageId, "the turn is over")
        return this.#next()
      case "interrupt":
        if (process.turn === duty.turn) this.endTurn("interrupted")
        for (const early of process.waiting.splice(0)) {
          if (early.turn === duty.turn) this.#return(early.messageId, "interrupted before it began")
          else process.waiting.push(early)
        }
        return
      case "answer":
        if (process.asked.delete(duty.requestId)) this.#note({ kind: "report", _tag: "AgentSettled", requestId: duty.requestId })
        return
      case "stop-task":
        return this.endTask(duty.taskId)
      case "end":
        this.process = undefined
        this.#note({ kind: "report", _tag: "AgentExited", code: 0 })
        return
      case "configure":
        this.#note({ kind: "report", _tag: "AgentTold", info: { ...(duty.model === undefined ? {} : { model: duty.model }) } })
        if (duty.mode !== undefined) this.#note({ kind: "report", _tag: "AgentTold", info: { mode: duty.mode } })
    }
  }

  /** The process can take messages. */
  becomeReady(): void {
    if (this.process === undefined || this.process.ready) return
    this.process.ready = true
    this.#note({ kind: "report", _tag: "AgentReady", pid: 7, resumed: "new", info: { steers: this.#steers } })
    this.#next()
  }

  /** The hub wants the process to end, which its duty does later. */
  unload(): void {
    this.submit({ kind: "report", _tag: "AgentEnding", reason: "idle" })
  }

  /** The process could not be started. */
  failToStart(): void {
    if (this.process === undefined || this.process.ready) return
    for (const { messageId } of this.process.waiting) this.#return(messageId, "not started")
    this.#note({ kind: "report", _tag: "AgentFailed", tag: "Unavailable", message: "no" })
    this.process = undefined
  }

  /** No process could be made: its program or its directory is not there. */
  failBefore(): void {
    if (this.process !== undefined || this.journal.length > 0) return
    this.submit({ kind: "report", _tag: "AgentFailed", tag: "Unprocessable", message: "no" })
  }

  /** The agent takes a question back, whether it was answered or not. */
  withdraw(pick: number): void {
    const id = [...(this.process?.asked ?? [])].at(pick % 3)
    if (id === undefined || this.process?.asked.delete(id) !== true) return
    this.#note({ kind: "report", _tag: "AgentWithdrew", requestId: id })
  }

  say(text: string): void {
    const { turn } = this.process ?? {}
    const chunk: AgentChunk = { type: "text-delta", id: "1", delta: text }
    if (turn !== undefined) this.#note({ kind: "report", _tag: "AgentSaid", turn, chunks: [chunk] })
  }

  /** Takes the messages that were steered into the turn. */
  takeSteered(): void {
    const { turn, steered } = this.process ?? {}
    if (turn === undefined || steered === undefined) return
    for (const id of steered.splice(0)) {
      this.delivered.push(id)
      this.#note({ kind: "report", _tag: "AgentTook", messageId: id, turn })
    }
  }

  /** The agent begins a turn by itself. */
  beginOwn(): void {
    const { process } = this
    if (process === undefined || !process.ready || process.turn !== undefined) return
    process.turn = this.id("own")
    process.own = true
    this.say("by itself")
  }

  startTask(): void {
    if (this.process?.ready !== true) return
    const id = this.id("task")
    this.process.tasks.add(id)
    this.#note({ kind: "report", _tag: "AgentTaskStarted", task: { id, kind: "shell", description: "runs" } })
  }

  endTask(id: string | undefined): void {
    if (id === undefined || this.process?.tasks.delete(id) !== true) return
    this.#note({ kind: "report", _tag: "AgentTaskEnded", taskId: id, outcome: "completed" })
  }

  ask(tool: string, background = false): void {
    const { turn: streaming, asked, ready } = this.process ?? {}
    if (asked === undefined || ready !== true || (streaming === undefined && !background)) return
    const turn = background ? {} : { turn: streaming ?? "" }
    const id = this.id("p")
    asked.add(id)
    const options = [
      { id: "yes", label: "Yes", kind: "allow_once" as const },
      { id: "no", label: "No", kind: "reject_once" as const },
    ]
    const request: PermissionAsk = { id, kind: "tool", tool, title: tool, subject: "ls -l", input: {}, options }
    this.#note({ kind: "report", _tag: "AgentAsked", ...turn, request, at: 1, always: [] })
  }

  endTurn(outcome: "completed" | "interrupted" | "error"): void {
    const { process } = this
    if (process?.turn === undefined) return
    const { turn } = process
    process.turn = undefined
    process.own = false
    const message = { id: turn, role: "assistant" as const, parts: [], turn, createdAt: 1 }
    const error = outcome === "error" ? { error: { tag: "ModelError", message: "529" } } : {}
    this.#note({
      kind: "report",
      _tag: "AgentEnded",
      turn,
      outcome,
      ...error,
      usage: { outputTokens: 1 },
      message,
      next: this.id("t"),
    })
    for (const id of process.steered.splice(0)) this.#return(id, "the turn is over")
    this.#next()
  }

  limit(continues: boolean): void {
    if (this.process?.turn === undefined) return
    this.#note({ kind: "report", _tag: "AgentLimited", message: "limit", at: 0, until: 1, continues })
    this.endTurn("error")
  }

  /** The process ends by itself, in whatever it is doing. */
  exit(): void {
    if (this.process === undefined) return
    this.process = undefined
    this.#note({ kind: "report", _tag: "AgentExited", code: 1 })
  }

  /** The runner dies; what was in its journal on disk is read first. */
  loseRunner(): void {
    if (this.process === undefined) return
    this.process = undefined
    this.readJournal()
    this.submit({ kind: "report", _tag: "AgentLost", reason: "runner-died", message: "gone" })
  }

  /** The hub reads the next note, or all. */
  readJournal(count = Number.POSITIVE_INFINITY): void {
    for (let i = 0; i < count; i++) {
      const note = this.journal.shift()
      if (note === undefined) return
      this.submit(note)
    }
  }

  #return(id: string, reason: string): void {
    this.#note({ kind: "report", _tag: "AgentReturned", messageId: id, reason, next: this.id("t") })
  }

  #note(report: AgentReport): void {
    this.journal.push(report)
  }

  #next(): void {
    const { process } = this
    if (process === undefined || !process.ready || process.turn !== undefined) return
    const next = process.waiting.shift()
    if (next === undefined) return
    process.turn = next.turn
    this.delivered.push(next.messageId)
    this.#note({ kind: "report", _tag: "AgentTook", messageId: next.messageId, turn: next.turn })
  }

  /** The record as doors show it. */
  record(): ReturnType<typeof toSession> {
    return toSession(this.state, { firstSeq: 1, lastSeq: this.log.length, change: 1 })
  }
}
