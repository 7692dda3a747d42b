/** Pages of session records: bounded in number and in bytes, which are counted before the next record is loaded (S-27), and their totals. */
import { LIST_TOTAL_MAX } from "@holdfast/protocol/session"

/** Bytes of records in one page, about; one record always fits. */
export const PAGE_BYTES = 2 * 1024 * 1024

/** Takes items up to `limit` of them and `PAGE_BYTES` of their sizes; `more` says that some were left. */
export function takePage<A>(
  items: Iterable<A>,
  limit: number,
  sizeOf: (item: A) => number,
): { readonly page: ReadonlyArray<A>; readonly more: boolean } {
  const taken = new PageOf(limit, sizeOf)
  taken.take(items)
  return taken
}

/** A page that is taken in parts: nothing is taken once `more` says that something was left. */
export class PageOf<A> {
  readonly page: Array<A> = []
  readonly #limit: number
  readonly #sizeOf: (item: A) => number
  #bytes = 0
  #more = false

  constructor(limit: number, sizeOf: (item: A) => number) {
    this.#limit = limit
    this.#sizeOf = sizeOf
  }

  get more(): boolean {
    return this.#more
  }

  /** How many items it can still take. */
  get room(): number {
    return this.#limit - this.page.length
  }

  /** Takes the next items, as many as there is room for. */
  take(items: Iterable<A>): void {
    for (const item of items) {
      this.#bytes += this.#sizeOf(item)
      this.#more ||= this.room === 0 || (this.page.length > 0 && this.#bytes > PAGE_BYTES)
      if (this.#more) return
      this.page.push(item)
    }
  }
}

/** The total of a list of which `found` items were counted, at least `LIST_TOTAL_MAX + 1` of them when there are that many (S-15). */
export function boundedTotal(found: number): { readonly total: number; readonly more: boolean } {
  return {
    total: Math.min(found, LIST_TOTAL_MAX),
    more: found > LIST_TOTAL_MAX,
  }
}
