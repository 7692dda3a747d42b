/**
 * A log as Server-Sent Events (H-6): an attachment whose credit is what the client's socket took (D-10).
 */
import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import type { DoorError } from "@holdfast/protocol/errors"
import type { SnapshotHead } from "@holdfast/protocol/frame"
import { readRecord } from "@holdfast/protocol/record"
import type { OperationInput } from "@holdfast/protocol/operations"
import type { Session } from "@holdfast/protocol/session"
import { readEventQuery } from "@holdfast/hub/operations/event-query"
import type { Attachment, AttachmentSink, AttachRequest, Hub } from "@holdfast/hub/Hub"
import { snapshotFields } from "../json/snapshot-fields.ts"
import type { Exchange } from "./Exchange.ts"
import { GONE, openStream, refused, resumePoint } from "./sse-exchange.ts"
import { sseBytes, sseText, type SseStream } from "./SseStream.ts"

/** Attaches the exchange's response to a session. The response is taken over when this succeeds. */
export const followAsSse = Effect.fnUntraced(function* (
  hub: Hub["Service"],
  exchange: Exchange,
  { session, log, ...query }: OperationInput<"log.follow">,
): Effect.fn.Return<void, DoorError> {
  const { by, response } = exchange
  const from = resumePoint(exchange, query.after)
  const read = readEventQuery(from === undefined ? query : { ...query, after: from })
  if ("_tag" in read) return yield* refused(hub, "log.follow", read, exchange)
  const { after, filter } = read
  const request: AttachRequest = {
    session,
    ...(after === undefined ? {} : { after }),
    ...(log === undefined ? {} : { log }),
    mode: "viewer",
    client: `sse-${randomBytes(8).toString("hex")}`,
    name: by.name,
    ...(Object.keys(filter).length === 0 ? {} : { filter }),
  }
  const door = makeSseSink()
  const attachment = yield* hub.attach(request, door.sink, by)
  if (response.destroyed) return attachment.detach(GONE)
  const stream = openStream(exchange, () => attachment.detach(GONE))
  door.connect(stream, attachment)
  attachment.start()
})

/** A sink that writes to a stream once it is connected. */
function makeSseSink(): { readonly sink: AttachmentSink; readonly connect: (stream: SseStream, attachment: Attachment) => void } {
  let stream: SseStream | undefined
  let attachment: Attachment | undefined
  const sink: AttachmentSink = {
    events: (records, last) => {
      const pieces: Array<string | Uint8Array> = records.map(sseBytes)
      const shown = records.at(-1)
      // Under a filter the cursor continues past what was left out, so that a reconnect does not look at it again.
      if (shown === undefined || readRecord(shown, 0).seq < last) pieces.push(sseText({ id: last }))
      stream?.send(pieces, () => attachment?.acknowledge(last))
    },
    snapshot: (seq, head, screen, session) =>
      stream?.send([snapshotText(seq, head, screen, session)], () => attachment?.acknowledge(seq)),
    synced: (seq) => stream?.send([sseText({ event: "synced", id: seq, data: JSON.stringify({ seq, log: attachment?.log }) })]),
    viewers: () => undefined,
    detached: (reason) => {
      stream?.send([`: detached ${reason.replace(/[^\x20-\x7e]/g, " ")}\n\n`])
      stream?.end()
    },
  }
  return {
    sink,
    connect: (opened, attached) => {
      stream = opened
      attachment = attached
    },
  }
}

const snapshotText = (seq: number, head: SnapshotHead, screen: Uint8Array, session: Session): string =>
  sseText({
    event: "snapshot",
    id: seq,
    data: `{"seq":${seq},${snapshotFields(head, screen)},"session":${JSON.stringify(session)}}`,
  })
