/**
 * The feed of sessions as an async iterable (docs/protocol/rules.md, C-35). Between two steps of its loop records are gathered, each
 * at its latest state: the feed promises no more, and so a slow loop holds at most one record of each session.
 */
import type { Announcement } from "@holdfast/protocol/announcement"
import type { Session } from "@holdfast/protocol/session"
import type { Connection } from "./Connection.ts"
import { Feed } from "./Feed.ts"
import type { FeedCursor } from "./Feed.ts"
import { given } from "./given.ts"
import { PullIterator } from "./PullIterator.ts"
import { whenAborted } from "./signals.ts"
import type { CallOptions } from "./signals.ts"

/** What a watch hands out. */
export type WatchItem =
  /** Records that changed, up to change number `change`; `synced` once the feed has caught up. */
  | {
      readonly _tag: "Sessions"
      readonly sessions: ReadonlyArray<Session>
      readonly change: number
      readonly synced: boolean
      /** Everything that the hub announces now: when that has changed, and once the feed has caught up. */
      readonly announcements?: ReadonlyArray<Announcement>
    }
  /** The hub has another store than before: what was handed out is void, and every session follows. */
  | { readonly _tag: "Reset" }

/** Where a watch begins, and what ends it. */
export interface WatchOptions extends CallOptions {
  /** `SessionWatch.cursor` of an earlier one; without it the watch begins at the present. */
  readonly cursor?: FeedCursor | undefined
}

/**
 * Follows the feed over any number of connections, for one loop; leaving it, or an abort, ends it. Ends with what the hub refuses.
 * A connection has one feed at a time: a second one fails with `AlreadyConsumed`.
 */
export class SessionWatch implements AsyncIterable<WatchItem> {
  readonly #feed: Feed
  readonly #items: PullIterator<WatchItem>
  readonly #waiting = new Map<string, Session>()
  #next: { readonly change: number; readonly synced: boolean } | undefined
  #announcements: ReadonlyArray<Announcement> | undefined
  #isReset = false
  #cursor: FeedCursor | undefined

  constructor(connection: Connection, { cursor, signal }: WatchOptions = {}) {
    this.#cursor = cursor
    this.#items = new PullIterator<WatchItem>({
      take: () => this.#take(),
      left: () => {
        stop()
        this.#feed.stop()
      },
    })
    this.#feed = new Feed(
      connection,
      {
        sessions: (sessions, change, synced) => this.#changed(sessions, change, synced),
        // Its frame has records too, if only none: those come next.
        announcements: (announcements) => (this.#announcements = announcements),
        reset: () => {
          this.#waiting.clear()
          this.#next = this.#announcements = undefined
          this.#isReset = true
          this.#items.wake()
        },
        refused: (error) => this.#items.end(error.tag === "Closed" ? undefined : error),
      },
      cursor,
    )
    const stop = whenAborted(signal, () => void this.#items.return())
    if (signal?.aborted === true) void this.#items.return()
  }

  /** Where another watch continues: after what the loop was given. */
  get cursor(): FeedCursor | undefined {
    return this.#cursor
  }

  [Symbol.asyncIterator](): AsyncIterator<WatchItem> {
    return this.#items
  }

  /** Ends it, for `using`. */
  [Symbol.dispose](): void {
    void this.#items.return()
  }

  #changed(sessions: ReadonlyArray<Session>, change: number, synced: boolean): void {
    for (const session of sessions) {
      this.#waiting.delete(session.id)
      this.#waiting.set(session.id, session)
    }
    this.#next = { change, synced }
    this.#items.wake()
  }

  #take(): WatchItem | undefined {
    if (this.#isReset) {
      this.#isReset = false
      this.#cursor = { ...this.#feed.cursor, after: 0 }
      return { _tag: "Reset" }
    }
    const next = this.#next
    if (next === undefined) return undefined
    this.#next = undefined
    const sessions = [...this.#waiting.values()]
    this.#waiting.clear()
    const announcements = this.#announcements
    this.#announcements = undefined
    this.#cursor = { ...this.#feed.cursor, after: next.change }
    return { _tag: "Sessions", sessions, ...next, ...given({ announcements }) }
  }
}
