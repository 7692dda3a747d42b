/**
 * A whole log as a download (H-10), read like any attachment: bounded, resumed from the log, never ahead of the socket.
 */
import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import { messageMarkdown, transcriptMarkdown } from "@holdfast/core/agent/markdown"
import type { Message } from "@holdfast/protocol/agent/message"
import { type DoorError, Unavailable, Unprocessable } from "@holdfast/protocol/errors"
import { decodeRecord, readRecord } from "@holdfast/protocol/record"
import { type AttachmentSink, type Hub, performed } from "@holdfast/hub/Hub"
import type { OperationInput } from "@holdfast/protocol/operations"
import type { Session } from "@holdfast/protocol/session"
import { CastWriter } from "./cast.ts"
import type { Exchange } from "./Exchange.ts"
import { FilmWriter, type PlayerPage } from "./html-film.ts"
import { GONE, refused } from "./sse-exchange.ts"

const TYPES = {
  cast: "application/x-asciicast",
  html: "text/html; charset=utf-8",
  jsonl: "application/x-ndjson",
  md: "text/markdown; charset=utf-8",
} as const

/** Format of an export. */
type Format = keyof typeof TYPES

/** Writes the log as it stands now to the exchange's response, which is taken over when this succeeds. */
export const exportLog = Effect.fnUntraced(function* (
  hub: Hub["Service"],
  exchange: Exchange,
  { session, format }: OperationInput<"log.export">,
  player: ReadPlayer | undefined,
): Effect.fn.Return<void, DoorError> {
  const { by, response } = exchange
  const record = yield* performed(hub, "sessions.get", { session }, by)
  if (format === "md" && record.kind !== "agent") {
    const message = `a session of kind ${record.kind} has no transcript; export it as cast or jsonl`
    return yield* refused(hub, "log.export", new Unprocessable({ message, field: "format" }), exchange)
  }
  const cast = new CastWriter(record)
  const lines = linesOf(format, cast)
  const film = format === "html" ? yield* filmOf(hub, exchange, record, player) : undefined
  let ended = false
  const finish = (): void => {
    if (ended) return
    ended = true
    attachment.detach("the export is complete")
    if (film === undefined) response.end(format === "cast" ? cast.end() : "")
    else film.end()
  }
  const sink: AttachmentSink = {
    events: (records, last) => {
      if (ended) return
      const wanted = records.filter((bytes) => readRecord(bytes, 0).seq <= record.lastSeq)
      const written = (error?: Error | null): void => {
        if (error === undefined || error === null) attachment.acknowledge(last)
      }
      if (film === undefined) response.write(wanted.map(lines).join(""), written)
      else film.write(film.lines(wanted), written)
      if (last >= record.lastSeq || film?.isFull === true) finish()
    },
    snapshot: (seq, head, screen) => {
      if (ended) return
      if (format === "cast") response.write(cast.snapshot(head, screen))
      if (head.kind === "terminal") film?.write(film.snapshot(seq, head, screen), () => undefined)
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
  film?.begin()
  if (format === "md") for (const line of transcriptMarkdown(record.label, [])) response.write(line)
  response.on("error", () => response.destroy())
  response.once("close", () => {
    ended = true
    attachment.detach(GONE)
  })
  attachment.start()
})

/** Reads the player that goes into a file; rejects with `ENOENT` when the build has made none, and with other errors of reading. */
export type ReadPlayer = () => Promise<PlayerPage>

/** The writer of an HTML file; fails where this hub has no player. */
function filmOf(
  hub: Hub["Service"],
  exchange: Exchange,
  record: Session,
  player: ReadPlayer | undefined,
): Effect.Effect<FilmWriter, DoorError> {
  const missing = "this hub has no player to put into a file; build it with `npm run build`, or export another format"
  const refuse = (message: string) => refused(hub, "log.export", new Unavailable({ message }), exchange)
  if (player === undefined) return refuse(missing)
  return Effect.tryPromise({ try: player, catch: (cause) => cause as NodeJS.ErrnoException }).pipe(
    Effect.matchEffect({
      onFailure: ({ code, message }) =>
        refuse(
          code === "ENOENT"
            ? missing
            : `the player cannot be read (${message}); mend that on the hub's machine, or export another format`,
        ),
      onSuccess: (page) => Effect.succeed(new FilmWriter(exchange.response, page, record)),
    }),
  )
}

function linesOf(format: Format, cast: CastWriter): (bytes: Uint8Array) => string {
  switch (format) {
    case "cast":
      return (bytes) => cast.record(bytes)
    case "html":
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
