/**
 * Drives one session's agent: looks at the durable state after every change and performs what is owed to the process
 * (docs/protocol/rules.md, A-2).
 *
 * Level-triggered: each duty is performed once per connection to the runner and found again after a reconnect or a
 * restart; the runner carries each out once. A process that is to end gets nothing more: what is sent meanwhile is for
 * the next one.
 */
import { duties, type Duty, isBehindTrust } from "@holdfast/core/agent/duties"
import type { Ending } from "@holdfast/core/agent/agent-facts"
import { hasBackground } from "@holdfast/core/agent/tasks"
import type { Command } from "@holdfast/core/decide"
import { decide } from "@holdfast/core/decide"
import type { AgentInstruction } from "@holdfast/link/agent-messages"
import { RequestRefused, RunnerGone } from "@holdfast/link/RunnerConnection"
import type { DirectoryTrust } from "@holdfast/protocol/agent/trust"
import type { LogRecord } from "@holdfast/protocol/record"
import type { ChildPart } from "../child/ChildPart.ts"
import type { RunnerLink } from "../child/RunnerLink.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import type { ChildFollower, Translate } from "../child/ChildFollower.ts"
import { AgentClock, type Due, nextDeadline, quietSince } from "./AgentClock.ts"
import type { AgentContext } from "./AgentContext.ts"
import type { DrivenAgent } from "./DrivenAgent.ts"
import { commandFor } from "./duty-command.ts"
import { Errands } from "./Errands.ts"
import { Folder } from "./Folder.ts"
import { keepBefore } from "./keep-before.ts"
import { StreamingMessage } from "./StreamingMessage.ts"
import { translateNotes } from "./notes.ts"
import { OwedRules } from "./OwedRules.ts"
import { startAgent } from "./start-agent.ts"
import { DIRECTORY_UNTRUSTED } from "./trust/check-directory.ts"

/** Wait before a start that came to nothing is looked at again, in milliseconds. */
const START_AGAIN = 1000
/** Wait before a rule that could not be stored is stored again, in milliseconds. */
const KEEP_AGAIN = 1000
/** Wait before a process that did not end is ended again, in milliseconds. */
const END_AGAIN = 10_000

/** The driver of one session's agent. */
export class DutyDriver implements DrivenAgent {
  readonly context: AgentContext
  readonly session: OpenSession
  readonly part: ChildPart
  readonly live: StreamingMessage
  readonly translate: Translate
  readonly #clock: AgentClock
  readonly #folder: Folder
  readonly #owedRules: OwedRules
  readonly #errands = new Errands()
  readonly #performed = new Set<string>()
  #heardAt: number
  #planned = false
  /** Whether people's words about the directory were compared with the record since the session was opened. */
  #compared = false
  #again: NodeJS.Timeout | undefined
  #stopped = false

