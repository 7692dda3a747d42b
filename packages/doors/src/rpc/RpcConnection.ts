/**
 * One connection of the RPC door: lines in, lines out, both bounded (docs/protocol/rules.md, J-2, J-7, J-8).
 *
 * What a turn of the event loop has for the client is written at its end, in one WebSocket message. What the client does
 * not read is bounded by the credit of its subscriptions; beyond that, it is not read from.
 */
import type { Duplex } from "node:stream"
import type { WebSocket } from "ws"
import { BadRequest } from "@holdfast/protocol/errors"
import { CHAT_CALLS, type ChatCall } from "@holdfast/protocol/chat/calls"
import type { Settings } from "@holdfast/protocol/settings"
import { headOf, headOfBytes } from "@holdfast/protocol/text-cut"
import { type TurnWriter, writeAtTurnEnd } from "@holdfast/hub/delivery/turn-end"
import { connectedCaller, renamed } from "../SocketDoor.ts"
import type { Principal } from "@holdfast/hub/Hub"
import { failure, PONG, readRpcText, type RpcMessage } from "../json/rpc-messages.ts"
import { endOnError } from "../door-sockets.ts"
import { textFrame } from "../websocket-frame.ts"
import { type CallContext, type chatCalls, tooMany, unknownCall } from "./ChatCalls.ts"
import { type CallOwner, type ReplyMode, RpcCall } from "./RpcCall.ts"
import { ackOf, defectText, endedText, Lines } from "./wire.ts"

/** Calls under way at a time. */
const CALLS_MAX = 256

/** Lines in a row without a message; a client that sends more of them speaks something else. */
const STRANGE_MAX = 100

/** Longest id of a call, in characters: it is kept, and repeated with each chunk. */
const ID_MAX = 256

/** Unread bytes beyond `subscriberWindow` that only answers can come to: beyond them the client is not heard. */
const UNREAD_MAX = 16 * 1024 * 1024

/** What a client may send. */
const EXPECTED =
  'an object whose _tag is Request, Ack, Interrupt, Ping or Eof, such as {"_tag":"Request","id":"1","tag":"chat.getState","payload":{"session":"…"},"headers":[]}'

/** Most bytes of the reason of a close frame. */
const REASON_BYTES = 120

/** What connections share. */
export interface RpcConnectionParts extends Pick<CallOwner, "fork" | "telemetry"> {
  readonly calls: ReturnType<typeof chatCalls>
  readonly settings: Settings
  readonly closed: (reason: string) => void
}

/** A connection. */
export class RpcConnection implements TurnWriter, CallOwner {
  readonly principal: Principal
  readonly fork: CallOwner["fork"]
  readonly telemetry: CallOwner["telemetry"]
  /** Settles when the connection is closed. */
  readonly ended: Promise<void>
  heardAt = Date.now()
  readonly #parts: RpcConnectionParts
  readonly #ws: WebSocket
  readonly #socket: Duplex
  #context: CallContext
  readonly #lines: Lines
  /** Under way, by the id as JSON. */
  readonly #calls = new Map<string, RpcCall>()
  /** States that wait for the one before them. */
  #states: Array<() => void> = []
  /** The state that is being read: one at a time, as a state can be large. */
  #reading: RpcCall | undefined
  #subscriptions = 0
  #strange = 0
  #out: Array<string> = []
  #outBytes = 0
  #open = true
  #ending = ""

