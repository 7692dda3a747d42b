/**
 * The runners of this hub: found at start, connected, followed, started when needed, buried when they died.
 *
 * One loop reconciles: every session whose record says that it has a process is either followed, started again under
 * the same id, or written off. It runs at start and after each runner's death, so there is one path for both.
 */
import type { DeadRunner, FoundRunner } from "@holdfast/link/found-runner"
import type { RunnerEvents, StartAgent, StartTerminal } from "@holdfast/link/RunnerConnection"
import type { ChildStatus } from "@holdfast/link/messages"
import { RUNNER_PROTOCOL_VERSION } from "@holdfast/protocol/version"
import type { ChildPart } from "./ChildPart.ts"
import type { LinkedChild, RunnerLink } from "./RunnerLink.ts"
import type { RunnerPort } from "./RunnerPort.ts"
import type { Runners } from "./Runners.ts"
import { StartQueue } from "./StartQueue.ts"

/** Waits between attempts to connect again to a living runner, in milliseconds. */
const RECONNECT = [50, 100, 250, 500, 1000, 2000] as const

/** What the fleet reports. */
export interface FleetEvents {
  /** A runner died: look for sessions that had a child there. */
  readonly died: (dead: DeadRunner) => void
  /** A runner was reached again: look for sessions whose start it never confirmed. */
  readonly back: () => void
  /** A child of a connected runner has no place yet. */
  readonly child: (link: RunnerLink, status: ChildStatus) => void
  readonly report: (message: string, fields: Readonly<Record<string, unknown>>) => void
}

/** The connected runners. */
export class Fleet {
  readonly links = new Map<string, RunnerLink>()
  /** Why there is no runner, when one was wanted. */
  #problem: string | undefined
  /** Living runners that cannot be spoken to, by generation, with why: their sessions take nothing. */
  readonly #unreachable = new Map<string, string>()
  readonly #runners: Runners["Service"]
  readonly #hub: string
  readonly #epoch: number
  readonly #events: FleetEvents
  #begun: Promise<void> = Promise.resolve()
  #startingOne: Promise<RunnerLink> | undefined
  readonly #timers = new Set<NodeJS.Timeout>()
  #closed = false

  constructor(runners: Runners["Service"], hub: string, epoch: number, events: FleetEvents) {
    this.#runners = runners
    this.#hub = hub
    this.#epoch = epoch
    this.#events = events
  }

  /** State for health. */
  get state(): "ok" | "starting" | "away" {
    if (this.#startingOne !== undefined) return "starting"
    return this.#problem === undefined && this.#unreachable.size === 0 ? "ok" : "away"
  }

  /** What is wrong, for health. */
  get problems(): ReadonlyArray<string> {
    const away = [...this.#unreachable].map(
      ([generation, why]) => `the runner ${generation} cannot be reached, and its sessions take no input: ${why}`,
    )
    return this.#problem === undefined ? away : [this.#problem, ...away]
  }

  /** Finds every living runner and tries to connect to it; never rejects. */
  begin(): Promise<void> {
    this.#begun = this.#search().catch((cause: unknown) =>
      this.#events.report("the runners could not be listed", { cause: String(cause) }),
    )
    return this.#begun
  }

  /** The runner for new children, if one is there. */
  get ready(): RunnerLink | undefined {
    for (const link of this.links.values()) {
      if (!link.draining) return link
    }
    return undefined
  }

  /** The runner for new children; started when there is none. */
  async current(): Promise<RunnerLink> {
    await this.#begun
    const { ready } = this
    if (ready !== undefined) return ready
    this.#startingOne ??= this.#startOne().finally(() => (this.#startingOne = undefined))
    return this.#startingOne
  }

  /** Starts a child when its turn has come, and follows it; rejects as the connection does. */
  async start(link: RunnerLink, request: StartTerminal, part: ChildPart): Promise<void> {
    const status = await link.starts.add(() => link.connection.start(request))
    this.follow(link, status, part)
  }

  /** Starts an agent's child when its turn has come, and follows it; rejects as the connection does. */
  async startAgent(link: RunnerLink, request: StartAgent, part: ChildPart): Promise<void> {
    const status = await link.starts.add(() => link.connection.startAgent(request))
    this.follow(link, status, part)
  }

  /** Follows a child for a session. */
  follow(link: RunnerLink, status: ChildStatus, part: ChildPart): void {
    if (this.links.get(link.generation) !== link || part.follower?.port.connection === link.connection) return
    link.children.set(status.child, { status, sink: part })
    const port: RunnerPort = {
      connection: link.connection,
      child: status.child,
      generation: link.generation,
      finished: () => {
        link.children.delete(status.child)
        part.finished()
        link.connection.forget(status.child)
      },
    }
    part.connect(port, status.id)
  }

