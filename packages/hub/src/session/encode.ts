/** From drafts and output to records, and from a state to what the store keeps of it. */
import { evolve } from "@holdfast/core/evolve"
import { filedProcess } from "@holdfast/core/filed-process"
import { type BesideRecord, besideRecord, stateOf } from "@holdfast/core/record-state"
import { type SessionState, toSession } from "@holdfast/core/state"
import type { Channel, Event } from "@holdfast/protocol/event"
import { EVENTS_VERSION, type EventDraft, type KnownEvent, writtenVersion } from "@holdfast/protocol/events"
import { encodeEvent, type LogRecord } from "@holdfast/protocol/record"
import type { Session } from "@holdfast/protocol/session"
import type * as Schema from "effect/Schema"
import { NOTED_EVENTS } from "@holdfast/protocol/noted"
import { momentOf, signOf } from "@holdfast/core/trace/signs"
import type { Claimed, Note, StoredState } from "@holdfast/store/Store"
import type { TracePoint } from "@holdfast/store/Traces"

/** Version of what the hub stores beside the record. */
const INNER_VERSION = 3

/** Events that change nothing of a record but its last seq. */
const UNRECORDED = new Set(["session/marked", "system/trimmed", "system/transcript", "message/added"])

/** Draft events with their seqs, encoded once, and the state after them. */
export interface Encoded {
  readonly records: ReadonlyArray<LogRecord>
  readonly state: SessionState
  /** True when the record changed, so that it must be stored. */
  readonly recorded: boolean
  /** The events that webhooks may be sent (Y-1, Y-9), or people be told of (PN-3), where there are any. */
  readonly notes: ReadonlyArray<Note> | undefined
  /** What they add to the trace, where there is anything. */
  readonly trace: ReadonlyArray<TracePoint> | undefined
}

const asJson = (data: EventDraft["data"]): Schema.Json => data as unknown as Schema.Json

/** Gives drafts their seqs from `seq` on and folds them. */
export function encodeDrafts(
  id: string,
  before: SessionState | undefined,
  drafts: ReadonlyArray<EventDraft>,
  seq: number,
  time: number,
  by: string | undefined,
): Encoded | undefined {
  const records: Array<LogRecord> = []
  let state = before
  let recorded = false
  let notes: Array<Note> | undefined
  let trace: Array<TracePoint> | undefined
  for (const draft of drafts) {
    const [channel, type] = draft.name.split("/") as [Channel, string]
    const author = draft.by ?? by
    const version = writtenVersion(draft.name)
    const event: Event = {
      seq: seq++,
      time,
      channel,
      type,
      ...(draft.turn === undefined ? {} : { turn: draft.turn }),
      ...(author === undefined ? {} : { by: author }),
      ...(version === undefined ? {} : { version }),
      data: asJson(draft.data),
    }
    records.push(encodeEvent(event))
    state = evolve(state, event, id)
    if (channel === "agent") continue
    recorded ||= !UNRECORDED.has(draft.name)
    if (NOTED_EVENTS.has(draft.name) && draft.isQuiet !== true) (notes ??= []).push({ seq: event.seq, name: draft.name })
    const moment = momentOf(draft as KnownEvent)
    if (moment !== undefined) (trace ??= []).push({ seq: event.seq, time, sign: moment })
  }
  const sign = recorded ? signOf(state) : undefined
  if (sign !== undefined && sign !== signOf(before)) (trace ??= []).push({ seq: seq - 1, time, sign })
  return state === undefined ? undefined : { records, state, recorded, notes, trace }
}

/** What the store keeps of a state, and with it up to which seq ended turns are known to be folded. */
export function storedState(state: SessionState, foldedThrough = 0): StoredState {
  return {
    record: JSON.stringify(toSession(state, { firstSeq: 1, lastSeq: state.lastSeq, change: 0 })),
    inner: JSON.stringify({ version: INNER_VERSION, events: EVENTS_VERSION, foldedThrough, beside: besideRecord(state) }),
    kind: state.kind,
    status: state.status,
    process: filedProcess(state),
    label: state.label,
    owner: state.owner,
    ...(state.createdBy === undefined ? {} : { createdBy: state.createdBy }),
    pinned: state.pinned,
    tags: state.tags,
    ...(state.metadata === undefined ? {} : { metadata: metadataText(state.metadata) }),
    createdAt: state.createdAt,
    updatedAt: state.updatedAt,
    lastActiveAt: state.lastActiveAt,
    ...(state.news === undefined ? {} : { news: state.news.seq }),
    ...(state.purgeAt === undefined ? {} : { purgeAt: state.purgeAt }),
  }
}

const metadataTexts = new WeakMap<object, string>()

/** The text of a session's metadata, made once: few changes of a state change it. */
function metadataText(metadata: NonNullable<SessionState["metadata"]>): string {
  const known = metadataTexts.get(metadata)
  if (known !== undefined) return known
  const text = JSON.stringify(metadata)
  metadataTexts.set(metadata, text)
  return text
}

/** A stored state, and up to which seq ended turns are folded. */
export interface StoredInner {
  readonly state: SessionState
  readonly foldedThrough: number
}

/** What `storedState` put beside the record. */
interface Inner {
  readonly version?: unknown
  /** Version of the table of events that the state was made with. */
  readonly events?: number
  readonly foldedThrough?: number
  readonly beside?: BesideRecord
}

/** Reads the state back from what was stored; `undefined` when it is not one of ours, or was made by a newer program (E-9). */
export function readStored({ record, inner, nextSeq }: Pick<Claimed, "record" | "inner" | "nextSeq">): StoredInner | undefined {
  try {
    const { version, events = 1, foldedThrough = 0, beside } = JSON.parse(inner) as Inner
    if (version !== INNER_VERSION || events > EVENTS_VERSION || beside === undefined) return undefined
    const state = stateOf(JSON.parse(record) as Session, beside)
    return { state: { ...state, lastSeq: nextSeq - 1 }, foldedThrough }
  } catch {
    return undefined
  }
}
