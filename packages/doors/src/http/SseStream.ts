/**
 * Server-Sent Events on one response (WHATWG HTML section 9.2), with back-pressure told to the writer.
 *
 * Nothing is queued here: `send` hands the text to the socket and calls back once the kernel has taken it. Whoever
 * feeds the stream stops when too much is under way. Comments keep proxies and clients awake (H-6).
 */
import type { ServerResponse } from "node:http"
import { decodeRecord, readRecord } from "@holdfast/protocol/record"

/** One message: `id` may stand alone to move the reader's cursor without an event. */
export interface SseMessage {
  readonly event?: string
  readonly id?: number | string
  /** One line of text: JSON has no line breaks. */
  readonly data?: string
}

/** Text of a message. */
export function sseText({ event, id, data }: SseMessage): string {
  return `${event === undefined ? "" : `event: ${event}\n`}${id === undefined ? "" : `id: ${id}\n`}${data === undefined ? "" : `data: ${data}\n`}\n`
}

const encoded = new WeakMap<Uint8Array, Uint8Array>()

/** The event message of a record. Subscribers of one tick share the record, and so the bytes made here. */
export function sseBytes(record: Uint8Array): Uint8Array {
  const known = encoded.get(record)
  if (known !== undefined) return known
  const view = readRecord(record, 0)
  const bytes = Buffer.from(sseText({ event: "event", id: view.seq, data: JSON.stringify(decodeRecord(view)) }), "utf8")
  encoded.set(record, bytes)
  return bytes
}

/** An open stream of events. */
export interface SseStream {
  /** Writes what `sseText` or `sseBytes` made; `taken` is called when all of it left the process, never when the client is gone. */
  readonly send: (pieces: ReadonlyArray<string | Uint8Array>, taken?: () => void) => void
  /** Bytes that were written and that the kernel has not taken. */
  readonly waiting: () => number
  readonly end: () => void
  /** Calls back once, when the client is gone or the stream was ended. */
  readonly onClose: (listener: () => void) => void
}

/** Opens a stream on a response; a comment is sent every `heartbeat` milliseconds unless something else is under way. */
export function openSse(response: ServerResponse, heartbeat: number, headers: Readonly<Record<string, string>> = {}): SseStream {
  response.writeHead(200, {
    ...headers,
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",
  })
  response.socket?.setNoDelay(true)
  response.socket?.setKeepAlive(true, 30_000)
  response.flushHeaders()
  const timer = setInterval(() => {
    if (!response.writableEnded && response.writableLength === 0) response.write(": \n\n")
  }, heartbeat)
  timer.unref()
  response.on("close", () => clearInterval(timer))
  // The client is gone in the middle of a write; close follows.
  response.on("error", () => response.destroy())
  return {
    send: (pieces, taken) => {
      if (response.writableEnded || response.destroyed) return
      const { socket } = response
      // One chunk, and one write: a response alone lets go of the frame around its chunk piece by piece.
      socket?.cork()
      response.cork()
      pieces.forEach((piece, i) => {
        if (i < pieces.length - 1) return response.write(piece)
        return response.write(piece, (error) => {
          if (error === undefined || error === null) taken?.()
        })
      })
      response.uncork()
      socket?.uncork()
    },
    waiting: () => response.writableLength,
    end: () => {
      clearInterval(timer)
      response.end()
    },
    onClose: (listener) => void response.once("close", listener),
  }
}
