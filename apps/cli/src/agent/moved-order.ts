/**
 * The order of a queue when one message goes elsewhere.
 */
import type { QueueItem } from "@holdfast/protocol/agent/queue"

/** Ids of the waiting messages with one of them at `place`, from 1; undefined when that one does not wait. */
export function movedOrder(queue: ReadonlyArray<QueueItem>, id: string, place: number): ReadonlyArray<string> | undefined {
  const waiting = queue.filter(({ status }) => status === "waiting").map((item) => item.id)
  if (!waiting.includes(id)) return undefined
  const others = waiting.filter((other) => other !== id)
  others.splice(Math.min(Math.max(place, 1), waiting.length) - 1, 0, id)
  return others
}
