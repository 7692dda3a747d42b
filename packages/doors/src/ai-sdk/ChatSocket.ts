/**
 * One connection of `WebSocketChatTransport` (ai 7.0): any number of requests at a time, each with its own stream of chunks
 * (docs/protocol/rules.md, I-1).
 *
 * Frames of the client are `send`, `resume` and `abort`; those to it `start`, `chunk` with a `sequence` from 0, `end`, `error`
 * and `no-active`. `abort`, and the end of the connection, detach; the turns continue.
 */
import type { Duplex } from "node:stream"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type { WebSocket } from "ws"
import { endOnError } from "../door-sockets.ts"
import { connectedCaller, renamed } from "../SocketDoor.ts"
import { BadRequest, Busy, type DoorError } from "@holdfast/protocol/errors"
import { headOfBytes } from "@holdfast/protocol/text-cut"
import type { Caller, Hub, Principal } from "@holdfast/hub/Hub"
import { failureOfCause } from "@holdfast/hub/operations/failure"
import type { Telemetry } from "@holdfast/hub/Telemetry"
import { ECHOED } from "../guard/routes.ts"
import { JsonRefused, parseJson } from "../json/strict-json.ts"
import { askChat } from "./ask-chat.ts"
import { readChatRequest } from "./chat-request.ts"
import { findChat } from "./open-chat.ts"
import { type ChunkOut, type Streaming, streamTurn, type TurnRequest } from "./stream-turn.ts"

/** Streams of one connection at a time. */
export const STREAMS_MAX = 32
/** Longest id of a request, in characters: each chunk of its stream repeats it. */
const REQUEST_ID_MAX = 200
/** Unread bytes beyond `window` that only answers can come to: beyond them the client is not heard. */
const UNREAD_MAX = 16 * 1024 * 1024
/** Most bytes of the reason that a close frame carries; WebSocket allows 123. */
const CLOSE_REASON_BYTES = 120

/** What a connection needs. */
export interface ChatSocketParts {
  readonly hub: Hub["Service"]
  readonly fork: <A, E>(effect: Effect.Effect<A, E>) => Fiber.Fiber<A, E>
  readonly telemetry: Telemetry
  /** Who opened it, as the guard let it in. */
  readonly principal: Principal
  /** Unread bytes beyond which nothing is read from a log. */
  readonly window: number
}

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value)

/** A request under way, and its turn once that streams. */
interface Stream {
  turn: Streaming | undefined
  /** The client does not want it any more. */
  isLeft: boolean
}

/** A connection. */
export class ChatSocket {
  /** Time at which something was heard last, in epoch milliseconds. */
  heardAt = Date.now()
  /** Settles when the connection is closed. */
  readonly ended: Promise<void>
  readonly #ws: WebSocket
  readonly #socket: Duplex
  readonly #parts: ChatSocketParts
  #caller: Caller
  readonly #streams = new Map<string, Stream>()
  /** Requests that do not stream yet, those that were aborted included. */
  #beginning = 0

