/** The feed of sessions on one connection: sent as long as the client reads, and from its last change on when it reads again (D-12). */
import { encodeFeed } from "@holdfast/protocol/frame"
import type { FeedListener } from "@holdfast/hub/Hub"

/** What continues when the client was slow. */
interface Watch {
  change: number
  stop: (reason?: string) => void
  stalled: boolean
  /** Number of the last mark that was sent; absent when none are wanted. */
  seen: number | undefined
  readonly again: (change: number, seen: number | undefined) => void
}

/** The feed of one connection; there is at most one. */
export class SocketFeed {
  #watch: Watch | undefined
  readonly #send: (frame: Uint8Array) => void
  readonly #isFull: () => boolean

  constructor(send: (frame: Uint8Array) => void, isFull: () => boolean) {
    this.#send = send
    this.#isFull = isFull
  }

  /** Begins one in place of an earlier one; `again` starts it again after a change. */
  begin(seen: number | undefined, again: Watch["again"]): FeedListener {
    this.end()
    const watch: Watch = { change: 0, seen, stop: () => {}, stalled: false, again }
    this.#watch = watch
    return (change, sessions, synced, announcements, beside) => {
      if (this.#watch !== watch || watch.stalled) return
      if (this.#isFull()) {
        watch.stalled = true
        watch.stop("the client reads slowly")
        return
      }
      watch.change = change
      watch.seen = beside?.seen?.at(-1)?.number ?? watch.seen
      this.#send(encodeFeed(change, sessions, synced, announcements === undefined ? beside : { announcements, ...beside }))
    }
  }

  /** The hub's feed began at a change number. */
  began(change: number, stop: (reason?: string) => void): void {
    if (this.#watch === undefined) return stop()
    this.#watch.change = change
    this.#watch.stop = stop
    this.#watch.stalled = false
  }

  /** Ends it. */
  end(reason?: string): void {
    this.#watch?.stop(reason)
    this.#watch = undefined
  }

  /** The client reads again. */
  drained(): void {
    if (this.#watch?.stalled === true) this.#watch.again(this.#watch.change, this.#watch.seen)
  }
}
