/** What a receiver is sent of an event (docs/protocol/rules.md, Y-1): the event, whole where it is not large, and the session in short. */
import * as Effect from "effect/Effect"
import { decodeRecord, readRecord } from "@holdfast/protocol/record"
import type { Session } from "@holdfast/protocol/session"
import type { WebhookEvent } from "@holdfast/protocol/webhook"
import type { KeptNote, Store, StoreError } from "@holdfast/store/Store"

/** Largest data of an event that is sent, in bytes of its record; of a larger one the receiver asks the hub. */
const DATA_MAX = 256 * 1024

/** Which event, as far as it is needed to find it again. */
export type NotedEvent = Pick<KeptNote, "session" | "id" | "seq">

/** What is sent. */
export interface Payload {
  readonly body: string
  readonly record: Session
}

/** The id of an event on the way to receivers: the same however often and to whomever it is sent. */
export function messageId({ id, seq }: Pick<NotedEvent, "id" | "seq">): string {
  return `evt_${id}_${seq}`
}

/** Reads an event for its receivers, without opening its session; `undefined` when it is not there any more. */
export function payloadOf(
  store: Store["Service"],
  type: WebhookEvent,
  { session, id, seq }: NotedEvent,
): Effect.Effect<Payload | undefined, StoreError> {
  return Effect.gen(function* () {
    const record = yield* store.get(id)
    const range = { after: seq - 1, maxBytes: 1, maxRecords: 1 }
    const [bytes] = (yield* store.read(session, range)).records
    const view = bytes === undefined ? undefined : readRecord(bytes, 0)
    if (view?.seq !== seq) return undefined
    const event = decodeRecord(view)
    const isWhole = view.body.length <= DATA_MAX
    const { data: _, ...head } = event
    const body = JSON.stringify({
      type,
      timestamp: new Date(event.time).toISOString(),
      data: { session: summary(record), event: isWhole ? event : { ...head, omitted: view.body.length } },
    })
    return { body, record }
  }).pipe(
    // A session that was purged or is damaged has no events for anyone.
    Effect.catchTags({ NoSuchSession: () => Effect.undefined, DataDamaged: () => Effect.undefined }),
  )
}

const summary = ({ id, kind, label, status, tags, metadata, owner, process, activity, lastSeq }: Session) => ({
  id,
  kind,
  label,
  status,
  tags,
  metadata: metadata ?? {},
  owner,
  process,
  activity,
  lastSeq,
})
