/** Merging a message's metadata, as the AI SDK does: objects by key at every level, all else is replaced. */
import type { Json } from "@holdfast/protocol/agent/chunk"

type JsonRecord = { readonly [key: string]: Json }

const isRecord = (value: Json | undefined): value is JsonRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Keys that would reach a prototype. */
const REFUSED = ["__proto__", "constructor", "prototype"]

/** The metadata with what a chunk adds; null and undefined add nothing. */
export function mergeMetadata(base: Json | undefined, added: Json | undefined): Json | undefined {
  if (added === undefined || added === null) return base
  if (!isRecord(base) || !isRecord(added)) return added
  const merged: Record<string, Json> = { ...base }
  for (const [key, value] of Object.entries(added)) {
    if (REFUSED.includes(key)) continue
    const known = Object.hasOwn(merged, key) ? merged[key] : undefined
    const both = isRecord(known) && isRecord(value) ? mergeMetadata(known, value) : value
    if (both !== undefined) merged[key] = both
  }
  return merged
}
