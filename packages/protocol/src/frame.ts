/**
 * Binary frames of the stream socket. Text frames beside them are RPC messages (`rpc.ts`).
 *
 * Each frame is one WebSocket message: `u8 type`, then the fields below, big endian (docs/protocol/rules.md, W-2).
 * `handle` is a number the hub chose for the session at attach; it is the same for every subscriber, so that
 * one encoded frame can be written to all of them.
 */

/** Frames from the hub. */
export const FRAME_EVENTS = 1
export const FRAME_SNAPSHOT = 2
export const FRAME_SYNCED = 3
export const FRAME_INPUT_RESULT = 4
export const FRAME_DETACHED = 5
export const FRAME_HEARTBEAT = 6
export const FRAME_VIEWERS = 7
export const FRAME_FEED = 8

/** Frames from a client. */
export const FRAME_INPUT = 16
export const FRAME_ACK = 17
export const FRAME_RESIZE = 18
export const FRAME_PING = 19

/** A frame that cannot be read. */
export class FrameMalformed extends Error {
  readonly _tag = "FrameMalformed"
}

/** Why a snapshot is sent instead of a backlog (docs/protocol/rules.md, D-5). */
export type SnapshotReason = "fresh" | "trimmed" | "reset"

/** Head of a snapshot frame; the terminal's screen as escape sequences follows as bytes. */
export interface SnapshotHead {
  readonly reason: SnapshotReason
  /** A kind whose snapshot is no screen: its JSON follows instead; of an `agent` the last messages and the streaming turn. */
  readonly kind?: string
  /** Size in which the screen was taken; absent when there is no terminal. */
  readonly cols?: number
  readonly rows?: number
}

/** Who is attached to a session now; not stored. */
export interface Viewers {
  readonly viewers: ReadonlyArray<{
    readonly client: string
    /** Unique to its connection; several may have the same `client`. */
    readonly seat: string
    readonly name: string
    readonly mode: "interactive" | "viewer"
    readonly cols?: number
    readonly rows?: number
    /** True for the one whose size the terminal has. */
    readonly sizes: boolean
  }>
}

/** Changed session records, decoded. */
export interface FeedFrame {
  readonly type: typeof FRAME_FEED
  readonly change: number
  readonly sessions: ReadonlyArray<unknown>
  readonly synced: boolean
  /** All announcements that are in force now; absent when they are what they were. */
  readonly announcements?: ReadonlyArray<unknown>
  /** What sessions do now, where that changed. */
  readonly doing?: ReadonlyArray<unknown>
  /** Up to where the watcher has seen sessions, where that changed. */
  readonly seen?: ReadonlyArray<unknown>
}

/** What a feed frame has beyond records: each only where there is something. */
export type FeedExtras = Pick<FeedFrame, "announcements" | "doing" | "seen">

/** A frame from the hub, decoded. */
export type ServerFrame =
  | { readonly type: typeof FRAME_EVENTS; readonly handle: number; readonly records: Uint8Array }
  | {
      readonly type: typeof FRAME_SNAPSHOT
      readonly handle: number
      readonly seq: number
      readonly head: SnapshotHead
      readonly screen: Uint8Array
    }
  | { readonly type: typeof FRAME_SYNCED; readonly handle: number; readonly seq: number }
  | {
      readonly type: typeof FRAME_INPUT_RESULT
      readonly handle: number
      /** Every input up to and including this number is settled. */
      readonly number: number
      readonly error?: { readonly tag: string; readonly message: string; readonly retryAfter?: number }
    }
  | { readonly type: typeof FRAME_DETACHED; readonly handle: number; readonly reason: string; readonly by?: string }
  | {
      readonly type: typeof FRAME_HEARTBEAT
      readonly time: number
      /** Last seq of each attached session, so that a quiet gap is seen. */
      readonly heads: ReadonlyArray<{ readonly handle: number; readonly seq: number }>
    }
  | { readonly type: typeof FRAME_VIEWERS; readonly handle: number; readonly viewers: Viewers }
  | FeedFrame

