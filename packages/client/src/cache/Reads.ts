/**
 * Sessions and their messages, read once and kept (docs/protocol/rules.md, C-64, C-65).
 *
 * The page after the one that was asked for is fetched ahead, and so is what will probably be opened next; both only while nothing
 * that was asked for is under way.
 */
import type { MessagePage } from "@holdfast/protocol/agent/message"
import type { Session, SessionPage, SessionQuery } from "@holdfast/protocol/session"
import { HoldfastError } from "../errors.ts"
import type { CallOptions } from "../signals.ts"
import { Background } from "./background.ts"
import { Cache } from "./Cache.ts"
import type { CacheStats } from "./Cache.ts"
import type { ReadSource } from "./source.ts"

/** Limits; each may be left out. */
export interface ReadsOptions {
  /** Most sessions that are kept; 500. */
  readonly sessions?: number
  /** Most pages of messages that are kept; 200. */
  readonly pages?: number
  /** Milliseconds for which a session and the newest page of its messages are good when no feed brings changes; 30 s. */
  readonly ttl?: number
  /** Milliseconds of a clock; `Date.now`. */
  readonly now?: () => number
}

/** What the caches did. */
export interface ReadsStats {
  readonly sessions: CacheStats
  /** Newest pages of messages. */
  readonly newest: CacheStats
  /** Older pages, which never change. */
  readonly older: CacheStats
}

/** Messages of a page. */
const PAGE = 50

/** How long an older page is good: nothing in it changes any more. */
const OLDER_TTL = 3600 * 1000

/** Most sessions that are preloaded together. */
const PRELOAD_MOST = 8

const NEVER = new AbortController().signal

/** Reads with caches. */
export class Reads {
  readonly #source: ReadSource
  readonly #background = new Background()
  readonly #sessions: Cache<Session>
  readonly #newest: Cache<MessagePage>
  readonly #older: Cache<MessagePage>

  constructor(source: ReadSource, { sessions = 500, pages = 200, ttl = 30_000, now = Date.now }: ReadsOptions = {}) {
    this.#source = source
    this.#sessions = new Cache({ most: sessions, ttl, now })
    this.#newest = new Cache({ most: Math.ceil(pages / 2), ttl, now })
    this.#older = new Cache({ most: Math.ceil(pages / 2), ttl: OLDER_TTL, now })
  }

  get stats(): ReadsStats {
    return { sessions: this.#sessions.stats, newest: this.#newest.stats, older: this.#older.stats }
  }

  /** Takes in records that the feed brought: they are the newest, and what they make old is dropped. */
  take(sessions: ReadonlyArray<Session>): void {
    for (const session of sessions) {
      const before = this.#sessions.peek(session.id)
      if (before !== undefined && before.change > session.change) continue
      this.#sessions.set(session.id, session)
      if (before?.lastSeq !== session.lastSeq) this.#newest.delete(session.id)
    }
  }

  /** Forgets a session: it was purged, or changed by this client. */
  forget(session: string): void {
    this.#sessions.delete(session)
    this.#newest.delete(session)
  }

  /** Forgets everything: the hub has another store. */
  clear(): void {
    for (const cache of [this.#sessions, this.#newest, this.#older]) cache.clear()
    this.#background.clear()
  }

  /** The record of a session. */
  session(id: string, { signal = NEVER }: CallOptions = {}): Promise<Session> {
    return asked(signal, () => this.#sessions.load(id, () => this.#background.ask(() => this.#source.session(id, signal))))
  }

  /** A page of messages, the newest without `before`. The page before it is fetched ahead. */
  async messages(session: string, before?: number, { signal = NEVER }: CallOptions = {}): Promise<MessagePage> {
    const page = await asked(signal, () => this.#page(session, before, (load) => this.#background.ask(() => load(signal))))
    const { before: next } = page
    if (next !== null && !this.#older.has(`${session} ${next}`))
      this.#background.add(`${session} ${next}`, (own) => this.#page(session, next, (load) => load(own)))
    return page
  }

  /** The pages of a list, each fetched while the one before it is looked at. */
  async *list(query: SessionQuery = {}, { signal = NEVER }: CallOptions = {}): AsyncGenerator<SessionPage> {
    const read = (cursor: string | undefined): Promise<SessionPage> =>
      this.#background.ask(() => this.#source.sessions(cursor === undefined ? query : { ...query, cursor }, signal))
    let page: Promise<SessionPage> | undefined = read(query.cursor)
    while (page !== undefined) {
      const current: SessionPage = await page
      page = current.next === null ? undefined : read(current.next)
      // Whoever leaves the loop does not want it any more.
      page?.catch(() => undefined)
      this.take(current.sessions)
      yield current
    }
  }

  /** Fetches the records and the newest messages of sessions that may be opened next; of more than eight only the first. */
  preload(sessions: ReadonlyArray<Session>): void {
    this.#background.clear()
    for (const { id, kind } of sessions.slice(0, PRELOAD_MOST)) {
      if (!this.#sessions.has(id))
        this.#background.add(id, (signal) => this.#sessions.load(id, () => this.#source.session(id, signal)))
      if (kind === "agent" && !this.#newest.has(id))
        this.#background.add(`${id} newest`, (signal) => this.#page(id, undefined, (load) => load(signal)))
    }
  }

  /** Ends what runs in the background. */
  close(): void {
    this.#background.close()
  }

  /** For `using`. */
  [Symbol.dispose](): void {
    this.close()
  }

  #page(
    session: string,
    before: number | undefined,
    run: (load: (signal: AbortSignal) => Promise<MessagePage>) => Promise<MessagePage>,
  ): Promise<MessagePage> {
    const range = before === undefined ? { limit: PAGE } : { before, limit: PAGE }
    const load = (): Promise<MessagePage> => run((signal) => this.#source.messages(session, range, signal))
    return before === undefined ? this.#newest.load(session, load) : this.#older.load(`${session} ${before}`, load)
  }
}

/** Loads again what was being loaded for someone else, who gave up. */
function asked<A>(signal: AbortSignal, load: () => Promise<A>): Promise<A> {
  return load().catch((cause: unknown) => {
    if (!(cause instanceof HoldfastError) || cause.tag !== "Aborted" || signal.aborted) throw cause
    return load()
  })
}

/** What a person will probably open next: first what waits for them, then what is pinned, then what was active last. */
export function likelyNext(sessions: ReadonlyArray<Session>, open: ReadonlySet<string>): ReadonlyArray<Session> {
  const waits = ({ permissions }: Session): number => (permissions.some(({ decision }) => decision === undefined) ? 1 : 0)
  return sessions
    .filter(({ id, status }) => status === "active" && !open.has(id))
    .sort((a, b) => waits(b) - waits(a) || Number(b.pinned) - Number(a.pinned) || b.lastActiveAt - a.lastActiveAt)
    .filter((_, place) => place < PRELOAD_MOST)
}
