/**
 * A whole log as a download (H-10), read like any attachment: bounded, resumed from the log, never ahead of the socket.
 */
import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import type { DoorError } from "@holdfast/protocol/errors"
import { decodeRecord, readRecord } from "@holdfast/protocol/record"
import type { AttachmentSink, Hub } from "../Hub.ts"
import { CastWriter } from "./cast.ts"
import { type ExchangeShape, principalOf } from "./Exchange.ts"

const TYPES = { cast: "application/x-asciicast", jsonl: "application/x-ndjson" } as const

/** Writes the log as it stands now to the exchange's response, which is taken over when this succeeds. */
export const exportLog = Effect.fnUntraced(function* (
  hub: Hub["Service"],
  exchange: ExchangeShape,
  session: string,
  format: "cast" | "jsonl",
): Effect.fn.Return<void, DoorError> {
  const { response } = exchange
  const record = yield* hub.get(session)
  const cast = new CastWriter(record)
  const lines =
    format === "cast"
      ? (bytes: Uint8Array): string => cast.record(bytes)
      : (bytes: Uint8Array): string => `${JSON.stringify(decodeRecord(readRecord(bytes, 0)))}\n`
  let ended = false
  const finish = (): void => {
    if (ended) return
    ended = true
    attachment.detach()
    response.end(format === "cast" ? cast.end() : "")
  }
  const sink: AttachmentSink = {
    events: (records, last) => {
      if (ended) return
      const wanted = records.filter((bytes) => readRecord(bytes, 0).seq <= record.lastSeq)
      response.write(wanted.map(lines).join(""), (error) => {
        if (error === undefined || error === null) attachment.acknowledge(last)
      })
      if (last >= record.lastSeq) finish()
    },
    snapshot: (seq, head, screen) => {
      if (ended) return
      if (format === "cast") response.write(cast.snapshot(head, screen))
      attachment.acknowledge(seq)
    },
    synced: finish,
    viewers: () => undefined,
    // Cut in the middle: the connection is broken off, so that nobody takes the part for the whole.
    detached: () => {
      if (!ended) response.destroy()
    },
  }
  const principal = principalOf(exchange)
  const client = `export-${randomBytes(8).toString("hex")}`
  const attachment = yield* hub.attach({ session, after: 0, mode: "viewer", client, name: principal.name }, sink, principal)
  if (response.destroyed) return attachment.detach()
  response.writeHead(200, {
    "content-type": TYPES[format],
    "content-disposition": `attachment; filename="${record.id}.${format}"`,
    "cache-control": "no-store",
    "x-last-seq": String(record.lastSeq),
  })
  response.on("error", () => response.destroy())
  response.once("close", () => {
    ended = true
    attachment.detach()
  })
  attachment.start()
})