  /** Ends a child that no session wants, and has it forgotten. */
  discard(link: RunnerLink, status: ChildStatus, grace: number): void {
    this.#events.report("a child without a session is ended", { child: status.id, session: status.session })
    const forget = (): void => {
      link.connection.ack(status.child, Number.MAX_SAFE_INTEGER)
      link.connection.forget(status.child)
      link.children.delete(status.child)
    }
    if (status.state === "exited") return forget()
    link.connection.end(status.child, grace).then(forget, (cause: unknown) => {
      this.#events.report("a child could not be ended", { child: status.id, cause: String(cause) })
    })
  }

  /** Leaves the runners alone and ends the connections. */
  close(): void {
    this.#closed = true
    for (const timer of this.#timers) clearTimeout(timer)
    for (const link of this.links.values()) link.connection.close()
    this.links.clear()
  }

  async #search(): Promise<void> {
    const all = await this.#runners.discover()
    await Promise.all(
      all.map((found) =>
        found.state === "live"
          ? this.#connect(found).catch((cause: unknown) => {
              this.#unreachable.set(found.generation, messageOf(cause))
              this.#retry(found, 0)
            })
          : undefined,
      ),
    )
  }

  async #startOne(): Promise<RunnerLink> {
    try {
      const started = await this.#runners.start()
      const { generation, directory, socket, pid } = started
      const record = { pid, versions: [RUNNER_PROTOCOL_VERSION], build: "", startedAt: Date.now(), socket }
      const link = await this.#connect({ state: "live", generation, directory, record })
      this.#problem = undefined
      return link
    } catch (cause) {
      this.#problem = messageOf(cause)
      throw cause
    }
  }

  async #connect(found: FoundRunner & { readonly state: "live" }): Promise<RunnerLink> {
    const children = new Map<number, LinkedChild>()
    let link: RunnerLink | undefined
    let ended: Parameters<RunnerEvents["closed"]>[0] | undefined
    const events: RunnerEvents = {
      entry: (child, entry) => children.get(child)?.sink?.entry(entry),
      input: (child, client, number, failure) => children.get(child)?.sink?.settled(client, number, failure),
      problem: (tag, message, child) =>
        this.#events.report("a runner reported a problem", { runner: found.generation, tag, message, child }),
      closed: (end) => {
        if (link === undefined) ended = end
        else this.#lost(link, found, end.reason, end.message)
      },
    }
    const connection = await this.#runners.connect({ socket: found.record.socket, hub: this.#hub, hubEpoch: this.#epoch, events })
    const { draining } = connection.welcome
    link = { generation: found.generation, found, connection, children, starts: new StartQueue(), draining }
    if (this.#closed) connection.close()
    this.links.set(found.generation, link)
    this.#unreachable.delete(found.generation)
    this.#problem = undefined
    for (const status of connection.welcome.children) {
      children.set(status.child, { status, sink: undefined })
      this.#events.child(link, status)
    }
    if (ended !== undefined) this.#lost(link, found, ended.reason, ended.message)
    if (!this.#isOurs(link)) this.#leave(link)
    return link
  }

  /** Whether new children may be started there: a runner of this version and build. */
  #isOurs({ connection: { welcome } }: RunnerLink): boolean {
    return welcome.version === RUNNER_PROTOCOL_VERSION && welcome.build === this.#runners.build
  }

  /** Lets a runner of another build keep what it has, and end when that has ended. */
  #leave(link: RunnerLink): void {
    link.draining = true
    link.connection.drain(false, 0).catch((cause: unknown) => {
      if (this.links.get(link.generation) === link)
        this.#events.report("an older runner could not be told to end", { runner: link.generation, cause: String(cause) })
    })
  }

  #lost(link: RunnerLink, found: FoundRunner & { readonly state: "live" }, reason: string, message: string): void {
    if (this.links.get(link.generation) === link) this.links.delete(link.generation)
    for (const { sink } of link.children.values()) sink?.cut(link.connection)
    link.children.clear()
    if (this.#closed || reason === "closed") return
    this.#events.report("the connection to a runner ended", { runner: link.generation, reason, message })
    if (reason === "superseded") {
      this.#problem = "a newer hub has taken over the runner of this data directory"
      return
    }
    this.#retry(found, 0)
  }

  #retry(found: FoundRunner & { readonly state: "live" }, attempt: number): void {
    if (this.#closed) return
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer)
        this.#look(found).catch((cause: unknown) => {
          this.#unreachable.set(found.generation, messageOf(cause))
          this.#events.report("a runner cannot be reached", { runner: found.generation, attempt, cause: String(cause) })
          this.#retry(found, attempt + 1)
        })
      },
      RECONNECT[Math.min(attempt, RECONNECT.length - 1)],
    )
    this.#timers.add(timer)
  }

  async #look(found: FoundRunner & { readonly state: "live" }): Promise<void> {
    const all = await this.#runners.discover()
    if (this.#closed || this.links.has(found.generation)) return
    const now = all.find((other) => other.generation === found.generation)
    if (now?.state === "live") {
      await this.#connect(now)
      this.#events.back()
      return
    }
    const dead: DeadRunner = now ?? {
      state: "dead",
      generation: found.generation,
      directory: found.directory,
      record: found.record,
    }
    this.#unreachable.delete(found.generation)
    this.#events.died(dead)
  }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
