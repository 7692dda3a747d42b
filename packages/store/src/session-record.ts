/**
 * Session records as read: parsed, brought to this version, completed with what the store itself knows.
 *
 * A stored record is never rewritten because it is old (docs/protocol/rules.md, S-14): it is upcast each time it is read.
 */
import type { Session } from "@holdfast/protocol/session"
import { SESSION_RECORD_VERSION } from "@holdfast/protocol/version"

/** A record as parsed JSON, of any version. */
export type RawRecord = Readonly<Record<string, unknown>>

/** `steps[n]` makes a record of version n + 2 from one of version n + 1. */
export type Upcasts = ReadonlyArray<(record: RawRecord) => RawRecord>

/** The steps this version knows; empty as long as there is one version. */
export const UPCASTS: Upcasts = []

/** A stored session record that cannot be read, with the reason. */
export class RecordUnreadable extends Error {
  readonly _tag = "RecordUnreadable"
}

/** What the store knows better than the record. */
export interface RecordFacts {
  readonly firstSeq: number
  readonly lastSeq: number
  readonly change: number
}

/** The record in version `target`. Throws `RecordUnreadable` when it is newer or its version is no number. */
export function upcastRecord(record: RawRecord, steps: Upcasts, target: number): RawRecord {
  const version = record["version"]
  if (typeof version !== "number" || !Number.isInteger(version) || version < 1) {
    throw new RecordUnreadable(`the record's version is ${JSON.stringify(version)}`)
  }
  if (version > target) {
    throw new RecordUnreadable(`the record has version ${version}, this program knows ${target}; use a newer holdfast`)
  }
  let raised = record
  for (let at = version; at < target; at++) {
    const step = steps[at - 1]
    if (step === undefined) throw new RecordUnreadable(`no migration leads from record version ${at} to ${at + 1}`)
    raised = { ...step(raised), version: at + 1 }
  }
  return raised
}

function parse(text: string): RawRecord {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as RawRecord
  } catch (cause) {
    throw new RecordUnreadable(`the record is not JSON (${String(cause)})`)
  }
  throw new RecordUnreadable("the record is not a JSON object")
}

/** The `Session` a stored text holds. Throws `RecordUnreadable`. */
export function completeRecord(text: string, facts: RecordFacts): Session {
  const record = upcastRecord(parse(text), UPCASTS, SESSION_RECORD_VERSION)
  return { ...record, ...facts } as unknown as Session
}

/** What is shown in a list for a session whose record is damaged, so that it is neither hidden nor wrong. */
export function damagedRecord(
  known: { readonly id: string; readonly kind: string; readonly status: string; readonly label: string },
  facts: RecordFacts,
  problem: string,
): Session {
  const record = {
    id: known.id,
    version: SESSION_RECORD_VERSION,
    kind: known.kind,
    label: known.label,
    directory: known.id,
    status: known.status,
    tags: [],
    pinned: false,
    owner: "",
    createdAt: 0,
    updatedAt: 0,
    lastActiveAt: 0,
    turn: { status: "idle" },
    process: "none",
    problem: `the stored record is damaged: ${problem}`,
    queue: [],
    permissions: [],
  }
  return { ...record, ...facts } as unknown as Session
}