/** A frame from a client, decoded. */
export type ClientFrame =
  | { readonly type: typeof FRAME_INPUT; readonly handle: number; readonly number: number; readonly bytes: Uint8Array }
  | { readonly type: typeof FRAME_ACK; readonly handle: number; readonly seq: number }
  | { readonly type: typeof FRAME_RESIZE; readonly handle: number; readonly cols: number; readonly rows: number }
  | { readonly type: typeof FRAME_PING; readonly time: number }

const encoder = /* @__PURE__ */ new TextEncoder()
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

function frame(type: number, size: number): { bytes: Uint8Array; view: DataView } {
  const bytes = new Uint8Array(size)
  bytes[0] = type
  return { bytes, view: new DataView(bytes.buffer) }
}

function withJson(type: number, handle: number, value: unknown): Uint8Array {
  const json = encoder.encode(JSON.stringify(value))
  const { bytes, view } = frame(type, 5 + json.length)
  view.setUint32(1, handle)
  bytes.set(json, 5)
  return bytes
}

/** Bytes of an events frame before its records. */
export const EVENTS_HEADER_BYTES = 5

/** Encodes an events frame from whole records. */
export function encodeEvents(handle: number, records: ReadonlyArray<Uint8Array>): Uint8Array {
  let size = EVENTS_HEADER_BYTES
  for (const record of records) size += record.length
  const { bytes, view } = frame(FRAME_EVENTS, size)
  view.setUint32(1, handle)
  let offset = EVENTS_HEADER_BYTES
  for (const record of records) {
    bytes.set(record, offset)
    offset += record.length
  }
  return bytes
}

/** Encodes a snapshot frame. */
export function encodeSnapshot(handle: number, seq: number, head: SnapshotHead, screen: Uint8Array): Uint8Array {
  const json = encoder.encode(JSON.stringify(head))
  const { bytes, view } = frame(FRAME_SNAPSHOT, 17 + json.length + screen.length)
  view.setUint32(1, handle)
  view.setFloat64(5, seq)
  view.setUint32(13, json.length)
  bytes.set(json, 17)
  bytes.set(screen, 17 + json.length)
  return bytes
}

/** Encodes a synced frame: everything up to `seq` was sent; what follows is live. */
export function encodeSynced(handle: number, seq: number): Uint8Array {
  const { bytes, view } = frame(FRAME_SYNCED, 13)
  view.setUint32(1, handle)
  view.setFloat64(5, seq)
  return bytes
}

/** Encodes the result of inputs up to `number`. */
export function encodeInputResult(
  handle: number,
  number: number,
  error?: { readonly tag: string; readonly message: string; readonly retryAfter?: number },
): Uint8Array {
  const json = error === undefined ? new Uint8Array(0) : encoder.encode(JSON.stringify(error))
  const { bytes, view } = frame(FRAME_INPUT_RESULT, 13 + json.length)
  view.setUint32(1, handle)
  view.setFloat64(5, number)
  bytes.set(json, 13)
  return bytes
}

/** Encodes the end of an attachment that the hub decided; `by` names the person who did, and then the client stays away. */
export function encodeDetached(handle: number, reason: string, by?: string): Uint8Array {
  return withJson(FRAME_DETACHED, handle, by === undefined ? { reason } : { reason, by })
}

/** Encodes a heartbeat. */
export function encodeHeartbeat(
  time: number,
  heads: ReadonlyArray<{ readonly handle: number; readonly seq: number }>,
): Uint8Array {
  const { bytes, view } = frame(FRAME_HEARTBEAT, 9 + heads.length * 12)
  view.setFloat64(1, time)
  heads.forEach((head, i) => {
    view.setUint32(9 + i * 12, head.handle)
    view.setFloat64(13 + i * 12, head.seq)
  })
  return bytes
}

/** Encodes who is attached. */
export function encodeViewers(handle: number, viewers: Viewers): Uint8Array {
  return withJson(FRAME_VIEWERS, handle, viewers)
}

/** Encodes changed session records; `synced` is true once the feed is caught up. */
export function encodeFeed(
  change: number,
  sessions: ReadonlyArray<unknown>,
  synced: boolean,
  extras: FeedExtras = {},
): Uint8Array {
  return withJson(FRAME_FEED, 0, { change, sessions, synced, ...extras })
}

