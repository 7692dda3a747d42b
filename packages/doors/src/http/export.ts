/**
 * A whole log as a download (H-10), read like any attachment: bounded, resumed from the log, never ahead of the socket.
 */
import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import { messageMarkdown, transcriptMarkdown } from "@holdfast/core/agent/markdown"
import type { Message } from "@holdfast/protocol/agent/message"
import { type DoorError, Unprocessable } from "@holdfast/protocol/errors"
import { decodeRecord, readRecord } from "@holdfast/protocol/record"
import { type AttachmentSink, type Hub, performed } from "@holdfast/hub/Hub"
import type { OperationInput } from "@holdfast/protocol/operations"
import { CastWriter } from "./cast.ts"
import type { Exchange } from "./Exchange.ts"
import { GONE, refused } from "./sse-exchange.ts"

const TYPES = { cast: "application/x-asciicast", jsonl: "application/x-ndjson", md: "text/markdown; charset=utf-8" } as const

/** Format of an export. */
type Format = keyof typeof TYPES

/** Writes the log as it stands now to the exchange's response, which is taken over when this succeeds. */
export const exportLog = Effect.fnUntraced(function* (
  hub: Hub["Service"],
  exchange: Exchange,
  { session, format }: OperationInput<"log.export">,
): Effect.fn.Return<void, DoorError> {
  const { by, response } = exchange
  const record = yield* performed(hub, "sessions.get", { session }, by)
  if (format === "md" && record.kind !== "agent") {
    const message = `a session of kind ${record.kind} has no transcript; export it as cast or jsonl`
    return yield* refused(hub, "log.export", new Unprocessable({ message, field: "format" }), exchange)
  }
  const cast = new CastWriter(record)
  const lines = linesOf(format, cast)
  let ended = false
  const finish = (): void => {
    if (ended) return
    ended = true
    attachment.detach("the export is complete")
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
    // Cut in the middle: the connection is broken off, so that no one takes the part for the whole.
    detached: () => {
      if (!ended) response.destroy()
    },
  }
  const client = `export-${randomBytes(8).toString("hex")}`
  const request = { session, after: 0, mode: "viewer", client, name: by.name } as const
  const filter = { channel: "message", type: "added" }
  const attachment = yield* hub.attach(format === "md" ? { ...request, filter } : request, sink, by)
  if (response.destroyed) return attachment.detach(GONE)
  response.writeHead(200, {
    "content-type": TYPES[format],
    "content-disposition": `attachment; filename="${record.id}.${format}"`,
    "cache-control": "no-store",
    "x-last-seq": String(record.lastSeq),
  })
  if (format === "md") for (const line of transcriptMarkdown(record.label, [])) response.write(line)
  response.on("error", () => response.destroy())
  response.once("close", () => {
    ended = true
    attachment.detach(GONE)
  })
  attachment.start()
})

function linesOf(format: Format, cast: CastWriter): (bytes: Uint8Array) => string {
  switch (format) {
    case "cast":
      return (bytes) => cast.record(bytes)
    case "jsonl":
      return (bytes) => `${JSON.stringify(decodeRecord(readRecord(bytes, 0)))}\n`
    case "md":
      return (bytes) => {
        const { data } = decodeRecord(readRecord(bytes, 0))
        const message = (data as { readonly message?: Message }).message
        return message === undefined ? "" : `\n${messageMarkdown(message)}`
      }
  }
}
