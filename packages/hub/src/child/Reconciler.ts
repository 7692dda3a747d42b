/**
 * Brings sessions and children together: after the start of the hub and after the death of a runner, every session that
 * has a process is followed, started again under the same id, or written off (docs/PROTOCOL.md, R-5, R-16, R-18).
 *
 * Sessions are found by their records, page by page, never by reading logs.
 */
import { Unprocessable } from "@holdfast/protocol/errors"
import type * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { decide } from "@holdfast/core/decide"
import type { RecoveredChild } from "@holdfast/runner/client/recover"
import { RequestRefused } from "@holdfast/link/RunnerConnection"
import type { ChildStatus } from "@holdfast/link/messages"
import type { ListQuery } from "@holdfast/store/Store"
import { forgetInherited, readEnvironment, readInherited } from "../session/SessionEnvironment.ts"
import type { Loaded, SessionTable } from "../session/SessionTable.ts"
import type { Fleet, RunnerLink } from "./Fleet.ts"
import { recoverChild, writeOffUnknown } from "./RecoveredPort.ts"
import type { DeadRunner, Runners } from "./Runners.ts"

/** Which records may have a process. Without a status deleted ones are left out, so they are asked for too. */
const QUERIES: ReadonlyArray<ListQuery> = [
  { process: "running" },
  { process: "starting" },
  { process: "running", status: "deleted" },
  { process: "starting", status: "deleted" },
]

/** Wait before a session that could not be opened is tried again, in milliseconds. */
const AGAIN = 1000

/** The reconciler. */
export class Reconciler {
  private readonly runners: Runners["Service"]
  private readonly table: SessionTable
  private readonly fleet: () => Fleet
  private readonly directory: (session: string) => string
  private readonly timers = new Set<NodeJS.Timeout>()
  private passing: Promise<void> | undefined
  private again = false
  private closed = false

  /** `directory`: that of a session. */
  constructor(runners: Runners["Service"], table: SessionTable, fleet: () => Fleet, directory: (session: string) => string) {
    this.runners = runners
    this.directory = directory
    this.table = table
    this.fleet = fleet
  }

  /** Gives a child of a connected runner to its session, or ends it when no session wants it. */
  place(link: RunnerLink, status: ChildStatus): void {
    this.table.openThen(status.session, (result) => {
      if (this.fleet().links.get(link.generation) !== link) return
      const { killGrace } = this.table.context.settings
      if (!("parts" in result)) {
        if (result._tag === "SessionNotFound") this.fleet().discard(link, status, killGrace)
        else if (result._tag !== "LogDamaged") this.later(() => this.place(link, status))
        return
      }
      const { session, parts } = result
      const { child, process } = session.state
      if (child !== status.id || (process !== "starting" && process !== "running"))
        return this.fleet().discard(link, status, killGrace)
      this.forgetAsker(session)
      this.fleet().follow(link, status, parts)
      // An agent's driver ends it, once that is durable.
      if (session.state.status === "deleted" && parts.agent === undefined) this.end(link, status)
    })
  }

  /** Looks at every session that has a process; a call while one is under way makes it look once more. */
  pass(): Promise<void> {
    if (this.passing !== undefined) {
      this.again = true
      return this.passing
    }
    this.passing = this.passes().finally(() => (this.passing = undefined))
    return this.passing
  }

  /** Ends what waits. */
  close(): void {
    this.closed = true
    for (const timer of this.timers) clearTimeout(timer)
  }

  private async passes(): Promise<void> {
    do {
      this.again = false
      await this.once()
    } while (this.again && !this.closed)
  }

  private async once(): Promise<void> {
    const found = await this.runners.discover()
    const living = new Set(found.filter(({ state }) => state === "live").map(({ generation }) => generation))
    const dead = found.filter((one): one is DeadRunner => one.state === "dead")
    const kept = new Map<string, RecoveredChild>()
    for (const one of dead) {
      const children = await this.runners.recover(one).catch((cause: unknown) => {
        this.table.context.report("a dead runner's journal cannot be read", { runner: one.generation, cause: String(cause) })
        return []
      })
      for (const child of children) kept.set(child.id, child)
    }
    const waits: Array<Promise<void>> = []
    for await (const loaded of this.sessions()) {
      const wait = this.settle(loaded, living, kept)
      if (wait !== undefined) waits.push(wait)
    }
    if (this.closed) return
    // The journals may go only once all of them is in the logs; the pass itself does not wait for that.
    void Promise.all(waits).then(() =>
      Promise.all(dead.map((one) => (this.closed ? undefined : this.runners.bury(one)))).catch((cause: unknown) => {
        this.table.context.report("a dead runner could not be removed", { cause: String(cause) })
      }),
    )
  }

