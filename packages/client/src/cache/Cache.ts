/**
 * A cache with a limit, a time to live and statistics (docs/protocol/rules.md, C-63).
 *
 * What was used longest ago leaves first. A value that is being loaded is loaded once, however many ask for it.
 */

/** Limits of a cache. */
export interface CacheOptions {
  /** Most values. */
  readonly most: number
  /** Milliseconds for which a value is good. */
  readonly ttl: number
  /** Milliseconds of a clock; `Date.now`. */
  readonly now?: () => number
}

/** What a cache did since it was made. */
export interface CacheStats {
  readonly size: number
  readonly hits: number
  readonly misses: number
  /** Values that left because others needed the room. */
  readonly evictions: number
  /** Values that were found, and were too old. */
  readonly expired: number
}

interface Kept<V> {
  readonly value: V
  readonly until: number
}

/** Values by a key. */
export class Cache<V> {
  readonly #most: number
  readonly #ttl: number
  readonly #now: () => number
  readonly #kept = new Map<string, Kept<V>>()
  readonly #loading = new Map<string, Promise<V>>()
  #hits = 0
  #misses = 0
  #evictions = 0
  #expired = 0

  constructor({ most, ttl, now = Date.now }: CacheOptions) {
    this.#most = most
    this.#ttl = ttl
    this.#now = now
  }

  get stats(): CacheStats {
    return { size: this.#kept.size, hits: this.#hits, misses: this.#misses, evictions: this.#evictions, expired: this.#expired }
  }

  /** The value, if it is there and good; counts as used. */
  get(key: string): V | undefined {
    const kept = this.#good(key)
    if (kept === undefined) {
      this.#misses += 1
      return undefined
    }
    this.#hits += 1
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    return kept.value
  }

  /** The value, without being counted or used. */
  peek(key: string): V | undefined {
    return this.#good(key)?.value
  }

  /** Whether a value is there and good, or is being loaded. */
  has(key: string): boolean {
    return this.#loading.has(key) || this.#good(key) !== undefined
  }

  /** Keeps a value, in place of one that is being loaded too. */
  set(key: string, value: V): void {
    this.#loading.delete(key)
    this.#kept.delete(key)
    this.#kept.set(key, { value, until: this.#now() + this.#ttl })
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#most) break
      this.#kept.delete(oldest)
      this.#evictions += 1
    }
  }

  /** The value, loaded if it is not there. What fails to load is not kept; what was deleted or set while it loaded is not replaced. */
  load(key: string, load: () => Promise<V>): Promise<V> {
    const value = this.get(key)
    if (value !== undefined) return Promise.resolve(value)
    const under = this.#loading.get(key)
    if (under !== undefined) return under
    const loading: Promise<V> = load().then(
      (loaded) => {
        if (this.#loading.get(key) === loading) this.set(key, loaded)
        this.#end(key, loading)
        return loaded
      },
      (cause: unknown) => {
        this.#end(key, loading)
        throw cause
      },
    )
    this.#loading.set(key, loading)
    return loading
  }

  delete(key: string): void {
    this.#kept.delete(key)
    this.#loading.delete(key)
  }

  clear(): void {
    this.#kept.clear()
    this.#loading.clear()
  }

  #end(key: string, loading: Promise<V>): void {
    if (this.#loading.get(key) === loading) this.#loading.delete(key)
  }

  #good(key: string): Kept<V> | undefined {
    const kept = this.#kept.get(key)
    if (kept === undefined || kept.until > this.#now()) return kept
    this.#kept.delete(key)
    this.#expired += 1
    return undefined
  }
}
