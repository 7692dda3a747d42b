/**
 * Brings sessions and children together: after the start of the hub and after the death of a runner, every session that
 * has a process is followed, started again under the same id, or written off (docs/protocol/rules.md, R-5, R-16, R-18).
 *
 * Sessions are found by their records, page by page, never by reading logs.
 */
import type { DeadRunner, RecoveredChild } from "@holdfast/link/found-runner"
import type { ChildStatus } from "@holdfast/link/messages"
import type { DoorError } from "@holdfast/protocol/errors"
import type { ListQuery } from "@holdfast/store/Store"
import type { AttendedPart, Sessions } from "../delivery/AttendedPart.ts"
import { forkPromise } from "../session/Fork.ts"
import type { LoadedSession } from "../session/SessionKind.ts"
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

/** Wait before what could not be opened or read is tried again, in milliseconds. */
const AGAIN = 1000

/** How often the journals of a dead runner are read when that fails, before its children are written off without them. */
const READS_MAX = 3

/** The reconciler. */
export class Reconciler {
  readonly #runners: Runners["Service"]
  readonly #table: Sessions
  readonly #fleet: Fleet
  readonly #timers = new Set<NodeJS.Timeout>()
  /** How often the journals of dead runners could not be read. */
  readonly #unread = new Map<string, number>()
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
    const dead: Array<DeadRunner> = []
    const kept = new Map<string, RecoveredChild>()
    let isWhole = true
    for (const one of found) {
      if (one.state !== "dead") continue
      const children = await this.#recovered(one)
      if (children === undefined) {
        // Its sessions wait as for a runner that is away.
        living.add(one.generation)
        isWhole = false
        continue
      }
      dead.push(one)
      for (const child of children) kept.set(child.id, child)
    }
    const waits: Array<Promise<void>> = []
    for await (const part of this.#sessions()) {
      if (part === undefined) isWhole = false
      const wait = part === undefined ? undefined : this.#settle(part, living, kept)
      if (wait !== undefined) waits.push(wait)
    }
    if (this.#closed) return
    // A session that was not looked at may need what a dead runner kept of its child.
    if (!isWhole) return this.#later(() => void this.pass().catch(this.#failed))
    // The journals may go only once all of them is in the logs; the pass itself does not wait for that.
    void Promise.all(waits).then(() => this.#bury(dead))
  }

  /** What a dead runner kept; `undefined` when that could not be read and is to be tried again. */
  async #recovered(dead: DeadRunner): Promise<ReadonlyArray<RecoveredChild> | undefined> {
    try {
      return await this.#runners.recover(dead)
    } catch (cause) {
      const { generation } = dead
      this.#table.context.report("a dead runner's journal cannot be read", { runner: generation, cause: String(cause) })
      const reads = (this.#unread.get(generation) ?? 0) + 1
      this.#unread.set(generation, reads)
      return reads < READS_MAX ? undefined : []
    }
  }

  async #bury(dead: ReadonlyArray<DeadRunner>): Promise<void> {
    const buried = dead.map(async (one) => {
      if (this.#closed) return
      await this.#runners.bury(one)
      this.#unread.delete(one.generation)
    })
    await Promise.all(buried).catch((cause: unknown) => {
      this.#table.context.report("a dead runner could not be removed", { cause: String(cause) })
    })
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

  /** The parts of the sessions that have a process; `undefined` for what could not be looked at now. */
  async *#sessions(): AsyncGenerator<ChildPart | undefined, void, void> {
    const { fork, store } = this.#table.context
    for (const query of QUERIES) {
      let cursor: string | null | undefined
      do {
        const page = store.list({ ...query, limit: 200, ...(cursor ? { cursor } : {}) })
        const read = await forkPromise(fork, page).catch(this.#failed)
        if (this.#closed) return
        if (read === undefined) {
          yield undefined
          break
        }
        for (const { id } of read.sessions) yield* this.#part(id)
        cursor = read.next
      } while (cursor !== null)
    }
  }

  /** The part of a session, where it has a child; nothing for one that never can be opened. */
  async *#part(id: string): AsyncGenerator<ChildPart | undefined, void, void> {
    const opened = await new Promise<LoadedSession<AttendedPart> | DoorError>((resolve) => this.#table.openThen(id, resolve))
    if ("part" in opened) {
      if (opened.part instanceof ChildPart) yield opened.part
      return
    }
    this.#failed(opened)
    if (opened._tag === "Unavailable" || opened._tag === "StorageFull") yield undefined
  }

  readonly #failed = (cause: unknown): undefined => {
    if (this.#closed) return
    this.#table.context.report("a session could not be reconciled with its process", { cause: String(cause) })
  }

  #later(action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      if (!this.#closed) action()
    }, AGAIN)
    this.#timers.add(timer)
  }
}