  constructor(ws: WebSocket, socket: Duplex, parts: ChatSocketParts) {
    this.#ws = ws
    this.#socket = socket
    this.#parts = parts
    this.#caller = connectedCaller(parts.principal, "chat")
    this.ended = new Promise((resolve) => ws.once("close", () => resolve()))
    ws.on("message", (data: Buffer, binary: boolean) => {
      this.heardAt = Date.now()
      if (binary) this.close(1003, "frames are JSON text")
      else this.#frame(data.toString("utf8"))
      this.#brake()
    })
    ws.on("ping", () => {
      this.heardAt = Date.now()
      this.#brake()
    })
    ws.on("pong", () => (this.heardAt = Date.now()))
    socket.on("drain", () => {
      ws.resume()
      // What one stream left unread held up the others: they have nothing of their own under way that would say so.
      for (const { turn } of this.#streams.values()) turn?.room()
    })
    endOnError(ws)
    ws.on("close", () => {
      for (const id of [...this.#streams.keys()]) this.#leave(id, "the connection was lost")
    })
  }

  get #by(): Caller {
    return (this.#caller = renamed(this.#caller, this.principal))
  }

  /** Who opened it. */
  get principal(): Principal {
    return this.#parts.principal
  }

  /** Asks whether the client is there. */
  ping(): void {
    if (this.#ws.readyState === 1) this.#ws.ping()
  }

  /** Closes with a code and a reason. */
  close(code: number, reason: string): void {
    if (this.#ws.readyState !== 1) return
    this.#ws.close(code, headOfBytes(reason, CLOSE_REASON_BYTES))
    // A client that does not answer the close is cut off.
    const timer = setTimeout(() => this.#ws.terminate(), 1000)
    timer.unref()
    this.#ws.once("close", () => clearTimeout(timer))
  }

  /** Stops reading what a client sends that does not read what it is sent. */
  #brake(): void {
    if (this.#socket.writableLength > this.#parts.window + UNREAD_MAX) this.#ws.pause()
  }

  #frame(text: string): void {
    let frame: unknown
    try {
      frame = parseJson(text, ECHOED)
    } catch (cause) {
      if (!(cause instanceof JsonRefused)) throw cause
      const id = isFields(cause.parsed) ? cause.parsed["requestId"] : undefined
      // What can be answered is: the other streams of the connection continue.
      const isNew = typeof id === "string" && id.length <= REQUEST_ID_MAX && !this.#streams.has(id)
      if (!isNew) return this.close(1008, cause.message)
      return this.#refuse(id, new BadRequest({ message: cause.message }))
    }
    if (!isFields(frame) || typeof frame["requestId"] !== "string") return this.close(1008, "a frame has a requestId")
    const { requestId, type } = frame
    if (requestId.length > REQUEST_ID_MAX) return this.close(1008, `a requestId has at most ${REQUEST_ID_MAX} characters`)
    if (type === "abort") return this.#leave(requestId, "the client aborted the stream")
    if (this.#streams.has(requestId)) return this.close(1008, "a request under way has this requestId")
    if (type !== "send" && type !== "resume")
      return this.#refuse(requestId, new BadRequest({ message: "type: must be send, resume or abort", field: "type" }))
    if (Math.max(this.#streams.size, this.#beginning) >= STREAMS_MAX) {
      const message = `a connection has at most ${STREAMS_MAX} streams; abort one, or open another connection`
      return this.#refuse(requestId, new Busy({ message, retryAfter: 1 }))
    }
    const stream: Stream = { turn: undefined, isLeft: false }
    this.#streams.set(requestId, stream)
    const serving = type === "send" ? this.#send(requestId, stream, frame) : this.#resume(requestId, stream, frame)
    this.#beginning++
    this.#parts.fork(serving).addObserver((exit) => {
      this.#beginning--
      if (Exit.isSuccess(exit)) return
      const { defect, error } = failureOfCause(exit.cause)
      if (defect !== undefined) this.#parts.telemetry.log("error", defect, { operation: `chat.${type}` })
      if (stream.isLeft) return
      this.#streams.delete(requestId)
      this.#refuse(requestId, error)
    })
  }

  #send(requestId: string, stream: Stream, frame: Fields): Effect.Effect<void, DoorError> {
    const { body, id, messageId, messages, trigger } = frame
    const own = body ?? {}
    const request = isFields(own)
      ? readChatRequest({ ...own, id, messages, trigger, ...(messageId === undefined ? {} : { messageId }) })
      : new BadRequest({ message: "body: is not an object", field: "body" })
    const [by, { hub }] = [this.#by, this.#parts]
    if (request instanceof Error) {
      // What can be wrong with a request is told by the hub.
      return Effect.callback<never, DoorError>(
        (done) => void hub.perform("messages.send", request, by, () => done(Effect.fail(request))),
      )
    }
    return Effect.flatMap(askChat(hub, request, by), (turn) => this.#stream(requestId, stream, turn))
  }

  #resume(requestId: string, stream: Stream, { id }: Fields): Effect.Effect<void, DoorError> {
    const [by, { hub }] = [this.#by, this.#parts]
    return Effect.flatMap(findChat(hub, typeof id === "string" ? id : "", by), (session) =>
      session === undefined
        ? Effect.sync(() => this.#over(requestId, stream, "no-active"))
        : this.#stream(requestId, stream, { session, followed: { endsToAsk: true } }),
    )
  }

  #stream(requestId: string, stream: Stream, turn: TurnRequest): Effect.Effect<void, DoorError> {
    let sequence = 0
    let begun = false
    const begin = (): void => {
      if (!begun) this.#write({ type: "start", requestId })
      begun = true
    }
    const out: ChunkOut = {
      chunks: (chunks, taken) => {
        begin()
        this.#socket.cork()
        for (const [at, chunk] of chunks.entries()) {
          const last = at === chunks.length - 1
          this.#write({ type: "chunk", requestId, sequence: sequence++, chunk }, last ? taken : undefined)
        }
        this.#socket.uncork()
      },
      full: () => this.#socket.writableLength > this.#parts.window,
      waits: begin,
      over: (end) => this.#over(requestId, stream, end === "Idle" && !begun ? "no-active" : "end"),
      // A stream without its end: the client must see that it was cut.
      torn: (reason) => this.close(1001, reason),
    }
    return Effect.map(streamTurn(this.#parts.hub, turn, out, this.#by), (streaming) => {
      if (stream.isLeft || this.#ws.readyState !== 1) return streaming.detach("the client aborted the stream")
      stream.turn = streaming
      streaming.start()
    })
  }

  #leave(requestId: string, reason: string): void {
    const stream = this.#streams.get(requestId)
    if (stream === undefined) return
    this.#streams.delete(requestId)
    stream.isLeft = true
    stream.turn?.detach(reason)
  }

  #refuse(requestId: string, error: DoorError): void {
    this.#write({ type: "error", requestId, errorText: error.message, tag: error._tag })
  }

  /** Ends a stream; one that was aborted has ended, and its id may be another's by now. */
  #over(requestId: string, stream: Stream, type: "end" | "no-active"): void {
    if (stream.isLeft) return
    this.#streams.delete(requestId)
    this.#write({ type, requestId })
  }

  #write(frame: Fields, taken?: () => void): void {
    if (this.#ws.readyState !== 1) return
    this.#ws.send(JSON.stringify(frame), (error) => {
      if (error === undefined || error === null) taken?.()
    })
  }
}
