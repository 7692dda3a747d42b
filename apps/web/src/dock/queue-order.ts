/** The order of a queue, as it is moved (docs/protocol/rules.md, Q-4, Q-9). */
import type { QueueItem } from "@holdfast/protocol/agent/queue"

/** Ids of what can be moved, in order: what waits. */
export function waitingIds(items: ReadonlyArray<QueueItem>): ReadonlyArray<string> {
  return items.filter(({ status }) => status === "waiting").map(({ id }) => id)
}

/** The order with one id at another place; the same list when nothing moves. */
export function moved(ids: ReadonlyArray<string>, id: string, to: number): ReadonlyArray<string> {
  const from = ids.indexOf(id)
  const place = Math.max(0, Math.min(ids.length - 1, to))
  if (from === -1 || from === place) return ids
  const rest = ids.filter((one) => one !== id)
  return [...rest.slice(0, place), id, ...rest.slice(place)]
}

/** Items in an order that is on its way; what it does not name keeps its place behind. */
export function inOrder(items: ReadonlyArray<QueueItem>, order: ReadonlyArray<string> | undefined): ReadonlyArray<QueueItem> {
  if (order === undefined) return items
  const place = new Map(order.map((id, at) => [id, at]))
  const fixed = items.filter(({ status }) => status !== "waiting")
  const waiting = items.filter(({ status }) => status === "waiting")
  return [...fixed, ...waiting.sort((one, other) => (place.get(one.id) ?? Infinity) - (place.get(other.id) ?? Infinity))]
}

/** Where a pointer at `y` puts a row, by the middles of the rows. */
export function placeAt(middles: ReadonlyArray<number>, y: number): number {
  return middles.filter((middle) => middle < y).length
}
