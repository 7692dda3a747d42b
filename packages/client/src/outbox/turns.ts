/**
 * Whose turn it is to send: of all tabs or processes with one box, one at a time (docs/protocol/rules.md, C-57).
 *
 * Nothing depends on it but the work it saves. Should two ever send at once, the hub would still carry each item out once.
 */
import type { Timers } from "../timers.ts"

/** The right to send, until it is given back or taken away. */
export interface Turn {
  /** Whether it was not taken away. */
  readonly isHeld: () => boolean | Promise<boolean>
  readonly release: () => void
}

/** Gives out turns. */
export interface Turns {
  /** Waits for the turn; `lost` is called when another takes it away. After `signal` it may never settle. */
  readonly take: (signal: AbortSignal, lost: () => void) => Promise<Turn>
}

/** For a box of one tab: it is always this one's turn. */
export const alone: Turns = { take: () => Promise.resolve({ isHeld: () => true, release: () => undefined }) }

/** What tabs with one box tell each other. */
export type Told =
  /** Items with these ids were changed, or any. */
  | { readonly changed?: ReadonlyArray<string> }
  /** Whether the one that has the turn is alive, and its answer. */
  | "alive?"
  | "alive"

/** A channel between the tabs with one box; does not deliver to the one that tells. */
export interface Grapevine {
  readonly tell: (told: Told) => void
  readonly listen: (listener: (told: Told) => void) => void
  readonly close: () => void
}

/** For a box of one tab. */
export const noGrapevine: Grapevine = { tell: () => undefined, listen: () => undefined, close: () => undefined }

/** The tabs of an origin, where the platform connects them. */
export function tabs(name: string): Grapevine {
  if (typeof BroadcastChannel === "undefined") return noGrapevine
  const channel = new BroadcastChannel(name)
  let isClosed = false
  return {
    // What ends after the outbox was closed has no one to tell.
    tell: (told) => (isClosed ? undefined : channel.postMessage(told)),
    listen: (listener) => channel.addEventListener("message", (event) => listener(event.data as Told)),
    close: () => {
      isClosed = true
      channel.close()
    },
  }
}

/** Milliseconds between two questions whether the holder is alive, and how many may stay unanswered: it has five seconds. */
const ASK_EVERY = 1000
const UNANSWERED_MOST = 4

/**
 * Turns by a Web Lock, which the browser frees when its tab ends. A frozen tab keeps it; so whoever waits asks every second
 * whether the holder is alive, and after five seconds without an answer takes the lock away. A tab that was frozen itself has
 * asked nothing meanwhile, and begins to count when it runs again.
 */
export function webTurns(locks: LockManager, name: string, grapevine: Grapevine, timers: Timers): Turns {
  let holding = false
  let heard: () => void = () => undefined
  grapevine.listen((told) => {
    if (told === "alive?" && holding) grapevine.tell("alive")
    if (told === "alive") heard()
  })
  const take = (signal: AbortSignal, lost: () => void): Promise<Turn> =>
    new Promise((resolve) => {
      const waiting = new AbortController()
      let isOver = false
      let unanswered = 0
      let cancel = (): void => undefined
      const over = (): void => {
        isOver = true
        cancel()
        waiting.abort()
        signal.removeEventListener("abort", over)
      }
      const ask = (options: LockOptions): void => {
        let end: (() => void) | undefined
        const granted = (): Promise<void> | undefined => {
          if (isOver) return undefined
          over()
          holding = true
          grapevine.tell("alive")
          return new Promise((done) => {
            end = () => {
              end = undefined
              holding = false
              done()
            }
            resolve({ isHeld: () => end !== undefined, release: () => end?.() })
          })
        }
        locks.request(name, options, granted).catch((cause: unknown) => {
          // Given up, or taken away; anything else means that this page has no locks, and then every tab sends.
          if (!(cause instanceof DOMException) || cause.name !== "AbortError") return void granted()
          if (end === undefined) return
          end()
          lost()
        })
      }
      const watch = (): void => {
        cancel = timers.after(ASK_EVERY, () => {
          if (unanswered++ >= UNANSWERED_MOST) return ask({ steal: true })
          grapevine.tell("alive?")
          watch()
        })
      }
      heard = () => {
        unanswered = 0
      }
      signal.addEventListener("abort", over)
      ask({ signal: waiting.signal })
      watch()
    })
  return { take }
}
