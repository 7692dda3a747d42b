/**
 * The thinnest client of the stream socket: for load, where the client's own work must not be what is measured.
 *
 * It counts records without decoding them, acknowledges every 64 KiB, and sends the commands of a turn together, as the
 * real client does; it does not reconnect.
 */
import { once } from "node:events"
import { WebSocket } from "ws"
import {
  decodeServerFrame,
  encodeAck,
  encodeInput,
  EVENTS_HEADER_BYTES,
  FRAME_DETACHED,
  FRAME_EVENTS,
  FRAME_INPUT_RESULT,
  FRAME_SNAPSHOT,
  FRAME_SYNCED,
} from "@holdfast/protocol/frame"
import { RECORD_OUTPUT } from "@holdfast/protocol/record"
import { PROTOCOL_VERSION } from "@holdfast/protocol/version"

/** A command that was refused: the tag of the error and its message. */
export class Refused extends Error {
  readonly _tag = "Refused"
}

/** One attachment as load sees it. Counters grow as frames arrive; `changed` is called after each frame with its number of events. */
export interface Stream {
  readonly session: string
  handle: number
  /** Events received, their bytes, and the last seq. */
  events: number
  bytes: number
  /** Bytes of terminal output among them. */
  output: number
  seq: number
  synced: boolean
  snapshot: boolean
  /** Highest settled input. */
  settled: number
  /** Bytes since the last acknowledgement. */
  unacknowledged: number
  changed: (events: number) => void
  /** Receives the screen of a snapshot and the records of each events frame, when set. */
  received?: (bytes: Buffer) => void
  /** Receives what a snapshot holds behind its head, in place of `received`, when set. */
  screen?: (bytes: Buffer) => void
}

/** A connection. */
export interface Wire {
  readonly call: (command: string, payload: object) => Promise<Record<string, unknown>>
  /** Attaches; frames may arrive before the promise's continuation runs and are counted. */
  readonly attach: (
    session: string,
    options: { readonly after?: number; readonly mode?: "interactive" | "viewer" },
    changed?: (events: number) => void,
    receivers?: Pick<Stream, "received" | "screen">,
  ) => Promise<Stream>
  readonly input: (stream: Stream, number: number, bytes: Uint8Array) => void
  /** Stops or continues reading from the socket. */
  readonly pause: () => void
  readonly resume: () => void
  readonly close: () => Promise<void>
}

const ACK_EVERY = 64 * 1024

/** Bytes of an output record before the output (E-6). */
const OUTPUT_HEADER_BYTES = 25

/** Where a hub is and how it is entered. */
export interface Address {
  readonly url: string
  readonly token: string
}

