/**
 * Brings sessions and children together: after the start of the hub and after the death of a runner, every session that
 * has a process is followed, started again under the same id, or written off (docs/protocol/rules.md, R-5, R-16, R-18).
 *
 * Sessions are found by their records, page by page, never by reading logs.
 */
import type * as Effect from "effect/Effect"
import type { DeadRunner, RecoveredChild } from "@holdfast/link/found-runner"
import type { ChildStatus } from "@holdfast/link/messages"
import type { ListQuery } from "@holdfast/store/Store"
import type { Sessions } from "../delivery/AttendedPart.ts"
import { forkPromise } from "../session/Fork.ts"
import { ChildPart } from "./ChildPart.ts"
import type { Fleet } from "./Fleet.ts"
import { recoverChild, writeOffUnknown } from "./RecoveredPort.ts"
import type { RunnerLink } from "./RunnerLink.ts"
import type { Runners } from "./Runners.ts"

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
  readonly #runners: Runners["Service"]
  readonly #table: Sessions
  readonly #fleet: Fleet
  readonly #timers = new Set<NodeJS.Timeout>()
  #passing: Promise<void> | undefined
  #again = false
  #closed = false

  constructor(runners: Runners["Service"], table: Sessions, fleet: Fleet) {
    this.#runners = runners
    this.#table = table
    this.#fleet = fleet
  }

  /** Gives a child of a connected runner to its session, or ends it when no session wants it. */
  place(link: RunnerLink, status: ChildStatus): void {
    this.#table.openThen(status.session, (result) => {
      if (this.#fleet.links.get(link.generation) !== link) return
      const { killGrace } = this.#table.context.settings
      if (!("part" in result)) {
        if (result._tag === "SessionNotFound") this.#fleet.discard(link, status, killGrace)
        else if (result._tag !== "LogDamaged") this.#later(() => this.place(link, status))
        return
      }
      const { session, part } = result
      const { child, process } = session.state
      const isAlive = process === "starting" || process === "running"
      if (!(part instanceof ChildPart) || child !== status.id || !isAlive) return this.#fleet.discard(link, status, killGrace)
      part.pastStart()
      this.#fleet.follow(link, status, part)
      part.endDeleted()
    })
  }

  /** Looks at every session that has a process; a call while one is under way makes it look once more. */
  pass(): Promise<void> {
    if (this.#passing !== undefined) {
      this.#again = true
      return this.#passing
    }
    this.#passing = this.#passes().finally(() => (this.#passing = undefined))
    return this.#passing
  }

  /** Ends what waits. */
  close(): void {
    this.#closed = true
    for (const timer of this.#timers) clearTimeout(timer)
  }

  async #passes(): Promise<void> {
    do {
      this.#again = false
      await this.#once()
    } while (this.#again && !this.#closed)
  }

  async #once(): Promise<void> {
    const found = await this.#runners.discover()
    const living = new Set(found.filter(({ state }) => state === "live").map(({ generation }) => generation))
    const dead = found.filter((one): one is DeadRunner => one.state === "dead")
    const kept = new Map<string, RecoveredChild>()
    for (const one of dead) {
      const children = await this.#runners.recover(one).catch((cause: unknown) => {
        this.#table.context.report("a dead runner's journal cannot be read", { runner: one.generation, cause: String(cause) })
        return []
      })
      for (const child of children) kept.set(child.id, child)
    }
    const waits: Array<Promise<void>> = []
    for await (const part of this.#sessions()) {
      const wait = this.#settle(part, living, kept)
      if (wait !== undefined) waits.push(wait)
    }
    if (this.#closed) return
    // The journals may go only once all of them is in the logs; the pass itself does not wait for that.
    void Promise.all(waits).then(() =>
      Promise.all(dead.map((one) => (this.#closed ? undefined : this.#runners.bury(one)))).catch((cause: unknown) => {
        this.#table.context.report("a dead runner could not be removed", { cause: String(cause) })
      }),
    )
  }

  #settle(part: ChildPart, living: ReadonlySet<string>, kept: ReadonlyMap<string, RecoveredChild>): Promise<void> | undefined {
    const { child, runner = "", process } = part.session.state
    if (part.follower !== undefined || part.starting || child === undefined) return undefined
    if (process !== "starting" && process !== "running") return undefined
    const link = this.#fleet.links.get(runner)
    if (link === undefined) {
      if (living.has(runner)) return undefined
      part.pastStart()
      return new Promise((resolve) => recoverChild(part, runner, child, kept.get(child), resolve))
    }
    const known = [...link.children.values()].find(({ status }) => status.id === child)
    if (known !== undefined) {
      part.pastStart()
      this.#fleet.follow(link, known.status, part)
    } else if (process === "starting") part.startAgain(link, child)
    else writeOffUnknown(part)
    return undefined
  }

  async *#sessions(): AsyncGenerator<ChildPart, void, void> {
    for (const query of QUERIES) {
      let cursor: string | null | undefined
      do {
        const page = await this.#run(this.#table.context.store.list({ ...query, limit: 200, ...(cursor ? { cursor } : {}) }))
        if (page === undefined || this.#closed) return
        for (const { id } of page.sessions) {
          const loaded = await this.#run(this.#table.open(id))
          if (loaded?.part instanceof ChildPart) yield loaded.part
        }
        cursor = page.next
      } while (cursor !== null)
    }
  }

  #run<A, E>(effect: Effect.Effect<A, E>): Promise<A | undefined> {
    const { fork, report } = this.#table.context
    return forkPromise(fork, effect).catch((cause: unknown) => {
      report("a session could not be reconciled with its process", { cause: String(cause) })
      return undefined
    })
  }

  #later(action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      if (!this.#closed) action()
    }, AGAIN)
    this.#timers.add(timer)
  }
}
