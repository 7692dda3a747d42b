/**
 * How often each token asks: operations a minute, counted in windows that begin with a token's first (docs/protocol/rules.md, X-26).
 *
 * The owner's credential has no limit, nor have the owner's devices. What is refused is not counted. Two numbers for each token that asked of late.
 */
import { RateLimited } from "@holdfast/protocol/errors"
import type { Principal, Rate } from "../Hub.ts"

/** Length of a window in milliseconds. */
export const RATE_WINDOW = 60_000

/** Tokens that are counted at a time, about; windows that are over are forgotten beyond it. */
const KEPT_MAX = 1000

interface Window {
  readonly until: number
  used: number
}

/** The counts of one hub. */
export class Rates {
  readonly #limit: number
  readonly #now: () => number
  readonly #windows = new Map<string, Window>()

  /** `limit` operations a window; 0 for no limit. `now` gives milliseconds that never go back. */
  constructor(limit: number, now: () => number = () => performance.now()) {
    this.#limit = limit
    this.#now = now
  }

  /** Counts one operation of a caller, or refuses it. */
  take(by: Principal): RateLimited | undefined {
    if (this.#limit === 0 || !isLimited(by)) return undefined
    const window = this.#windowOf(by)
    if (window.used < this.#limit) {
      window.used++
      return undefined
    }
    const retryAfter = Math.max(1, Math.ceil((window.until - this.#now()) / 1000))
    const message = `the token ${by.name} may ask ${this.#limit} times a minute; try again in ${retryAfter} s`
    return new RateLimited({ message, retryAfter, limit: this.#limit })
  }

  /** Where a caller stands; `undefined` when it has no limit. */
  of(by: Principal): Rate | undefined {
    if (this.#limit === 0 || !isLimited(by)) return undefined
    const { used, until } = this.#windowOf(by)
    return { limit: this.#limit, window: RATE_WINDOW, remaining: this.#limit - used, reset: until - this.#now() }
  }

  #windowOf({ credential }: Principal): Window {
    const now = this.#now()
    const known = this.#windows.get(credential)
    if (known !== undefined && known.until > now) return known
    if (this.#windows.size >= KEPT_MAX) {
      for (const [id, { until }] of this.#windows) if (until <= now) this.#windows.delete(id)
    }
    const window = { until: now + RATE_WINDOW, used: 0 }
    this.#windows.set(credential, window)
    return window
  }
}

/** The owner's credential, its like and the owner's devices are not limited, nor is who shows none: public operations are for those. */
const isLimited = ({ holder, scope }: Principal): boolean => holder === undefined && scope !== "none"
