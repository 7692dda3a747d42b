/** What programs note about a session: bounded, changed entry by entry (docs/protocol/rules.md, X-22). */
import { Unprocessable } from "@holdfast/protocol/errors"
import { METADATA_MAX, type Metadata } from "@holdfast/protocol/session"

/** Entries to set, and with `null` those to remove. */
export type MetadataChange = Readonly<Record<string, string | null>>

/** The metadata after a change; names are in order, so that equal metadata is equal text. */
export function changedMetadata(before: Metadata = {}, change: MetadataChange): Metadata {
  const entries = Object.entries({ ...before, ...change }).filter((entry): entry is [string, string] => entry[1] !== null)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** What is wrong with so much metadata; `undefined` when it is within its limits. */
export function metadataProblem(metadata: Metadata = {}): Unprocessable | undefined {
  const entries = Object.entries(metadata)
  if (entries.length > METADATA_MAX.entries) {
    const message = `metadata has at most ${METADATA_MAX.entries} entries, not ${entries.length}; remove some with null`
    return new Unprocessable({ message, field: "metadata" })
  }
  const encoder = new TextEncoder()
  const bytes = entries.reduce((sum, [name, value]) => sum + encoder.encode(name).length + encoder.encode(value).length, 0)
  if (bytes <= METADATA_MAX.bytes) return undefined
  const message = `metadata has at most ${METADATA_MAX.bytes} bytes of names and values, not ${bytes}`
  return new Unprocessable({ message, field: "metadata" })
}

/** Whether two sessions' metadata is the same. */
export function sameMetadata(a: Metadata = {}, b: Metadata = {}): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}
