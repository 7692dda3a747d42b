/**
 * Secrets whose time is over, by their hashes: whoever shows one is told so (docs/protocol/rules.md, X-21). The last thousand tokens
 * and the last thousand browsers' keys are remembered, for 90 days.
 */
import { makeProof, proofId } from "./proof.ts"

/** A credential whose time has come. `expiresAt` in epoch milliseconds; `isBrowser`: it is the key of a browser. */
export interface Expired {
  readonly expiresAt: number
  readonly isBrowser: boolean
}

/** How many of each kind are remembered, and for how many milliseconds. */
const KEPT_MAX = 1000
const KEPT_FOR = 90 * 24 * 3_600_000

type Remembered = Expired & { readonly proofId: string }

/** Those that are remembered. */
export class ExpiredSecrets {
  /** In the order in which they were remembered. */
  readonly #tokens = new Map<string, Remembered>()
  readonly #browsers = new Map<string, Remembered>()
  #displaced: Array<string> = []
  readonly #now: () => number

  /** `now` gives epoch milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Remembers one; of too many of a kind the first goes, and so do those that are too old. */
  remember(hash: string, expired: Expired): void {
    const kept = expired.isBrowser ? this.#browsers : this.#tokens
    kept.delete(hash)
    kept.set(hash, { ...expired, proofId: proofId(hash) })
    for (const [oldest, one] of kept) {
      if (kept.size <= KEPT_MAX && this.#isFresh(one)) break
      kept.delete(oldest)
      if (!one.isBrowser) this.#displaced.push(oldest)
    }
  }

  /** Hashes of the tokens that are not remembered any more, each once. */
  takeDisplaced(): ReadonlyArray<string> {
    const displaced = this.#displaced
    this.#displaced = []
    return displaced
  }

  /** The one with this hash. */
  find(hash: string): Expired | undefined {
    const found = this.#tokens.get(hash) ?? this.#browsers.get(hash)
    return found !== undefined && this.#isFresh(found) ? found : undefined
  }

  /** Proof for the one with this public id; `undefined` when it is not remembered. */
  prove(id: string, nonce: string, address: string): string | undefined {
    for (const kept of [this.#tokens, this.#browsers])
      for (const [hash, one] of kept) if (one.proofId === id) return makeProof(hash, nonce, address)
    return undefined
  }

  #isFresh({ expiresAt }: Expired): boolean {
    return expiresAt > this.#now() - KEPT_FOR
  }
}
