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
  const page: Array<A> = []
  let bytes = 0
  for (const item of items) {
    bytes += sizeOf(item)
    if (page.length === limit || (page.length > 0 && bytes > PAGE_BYTES)) return { page, more: true }
    page.push(item)
  }
  return { page, more: false }
}

/** The total of a list of which `found` items were counted, at least `LIST_TOTAL_MAX + 1` of them when there are that many (S-15). */
export function boundedTotal(found: number): { readonly total: number; readonly more: boolean } {
  return {
    total: Math.min(found, LIST_TOTAL_MAX),
    more: found > LIST_TOTAL_MAX,
  }
}