/** Connects and says hello. Rejects when the hub refuses. */
export async function connectWire(address: Address): Promise<Wire> {
  const socket = new WebSocket(`${address.url.replace("http", "ws")}/api/socket`, "holdfast.1", {
    headers: { authorization: `Bearer ${address.token}` },
    perMessageDeflate: false,
    maxPayload: 64 * 1024 * 1024,
  })
  await once(socket, "open")
  const calls = new Map<
    string,
    { readonly done: (value: Record<string, unknown>) => void; readonly fail: (error: Error) => void }
  >()
  const streams = new Map<number, Stream>()
  const attaching = new Map<string, Stream>()
  let next = 0

  const fail = (message: string): void => {
    for (const call of calls.values()) call.fail(new Error(message))
    calls.clear()
  }
  socket.on("error", (error) => fail(error.message))
  socket.on("close", (code, reason) => fail(`the hub closed the socket: ${code} ${reason.toString()}`))
  socket.on("message", (data, binary) => {
    const bytes = data as Buffer
    if (!binary) return settle(JSON.parse(bytes.toString("utf8")), calls, streams, attaching)
    const stream = streams.get(bytes.readUInt32BE(1))
    if (stream !== undefined) receive(stream, bytes, socket)
  })

  let gathered: Array<string> = []
  const flush = (): void => {
    if (gathered.length === 0) return
    socket.send(gathered.length === 1 ? String(gathered[0]) : `[${gathered.join(",")}]`)
    gathered = []
  }
  const call: Wire["call"] = (command, payload) =>
    new Promise((done, failed) => {
      const id = String(next++)
      calls.set(id, { done, fail: failed })
      if (gathered.length === 0) queueMicrotask(flush)
      gathered.push(JSON.stringify({ _tag: "Request", id, tag: command, payload, headers: [] }))
    })

  const [client, connection] = [`bench-${crypto.randomUUID()}`, crypto.randomUUID()]
  await call("Hello", { protocol: PROTOCOL_VERSION, client, connection, name: "bench" })
  return {
    call,
    attach: async (session, options, changed = () => {}, receivers = {}) => {
      const stream: Stream = {
        session,
        handle: -1,
        events: 0,
        bytes: 0,
        output: 0,
        seq: 0,
        synced: false,
        snapshot: false,
        settled: 0,
        unacknowledged: 0,
        changed,
        ...receivers,
      }
      attaching.set(String(next), stream)
      await call("Attach", { session, mode: "viewer", ...options })
      return stream
    },
    input: (stream, number, bytes) => {
      flush()
      socket.send(encodeInput(stream.handle, number, bytes))
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: async () => {
      if (socket.readyState === WebSocket.CLOSED) return
      socket.terminate()
      await once(socket, "close")
    },
  }
}

/** Settles the calls that a text message answers; registers attachments before their first frame can arrive. */
function settle(
  message: unknown,
  calls: Map<string, { readonly done: (value: Record<string, unknown>) => void; readonly fail: (error: Error) => void }>,
  streams: Map<number, Stream>,
  attaching: Map<string, Stream>,
): void {
  if (Array.isArray(message)) {
    for (const one of message) settle(one, calls, streams, attaching)
    return
  }
  const answer = message as {
    _tag: string
    requestId?: string
    exit?: { _tag: string; value?: unknown; cause?: unknown }
    defect?: unknown
    error?: unknown
  }
  if (answer._tag !== "Exit" || answer.requestId === undefined) {
    if (answer._tag === "Pong") return
    const text = JSON.stringify(message).slice(0, 500)
    for (const call of calls.values()) call.fail(new Error(`unexpected answer ${text}`))
    return calls.clear()
  }
  const id = String(answer.requestId)
  const call = calls.get(id)
  calls.delete(id)
  const stream = attaching.get(id)
  attaching.delete(id)
  if (answer.exit?._tag !== "Success") return call?.fail(new Refused(JSON.stringify(answer.exit?.cause ?? answer).slice(0, 500)))
  const result = (answer.exit.value ?? {}) as Record<string, unknown>
  if (stream !== undefined) {
    stream.handle = Number(result["handle"])
    streams.set(stream.handle, stream)
  }
  call?.done(result)
}

/** Counts a frame. Records are walked by their length only. */
function receive(stream: Stream, bytes: Buffer, socket: WebSocket): void {
  const before = stream.events
  switch (bytes[0]) {
    case FRAME_EVENTS: {
      let at = EVENTS_HEADER_BYTES
      while (at < bytes.length) {
        stream.events++
        stream.seq = bytes.readDoubleBE(at + 5)
        const size = 4 + bytes.readUInt32BE(at)
        if (bytes[at + 4] === RECORD_OUTPUT) stream.output += size - OUTPUT_HEADER_BYTES
        at += size
      }
      stream.bytes += bytes.length - EVENTS_HEADER_BYTES
      stream.received?.(bytes.subarray(EVENTS_HEADER_BYTES))
      stream.unacknowledged += bytes.length
      if (stream.unacknowledged >= ACK_EVERY) {
        socket.send(encodeAck(stream.handle, stream.seq))
        stream.unacknowledged = 0
      }
      break
    }
    case FRAME_SNAPSHOT:
      stream.snapshot = true
      stream.seq = bytes.readDoubleBE(5)
      if (stream.screen !== undefined) stream.screen(bytes.subarray(17 + bytes.readUInt32BE(13)))
      else stream.received?.(bytes.subarray(17))
      break
    case FRAME_SYNCED:
      stream.synced = true
      break
    case FRAME_INPUT_RESULT:
    case FRAME_DETACHED: {
      const frame = decodeServerFrame(bytes)
      if (frame.type === FRAME_DETACHED) throw new Error(`detached from ${stream.session}: ${frame.reason}`)
      if (frame.type !== FRAME_INPUT_RESULT) break
      if (frame.error !== undefined) throw new Error(`input refused: ${frame.error.message}`)
      stream.settled = frame.number
      break
    }
  }
  stream.changed(stream.events - before)
}