  private settle(
    loaded: Loaded,
    living: ReadonlySet<string>,
    kept: ReadonlyMap<string, RecoveredChild>,
  ): Promise<void> | undefined {
    const { session, parts } = loaded
    const { state } = session
    const { child, runner = "" } = state
    if (parts.follower !== undefined || parts.starting || child === undefined) return undefined
    if (state.process !== "starting" && state.process !== "running") return undefined
    const link = this.fleet().links.get(runner)
    if (link === undefined) {
      if (living.has(runner)) return undefined
      this.forgetAsker(session)
      return new Promise((resolve) => recoverChild(parts, runner, child, kept.get(child), resolve))
    }
    const known = [...link.children.values()].find(({ status }) => status.id === child)
    if (known !== undefined) {
      this.forgetAsker(session)
      this.fleet().follow(link, known.status, parts)
    } else if (state.process === "starting" && state.terminal !== undefined) this.startAgain(link, loaded, child)
    else if (state.process === "starting" && parts.agent !== undefined) parts.agent.startAgain(link, child)
    else writeOffUnknown(parts)
    return undefined
  }

  /** The hub died after the start of a terminal and before it forgot the environment of who asked. */
  private forgetAsker({ id, state }: Loaded["session"]): void {
    if (state.terminal === undefined) return
    forgetInherited(this.directory(id)).catch((cause: unknown) =>
      this.table.context.report("the kept environment of a terminal could not be removed", { session: id, cause: String(cause) }),
    )
  }

  /** The hub died between the durable create and the start, or its confirmation: the same id starts at most once. */
  private startAgain(link: RunnerLink, { session, parts }: Loaded, child: string): void {
    const spec = session.state.terminal?.spec
    if (spec === undefined) return
    if (session.state.status === "deleted") {
      const failed = {
        _tag: "ProcessFailed",
        tag: "SessionState",
        message: "the session was deleted before its process was started",
      } as const
      return session.submit({ decide: (state) => decide(state, failed), done: () => {} })
    }
    const { scrollback } = this.table.context.settings
    const refused = (cause: unknown): void => {
      this.table.context.report("a process could not be started again", { session: session.id, cause: String(cause) })
      // Without an answer the connection is gone, and the next pass looks again.
      if (!(cause instanceof RequestRefused) && !(cause instanceof Unprocessable)) return
      const { tag, message } = cause instanceof RequestRefused ? cause.failure : { tag: cause._tag, message: cause.message }
      session.submit({ decide: (state) => decide(state, { _tag: "ProcessFailed", tag, message }), done: () => {} })
    }
    link.starts.patiently(() => {
      const directory = this.directory(session.id)
      Promise.all([readEnvironment(directory, spec.env), readInherited(directory)])
        .then(async ([env, environment]) => {
          const start = { id: child, session: session.id, terminal: { ...spec, env }, scrollback }
          await this.fleet().start(link, environment === undefined ? start : { ...start, environment }, parts)
          if (environment !== undefined) await forgetInherited(directory)
        })
        .catch(refused)
    })
  }

  private end(link: RunnerLink, status: ChildStatus): void {
    link.connection.end(status.child, this.table.context.settings.killGrace).catch((cause: unknown) => {
      this.table.context.report("a deleted session's process could not be ended", {
        session: status.session,
        cause: String(cause),
      })
    })
  }

  private async *sessions(): AsyncGenerator<Loaded, void, void> {
    for (const query of QUERIES) {
      let cursor: string | null | undefined
      do {
        const page = await this.run(this.table.context.store.list({ ...query, limit: 200, ...(cursor ? { cursor } : {}) }))
        if (page === undefined || this.closed) return
        for (const { id } of page.sessions) {
          const loaded = await this.run(this.table.open(id))
          if (loaded !== undefined) yield loaded
        }
        cursor = page.next
      } while (cursor !== null)
    }
  }

  private run<A, E>(effect: Effect.Effect<A, E>): Promise<A | undefined> {
    return new Promise((resolve) => {
      this.table.context.fork(effect, (exit) => {
        if (Exit.isFailure(exit)) this.table.context.report("a session could not be looked at", { cause: String(exit.cause) })
        resolve(Exit.isSuccess(exit) ? exit.value : undefined)
      })
    })
  }

  private later(action: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      if (!this.closed) action()
    }, AGAIN)
    this.timers.add(timer)
  }
}
