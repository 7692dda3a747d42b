/** A snapshot as doors show it that speak JSON. */
import type { SnapshotHead } from "@holdfast/protocol/frame"
import { outputData } from "@holdfast/protocol/record"

const decoder = new TextDecoder()

/**
 * The fields of a snapshot, as JSON without its braces: those of its head, and the bytes that draw a terminal's screen or the JSON
 * of another kind under its name.
 */
export function snapshotFields(head: SnapshotHead, screen: Uint8Array): string {
  const fields = JSON.stringify(head).slice(1, -1)
  return head.kind === undefined
    ? `${fields},"screen":${JSON.stringify(outputData(screen))}`
    : `${fields},${JSON.stringify(head.kind)}:${decoder.decode(screen)}`
}