  constructor(context: AgentContext, session: OpenSession, part: ChildPart) {
    this.context = context
    this.session = session
    this.part = part
    this.live = new StreamingMessage(session)
    this.translate = translateNotes(this)
    this.#folder = new Folder(session, context.folds)
    this.#owedRules = new OwedRules({
      rules: context.rules,
      keep: ({ rule }) => context.run(context.rules.keep(rule)),
      kept: ({ rule }) => this.submit({ kind: "report", _tag: "RuleKept", rule }),
      failed: (cause) => {
        this.report("a rule for all sessions could not be stored and will be retried", { cause: String(cause) })
        this.#planLater(KEEP_AGAIN)
      },
    })
    this.#heardAt = context.now()
    this.#clock = new AgentClock(
      context.now,
      () => nextDeadline(session.durable, context.settings, this.#heardAt, this.#reachable !== undefined),
      (due) => this.#due(due),
    )
    context.pool.join(this)
    this.plan()
  }

  /** True while the session has, or is about to have, a process that is not to end. */
  get hasProcess(): boolean {
    const { agent, process } = this.session.state
    return agent?.ending === undefined && (this.part.starting || process === "starting" || process === "running")
  }

  /** True when the process does nothing, also not in the background, and nothing waits for it. */
  get idle(): boolean {
    const { agent, process } = this.session.state
    const sent = agent?.queue.some(({ status }) => status === "sent") ?? false
    const busy = sent || (agent !== undefined && (agent.turn !== undefined || hasBackground(agent)))
    return process === "running" && !busy && agent?.ending === undefined && this.#reachable !== undefined
  }

  /** When the agent was last used, in epoch milliseconds. */
  get usedAt(): number {
    return Math.max(this.#heardAt, this.session.durable.lastActiveAt)
  }

  /** True while the session must stay in memory although no one is attached. */
  get busy(): boolean {
    return this.#planned || this.#clock.armed || this.#folder.busy || this.session.durable.agent?.owedRules !== undefined
  }

  /** The agent did something. */
  heard(): void {
    this.#heardAt = this.context.now()
  }

  /** A child is on a connection: it is followed once the live message is whole. */
  connected(follower: ChildFollower): void {
    this.#performed.clear()
    this.heard()
    this.#follow(follower)
  }

  /** Records that are durable now. */
  appended(records: ReadonlyArray<LogRecord>): void {
    if (records.some(({ channel }) => channel !== "agent")) this.plan()
  }

  /** An append failed: what was placed may be gone. */
  stalled(): void {
    this.live.drop()
  }

  /** The session was claimed again. */
  resumed(): void {
    this.live.drop()
    const { follower } = this.part
    if (follower !== undefined) this.#follow(follower)
    this.plan()
  }

  /** The session leaves this hub's memory. */
  stop(): void {
    this.#stopped = true
    this.context.pool.leave(this)
    clearTimeout(this.#again)
    this.#clock.stop()
    this.live.stop()
    this.#folder.stop()
  }

  /** Has the process ended once that is durable; the next message starts it again. */
  unload(reason: Exclude<Ending["reason"], "renewed">): void {
    this.submit({ kind: "report", _tag: "AgentEnding", reason })
  }

  /** Resolves once the log says that the process is to end, with the background tasks that run; at once when there are none. */
  async announceEnd(): Promise<void> {
    if ((this.session.state.agent?.tasks.length ?? 0) === 0) return
    await new Promise<void>((resolve) => {
      this.session.submit({
        decide: (state) => decide(state, { kind: "report", _tag: "AgentEnding", reason: "stopped" }),
        done: () => resolve(),
      })
    })
  }

  /** What is in the session's directory, and whether it may run. */
  found(trust: DirectoryTrust | undefined): void {
    const known = this.session.state.agent?.trust
    if (trust !== undefined) this.submit({ kind: "report", _tag: "AgentDirectory", trust })
    else if (known !== undefined)
      this.submit({
        kind: "report",
        _tag: "AgentDirectory",
        trust: { directory: known.directory, state: "unneeded", brings: [] },
      })
  }

  /** People said something about the directory: it is told, and an idle process makes room for one that has what it brings. */
  judged(): void {
    const known = this.session.durable.agent?.trust
    if (known === undefined) return
    const trust = this.context.trust.judge(known)
    const { hold } = this.session.durable.agent ?? {}
    this.submit({ kind: "report", _tag: "AgentDirectory", trust })
    if (trust.state !== "trusted") return
    // What waits for an agent that was not started there continues; another error is not settled by trust.
    const isStopped = known.state !== "unneeded" && hold?.tag === DIRECTORY_UNTRUSTED && !this.hasProcess
    if (isStopped) this.submit({ kind: "request", _tag: "ReleaseQueue", turn: this.context.newId() })
  }

  /** A hub that died between a person's word and telling this session of it left that to this one. */
  #compareTrust(): void {
    const { trust } = this.session.state.agent ?? {}
    if (this.#compared || trust === undefined || this.session.state.status === "deleted") return
    this.#compared = true
    const { directory, brings, state } = trust
    if (brings.length > 0 && this.context.trust.stateOf(directory, brings) !== state) this.judged()
  }

  /** The hub died between the durable start and its confirmation: the same child is started at most once. */
  startAgain(link: RunnerLink, child: string): void {
    this.#starting(() => startAgent(this, { link, child }))
  }

  /** Submits a command of the hub's own. */
  submit(command: Command): void {
    this.session.submit({
      decide: (state) => decide(state, command),
      done: (result) => {
        if (result._tag === "Refused")
          this.report("a command of the hub's own was refused", { command: command._tag, error: result.error._tag })
      },
    })
  }

  /** A line in the hub's log. */
  report(message: string, fields: Readonly<Record<string, unknown>>): void {
    this.context.report(message, { session: this.session.id, ...fields })
  }

  /** The child that can be spoken to. */
  get #reachable(): ChildFollower | undefined {
    const { follower } = this.part
    return follower === undefined || follower.ended || follower.port.child === 0 ? undefined : follower
  }

  #follow(follower: ChildFollower): void {
    this.live.ready(() => {
      if (this.part.follower !== follower || this.session.loop !== "open") return
      follower.follow()
      this.plan()
    })
  }

  /** Looks at the durable state once this turn of the loop is over. */
  plan(): void {
    if (this.#planned || this.#stopped) return
    this.#planned = true
    queueMicrotask(() => {
      this.#planned = false
      this.#drive()
    })
  }

  #drive(): void {
    const { session } = this
    if (this.#stopped || session.loop === "away" || session.loop === "gone") return
    const state = session.durable
    this.#clock.look()
    this.#folder.look()
    this.#compareTrust()
    if (state.agent !== undefined) this.#owedRules.look(state.agent)
    if (isBehindTrust(state) && this.idle) this.unload("idle")
    if (state.status === "deleted" && this.hasProcess) this.unload("stopped")
    const owed = duties(state)
    const ids = new Set(owed.map(({ id }) => id))
    for (const id of this.#performed) if (!ids.has(id)) this.#performed.delete(id)
    for (const duty of owed) {
      if (duty.type === "start") this.#starting(() => startAgent(this, undefined))
      else this.#perform(duty)
    }
  }

  #perform(duty: Exclude<Duty, { readonly type: "start" }>): void {
    const follower = this.#reachable
    if (follower === undefined || this.#performed.has(duty.id)) return
    this.#performed.add(duty.id)
    if (duty.type === "end") return this.#end(duty.id, follower)
    if (duty.type === "deliver" && !duty.steer) keepBefore(this.context, this.session, duty.turn)
    this.#errands.run(
      () => commandFor(this.context, this.session, duty),
      (command) => this.#tell(follower, duty, command),
      (cause) => this.#unread(duty, cause),
    )
  }

  #tell(follower: ChildFollower, duty: Duty, command: AgentInstruction): void {
    // What is not owed any more, or to another process by now, was looked at again meanwhile.
    if (this.#reachable !== follower || !this.#performed.has(duty.id)) return
    const { connection, child } = follower.port
    connection.commandAgent(child, command).catch((cause: unknown) => {
      // Without an answer it is owed on the next connection; what a runner refuses is of a child whose exit is on its way.
      if (cause instanceof RunnerGone) return
      this.report("an agent's runner refused a command", {
        duty: duty.type,
        cause: cause instanceof RequestRefused ? cause.failure.message : String(cause),
      })
    })
  }

  /** A message that cannot be read waits again, and its turn ends with the reason. */
  #unread(duty: Duty, cause: unknown): void {
    const reason = cause instanceof Error ? cause.message : String(cause)
    this.report("the data to send to an agent could not be read", { duty: duty.type, cause: reason })
    if (duty.type === "deliver")
      this.submit({ kind: "report", _tag: "AgentReturned", messageId: duty.messageId, reason, next: this.context.newId() })
  }

  #end(duty: string, follower: ChildFollower): void {
    const { connection, child } = follower.port
    connection.end(child, this.context.settings.killGrace).catch((cause: unknown) => {
      if (cause instanceof RunnerGone) return
      this.report("an agent could not be ended", { cause: String(cause) })
      this.#performed.delete(duty)
      this.#planLater(END_AGAIN)
    })
  }

  /** Starts a process, one at a time. */
  #starting(start: () => Promise<void>): void {
    const { part } = this
    if (part.starting || part.follower !== undefined) return
    part.starting = true
    start()
      .catch((cause: unknown) => this.report("an agent could not be started", { cause: String(cause) }))
      .finally(() => {
        part.starting = false
        // What is owed still is tried again a little later, so that a start that fails at once cannot spin.
        this.#planLater(START_AGAIN)
      })
  }

  #planLater(milliseconds: number): void {
    clearTimeout(this.#again)
    this.#again = setTimeout(() => this.plan(), milliseconds)
    this.#again.unref()
  }

  #due(due: Due): void {
    switch (due.type) {
      case "idle":
        return this.unload("idle")
      case "silent":
        return this.submit({
          kind: "request",
          _tag: "NoteSilence",
          turn: this.session.durable.agent?.turn?.id ?? "",
          since: quietSince(this.session.durable, this.#heardAt),
        })
      case "stalled":
        return this.submit({ kind: "request", _tag: "Interrupt", reason: "stalled" })
      case "expired":
        return this.submit({ kind: "request", _tag: "ExpirePermission", requestId: due.request })
      case "limit-over":
        return this.submit({ kind: "request", _tag: "LimitOver", at: this.context.now(), turn: this.context.newId() })
    }
  }
}