/** Encodes terminal input with a number that grows with each input of the connection. */
export function encodeInput(handle: number, number: number, input: Uint8Array): Uint8Array {
  const { bytes, view } = frame(FRAME_INPUT, 13 + input.length)
  view.setUint32(1, handle)
  view.setFloat64(5, number)
  bytes.set(input, 13)
  return bytes
}

/** Encodes the last seq a client consumed. */
export function encodeAck(handle: number, seq: number): Uint8Array {
  const { bytes, view } = frame(FRAME_ACK, 13)
  view.setUint32(1, handle)
  view.setFloat64(5, seq)
  return bytes
}

/** Encodes a viewer's size in cells. */
export function encodeResize(handle: number, cols: number, rows: number): Uint8Array {
  const { bytes, view } = frame(FRAME_RESIZE, 9)
  view.setUint32(1, handle)
  view.setUint16(5, cols)
  view.setUint16(7, rows)
  return bytes
}

/** Encodes a ping, answered by a heartbeat with the same time. */
export function encodePing(time: number): Uint8Array {
  const { bytes, view } = frame(FRAME_PING, 9)
  view.setFloat64(1, time)
  return bytes
}

/** Decodes a frame from a client. Throws `FrameMalformed`. */
export function decodeClientFrame(bytes: Uint8Array): ClientFrame {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const type = bytes[0]
  const need = (size: number, exact: boolean): void => {
    if (exact ? bytes.length !== size : bytes.length < size)
      throw new FrameMalformed(`frame of type ${type} has ${bytes.length} bytes`)
  }
  switch (type) {
    case FRAME_INPUT:
      need(13, false)
      return { type, handle: view.getUint32(1), number: whole(view.getFloat64(5)), bytes: bytes.subarray(13) }
    case FRAME_ACK:
      need(13, true)
      return { type, handle: view.getUint32(1), seq: whole(view.getFloat64(5)) }
    case FRAME_RESIZE:
      need(9, true)
      return { type, handle: view.getUint32(1), cols: view.getUint16(5), rows: view.getUint16(7) }
    case FRAME_PING:
      need(9, true)
      return { type, time: view.getFloat64(1) }
    default:
      throw new FrameMalformed(`frame type ${String(type)} is not known`)
  }
}

function whole(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new FrameMalformed(`${value} is not a whole number`)
  return value
}

/** Decodes a frame from the hub. Throws `FrameMalformed`. */
export function decodeServerFrame(bytes: Uint8Array): ServerFrame {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const type = bytes[0]
  if (bytes.length < 5) throw new FrameMalformed("the frame is truncated")
  const handle = view.getUint32(1)
  switch (type) {
    case FRAME_EVENTS:
      return { type, handle, records: bytes.subarray(EVENTS_HEADER_BYTES) }
    case FRAME_SNAPSHOT: {
      const length = view.getUint32(13)
      const head = json(bytes.subarray(17, 17 + length)) as SnapshotHead
      return { type, handle, seq: view.getFloat64(5), head, screen: bytes.subarray(17 + length) }
    }
    case FRAME_SYNCED:
      return { type, handle, seq: view.getFloat64(5) }
    case FRAME_INPUT_RESULT: {
      const number = view.getFloat64(5)
      if (bytes.length === 13) return { type, handle, number }
      const error = json(bytes.subarray(13)) as { tag: string; message: string; retryAfter?: number }
      return { type, handle, number, error }
    }
    case FRAME_DETACHED:
      return { type, handle, ...(json(bytes.subarray(5)) as { reason: string; by?: string }) }
    case FRAME_HEARTBEAT: {
      const heads: Array<{ handle: number; seq: number }> = []
      for (let at = 9; at + 12 <= bytes.length; at += 12) heads.push({ handle: view.getUint32(at), seq: view.getFloat64(at + 4) })
      return { type, time: view.getFloat64(1), heads }
    }
    case FRAME_VIEWERS:
      return { type, handle, viewers: json(bytes.subarray(5)) as Viewers }
    case FRAME_FEED: {
      const feed = json(bytes.subarray(5)) as Omit<FeedFrame, "type">
      return { type, ...feed }
    }
    default:
      throw new FrameMalformed(`frame type ${String(type)} is not known`)
  }
}

function json(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes))
  } catch (cause) {
    throw new FrameMalformed(`frame holds malformed JSON (${String(cause)})`)
  }
}