  constructor(ws: WebSocket, socket: Duplex, principal: Principal, parts: RpcConnectionParts) {
    this.#ws = ws
    this.#socket = socket
    this.#parts = parts
    this.fork = parts.fork
    this.telemetry = parts.telemetry
    this.principal = principal
    const { attachmentsMax } = parts.settings
    this.#context = {
      caller: connectedCaller(principal, "rpc"),
      send: (text) => this.send(text),
      subscribe: () => (this.#subscriptions > attachmentsMax ? tooMany("subscriptions", attachmentsMax) : undefined),
    }
    this.#lines = new Lines(parts.settings.socketMaxFrame)
    this.ended = new Promise((resolve) => ws.once("close", () => resolve()))
    ws.on("message", (data: Buffer) => this.#heard(data.toString("utf8")))
    const heard = (): void => void (this.heardAt = Date.now())
    ws.on("ping", () => {
      heard()
      this.#brake()
    })
    ws.on("pong", heard)
    endOnError(ws)
    ws.on("close", (code) => {
      this.#release(code === 1000 || code === 1001 ? "the client closed the connection" : "the connection was lost")
      parts.closed(this.#ending)
    })
    socket.on("drain", () => this.#drained())
  }

  /** Asks whether the client is still there; a library answers by itself. */
  ping(): void {
    if (this.#open && this.#ws.readyState === 1) this.#ws.ping()
  }

  /** Ends what is under way, tells why, and closes. */
  close(code: number, reason: string): void {
    if (!this.#open) return
    for (const call of this.#calls.values()) if (call.tag === "chat.subscribe") call.exit(endedText(call.idText, reason))
    this.writeOut()
    this.#release(reason)
    this.#ws.close(code, headOfBytes(reason, REASON_BYTES))
    const timer = setTimeout(() => this.#ws.terminate(), 1000)
    timer.unref()
    this.#ws.once("close", () => clearTimeout(timer))
  }

  /** Takes a message for the end of the turn. */
  send(text: string): void {
    if (!this.#open) return
    if (this.#out.length === 0) writeAtTurnEnd(this)
    this.#out.push(text)
    this.#outBytes += text.length
  }

  over(call: RpcCall): void {
    this.#calls.delete(call.idText)
    if (call.tag === "chat.subscribe") this.#subscriptions--
    if (this.#reading !== call) return
    this.#reading = undefined
    this.#nextState()
  }

  writeOut(): void {
    if (this.#out.length === 0) return
    const text = `${this.#out.join("\n")}\n`
    this.#out = []
    this.#outBytes = 0
    if (this.#ws.readyState !== 1) return
    this.#socket.write(textFrame(text))
    if (!this.#brake()) this.#nextState()
  }

  /** Stops reading what a client sends that does not read what it is sent; whether it did. */
  #brake(): boolean {
    const isFull = this.#unread > this.#parts.settings.subscriberWindow + UNREAD_MAX
    if (isFull) this.#ws.pause()
    return isFull
  }

  /** Whether answers to what was read at once are far beyond what a client may leave unread: then it is too late to stop reading. */
  #isFlooded(): boolean {
    return this.#unread > this.#parts.settings.subscriberWindow + 2 * UNREAD_MAX
  }

  get #unread(): number {
    return this.#socket.writableLength + this.#outBytes
  }

  #heard(text: string): void {
    this.heardAt = Date.now()
    const lines = this.#lines.take(text)
    if (lines === undefined) return this.close(1009, `a line has at most ${this.#parts.settings.socketMaxFrame} characters`)
    for (const line of lines) if (this.#open) this.#line(line)
  }

  #line(line: string): void {
    const acked = ackOf(line)
    if (acked !== undefined) return this.#calls.get(acked)?.onAck()
    const read = readRpcText(line)
    if (read === undefined) return this.#noMessage(`a line must be an RPC message as JSON: ${EXPECTED}`)
    this.#strange = 0
    for (const message of read.messages) {
      if (this.#isFlooded()) return this.close(1008, "the client asks for far more than it reads")
      if (read.refused === undefined) this.#take(message)
      else if (isId(message["id"])) this.send(failure(message["id"], new BadRequest({ message: read.refused })))
      else this.send(defectText(read.refused))
    }
  }

  #noMessage(why: string): void {
    this.send(defectText(why))
    if (++this.#strange > STRANGE_MAX) this.close(1008, "this is not Effect RPC")
  }

  #take(message: RpcMessage): void {
    const { _tag: kind, requestId } = message
    switch (kind) {
      case "Request":
        return this.#request(message)
      case "Ping":
        return this.send(PONG)
      case "Ack":
        return this.#calls.get(JSON.stringify(requestId))?.onAck()
      case "Interrupt":
        return this.#calls.get(JSON.stringify(requestId))?.interrupt("the client ended it")
      case "Eof":
        return
      default:
        return this.send(defectText(`this is not a message of Effect RPC; expected is ${EXPECTED}`))
    }
  }

  /** Who asks, under its name of now. */
  #asking(): CallContext {
    const caller = renamed(this.#context.caller, this.principal)
    if (caller !== this.#context.caller) this.#context = { ...this.#context, caller }
    return this.#context
  }

  #request(message: RpcMessage): void {
    const { id, tag, payload } = message
    if (!isId(id) || typeof tag !== "string")
      return this.send(defectText(`a request must have an id of at most ${ID_MAX} characters and a tag`))
    const refuse = (error: Parameters<typeof failure>[1]): void => this.send(failure(id, error))
    if (this.#calls.has(JSON.stringify(id))) return refuse(new BadRequest({ message: "a call with this id is under way" }))
    if (!isCall(tag)) return refuse(unknownCall(headOf(tag, 50)))
    if (this.#calls.size + this.#states.length >= CALLS_MAX) return refuse(tooMany("calls under way", CALLS_MAX))
    const call = new RpcCall(this, id, tag, modeOf(message))
    this.#calls.set(call.idText, call)
    if (tag === "chat.subscribe") this.#subscriptions++
    const begin = (): void => {
      if (tag === "chat.getState") this.#reading = call
      call.attempt(() => this.#parts.calls[tag](payload, call, this.#asking()))
    }
    if (tag !== "chat.getState") return begin()
    this.#states.push(() => {
      if (call.isOpen) begin()
    })
    this.#nextState()
  }

  /** Begins the next state once the one before it is answered and the client reads. */
  #nextState(): void {
    while (this.#open && this.#reading === undefined && this.#unread <= this.#parts.settings.subscriberWindow) {
      const next = this.#states.shift()
      if (next === undefined) return
      next()
    }
  }

  #drained(): void {
    if (!this.#open) return
    this.#ws.resume()
    this.#nextState()
  }

  #release(reason: string): void {
    if (!this.#open) return
    this.#open = false
    this.#ending = reason
    this.#states = []
    for (const call of this.#calls.values()) call.interrupt(reason)
    this.#calls.clear()
  }
}

const isId = (id: unknown): id is string | number => typeof id === "number" || (typeof id === "string" && id.length <= ID_MAX)

const isCall = (tag: string): tag is ChatCall => Object.hasOwn(CHAT_CALLS, tag)

const modeOf = ({ isNotification, discard }: RpcMessage): ReplyMode =>
  isNotification === true ? "notification" : discard === true ? "discard" : "answer"
