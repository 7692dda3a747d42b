/** All sessions of the memory store: ids, creation keys, the feed of changes, leases and settings. */
import { randomUUID } from "node:crypto"
import type { Session } from "@holdfast/protocol/session"
import { DEFAULT_LIMIT, comparePlaces, matches, sortValue } from "../listing/listing-match.ts"
import { decodePageCursor, encodePageCursor } from "../listing/page-cursor.ts"
import { orderMatches } from "../listing/resolve-order.ts"
import { boundedTotal, takePage } from "../listing/take-page.ts"
import { areDense } from "../record-filter.ts"
import { completeRecord } from "../session-record.ts"
import type { AppendKey, ChangePage, Claimed, CreateRequest, ListQuery, SessionList, StoreStats } from "../Store.ts"
import { MemoryLog } from "./memory-log.ts"
import { MemoryPeople } from "./memory-people.ts"

/** What a creation asks for. */
interface Creation extends Pick<CreateRequest, "id" | "records" | "state"> {
  readonly key: AppendKey | undefined
  readonly trace: CreateRequest["trace"] | undefined
}

/** What a creation answers. */
export type CreateResult =
  | { readonly _tag: "Created"; readonly claimed: Claimed }
  | { readonly _tag: "Exists"; readonly id: string }
  | { readonly _tag: "KeyConflict" }

/** The state of a memory store. */
export class MemorySessions {
  readonly byHandle = new Map<number, MemoryLog>()
  readonly byId = new Map<string, MemoryLog>()
  readonly settings = new Map<string, string>()
  readonly people = new MemoryPeople()
  readonly #created = new Map<string, { readonly hash: string; readonly id: string }>()
  readonly #leases = new Map<string, { owner: string; until: number; token: number }>()
  readonly #feed = randomUUID()
  #change = 0
  #handles = 0

  /** The next change number. */
  readonly nextChange = (): number => ++this.#change

  /** Makes a session, or says which one the key or id already made. Throws when the records do not begin at 1. */
  create({ id, records, state, key, trace }: Creation): CreateResult {
    const used = key === undefined ? undefined : this.#created.get(key.key)
    if (key !== undefined && used !== undefined)
      return used.hash === key.hash ? { _tag: "Exists", id: used.id } : { _tag: "KeyConflict" }
    if (this.byId.has(id)) return { _tag: "Exists", id }
    if (!areDense(records) || (records[0]?.from ?? 1) !== 1)
      throw new Error(`the first records of session ${id} do not begin at seq 1`)
    const log = new MemoryLog(++this.#handles, id, randomUUID(), state)
    log.append({ session: log.handle, epoch: 1, records, state, ...(trace === undefined ? {} : { trace }) }, this.nextChange)
    this.byHandle.set(log.handle, log)
    this.byId.set(id, log)
    if (key !== undefined) this.#created.set(key.key, { hash: key.hash, id })
    return { _tag: "Created", claimed: log.claimed() }
  }

  /** The record of a session as every door shows it. */
  session(log: MemoryLog): Session {
    const { firstSeq, lastSeq } = log.head()
    return completeRecord(log.state.record, { firstSeq, lastSeq, change: log.change })
  }

  /** Ids that a shortened id or a label stands for. */
  resolve(text: string, limit: number): ReadonlyArray<string> {
    if (text === "") return []
    const found: Array<{ id: string; deleted: boolean }> = []
    for (const log of this.byId.values()) {
      if (log.id.startsWith(text) || log.id.endsWith(text) || log.state.label === text) {
        found.push({ id: log.id, deleted: log.state.status === "deleted" })
      }
    }
    return orderMatches(text, found, limit)
  }

  /** One page of a query. Throws `PageCursorInvalid`. */
  list(query: ListQuery): SessionList {
    const after = decodePageCursor(query)
    const taken = [...this.byId.values()]
      .filter((log) => matches(query, log.id, log.state) && this.#isUnread(query, log))
      .map((log) => ({ log, place: { value: sortValue(query, log.state), handle: log.handle } }))
      .sort((a, b) => comparePlaces(query, a.place, b.place))
    const rest = after === undefined ? taken : taken.filter(({ place }) => comparePlaces(query, place, after) > 0)
    const { page, more } = takePage(rest, query.limit ?? DEFAULT_LIMIT, ({ log }) => log.state.record.length)
    const last = page.at(-1)
    return {
      sessions: page.map(({ log }) => this.session(log)),
      ...boundedTotal(taken.length),
      next: last !== undefined && more ? encodePageCursor(query, last.place) : null,
    }
  }

  #isUnread({ unreadBy: person }: ListQuery, { id, state: { news = 0 } }: MemoryLog): boolean {
    return person === undefined || news > (this.people.seqOf(person, id) ?? 0)
  }

  /** Ids of the sessions outside the trash, those active last first. */
  activeLast(most: number): ReadonlyArray<string> {
    const there = [...this.byId.values()].filter(({ state }) => state.status !== "deleted")
    there.sort((a, b) => b.state.lastActiveAt - a.state.lastActiveAt || b.handle - a.handle)
    return there.slice(0, most).map(({ id }) => id)
  }

  /** Changed records after a change number. */
  changes(after: number, limit: number): ChangePage {
    const changed = [...this.byId.values()].filter((log) => log.change > after).sort((a, b) => a.change - b.change)
    const { page, more } = takePage(changed, limit, (log) => log.state.record.length)
    return {
      sessions: page.map((log) => this.session(log)),
      change: more ? (page.at(-1)?.change ?? after) : this.#change,
      head: this.#change,
      feed: this.#feed,
    }
  }

  /** Sessions whose purge time has passed, the first of them first. */
  due(now: number, limit: number): ReadonlyArray<MemoryLog> {
    const due = [...this.byId.values()].filter((log) => log.state.purgeAt !== undefined && log.state.purgeAt <= now)
    due.sort((a, b) => (a.state.purgeAt ?? 0) - (b.state.purgeAt ?? 0) || a.handle - b.handle)
    return due.slice(0, limit)
  }

  /** Removes them. */
  purge(now: number, limit: number): ReadonlyArray<string> {
    const gone = this.due(now, limit)
    for (const log of gone) {
      this.byHandle.delete(log.handle)
      this.byId.delete(log.id)
      this.people.forget(log.id)
      for (const [key, use] of this.#created) if (use.id === log.id) this.#created.delete(key)
    }
    return gone.map((log) => log.id)
  }

  /** Takes or renews a lease. */
  lease(name: string, owner: string, now: number, ttl: number): number | undefined {
    const held = this.#leases.get(name)
    const live = held !== undefined && held.until > now
    if (live && held.owner !== owner) return undefined
    const token = held === undefined ? 1 : live ? held.token : held.token + 1
    this.#leases.set(name, { owner, until: now + ttl, token })
    return token
  }

  /** Totals; `commits` and `appends` are the caller's counts. */
  stats(commits: number, appends: number, waiting: number): StoreStats {
    const byStatus: Record<string, number> = {}
    let bytes = 0
    for (const log of this.byId.values()) {
      byStatus[log.state.status] = (byStatus[log.state.status] ?? 0) + 1
      bytes += log.bytes
    }
    return { sessions: this.byId.size, byStatus, bytes, commits, appends, waiting }
  }
}
