/**
 * The feed of sessions: every record that changes, resumed from the last change after a loss (docs/protocol/rules.md, D-12).
 */
import { FRAME_FEED } from "@holdfast/protocol/frame"
import type { ServerFrame } from "@holdfast/protocol/frame"
import type { Announcement } from "@holdfast/protocol/announcement"
import type { Seen } from "@holdfast/protocol/desk"
import type { Doing } from "@holdfast/protocol/doing"
import type { Session } from "@holdfast/protocol/session"
import type { Connection, Follower } from "./Connection.ts"
import { alreadyConsumed, isTransient } from "./errors.ts"
import type { HoldfastError } from "./errors.ts"
import { given } from "./given.ts"
import { Retry } from "./Retry.ts"

/** What a feed reports. Listeners must not throw. */
export interface FeedListener {
  /** Records that changed, up to change number `change`; `synced` once the feed has caught up. */
  readonly sessions: (sessions: ReadonlyArray<Session>, change: number, synced: boolean) => void
  /** Every announcement of the hub that is in force now: when that changes, and once the feed has caught up. */
  readonly announcements?: (announcements: ReadonlyArray<Announcement>) => void
  /** What was asked for beside the records: what sessions do now, and this person's marks. */
  readonly beside?: (beside: FeedBeside) => void
  /** The hub has another store than before, or less of it: what was sent is void, and every session follows. */
  readonly reset?: () => void
  /** The hub refuses the feed, or the connection is over; nothing follows. */
  readonly refused?: (error: HoldfastError) => void
}

/** What goes beside the records. */
export interface FeedBeside {
  readonly announcements?: ReadonlyArray<Announcement>
  readonly doing?: ReadonlyArray<Doing>
  readonly seen?: ReadonlyArray<Seen>
}

/** What a feed asks for: the announcements alone, or beside the records what sessions do, and marks after a number. */
export interface FeedWishes {
  readonly only?: "announcements"
  readonly doing?: boolean
  readonly seen?: number
}

/** Where a feed continues: after a change number, of the feed with an identity; see `Feed.cursor`. */
export interface FeedCursor {
  readonly after: number
  readonly feed?: string
}

/** What a feed is on its connection, where sessions are by their ids. */
const FEED = "feed"

/**
 * Follows the feed on a connection until `stop`, from a cursor on; without one it begins at the head. A connection has one:
 * a second one's constructor throws `AlreadyConsumed`.
 */
export class Feed {
  readonly #connection: Connection
  readonly #listener: FeedListener
  readonly #unfollow: () => void
  #change: number | undefined
  #feed: string | undefined
  readonly #follower: Follower
  #listening = false
  #isStopped = false
  readonly #retry: Retry
  readonly #wishes: () => FeedWishes

  /** `wishes` are asked for at each watch. */
  constructor(connection: Connection, listener: FeedListener, cursor?: FeedCursor, wishes: () => FeedWishes = () => ({})) {
    this.#connection = connection
    this.#listener = listener
    this.#retry = new Retry(connection.timers, () => this.#watch())
    this.#change = cursor?.after
    this.#feed = cursor?.feed
    this.#wishes = wishes
    this.#follower = {
      connected: () => this.#watch(),
      dropped: () => this.#dropped(),
      frame: (frame) => this.#frame(frame),
      over: (error) => listener.refused?.(error),
    }
    if (connection.claim(FEED, this.#follower) !== this.#follower) throw alreadyConsumed("feed")
    this.#unfollow = connection.follow(this.#follower)
  }

  /** Last change number taken in. */
  get change(): number | undefined {
    return this.#change
  }

  /** What to continue with later; `undefined` until the feed has begun. */
  get cursor(): FeedCursor | undefined {
    const [after, feed] = [this.#change, this.#feed]
    return after === undefined ? undefined : { after, ...given({ feed }) }
  }

  /** Ends the feed. */
  stop(): void {
    if (this.#isStopped) return
    this.#isStopped = true
    if (this.#listening) this.#connection.request("UnwatchSessions", {}, () => undefined)
    this.#dropped()
    this.#unfollow()
  }

  #dropped(): void {
    this.#listening = false
    this.#retry.stop()
  }

  #watch(): void {
    this.#connection.request("WatchSessions", { ...this.cursor, ...this.#wishes() }, (exit) => {
      if (this.#isStopped) return exit.ok ? this.#abandon() : undefined
      if (exit.ok) {
        this.#listening = true
        this.#retry.done()
        const { change, feed, reset } = exit.value
        this.#feed = feed
        if (reset) this.#change = change
        else this.#change ??= change
        if (reset) this.#listener.reset?.()
        return
      }
      const { error } = exit
      if (error.tag === "ConnectionLost" || error.tag === "Unreachable") return
      if (!isTransient(error)) {
        this.#listener.refused?.(error)
        return
      }
      this.#retry.later()
    })
  }

  /** The hub agreed when no one wants it any more: it stops, unless another one has the connection's feed by now. */
  #abandon(): void {
    const isFree = this.#connection.claim(FEED, this.#follower) === this.#follower
    this.#unfollow()
    if (isFree) this.#connection.request("UnwatchSessions", {}, () => undefined)
  }

  #frame(frame: ServerFrame): void {
    if (frame.type !== FRAME_FEED || !this.#listening) return
    this.#change = frame.change
    const { announcements } = frame
    if (announcements !== undefined) this.#listener.announcements?.(announcements as ReadonlyArray<Announcement>)
    this.#listener.beside?.(frame as FeedBeside)
    this.#listener.sessions(frame.sessions as ReadonlyArray<Session>, frame.change, frame.synced)
  }
}
