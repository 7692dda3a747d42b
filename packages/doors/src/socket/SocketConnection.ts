/**
 * One connection of the stream socket: RPC text messages and binary frames, in order, bounded in both directions.
 *
 * What a turn of the event loop has for the client is written at its end, in order and in one piece; nothing else is
 * queued here. What the client does not read is bounded by the credit of its attachments and by `full`; what it sends
 * faster than the hub can carry out, or than it reads the answers, is left in its socket.
 */
import type { Duplex } from "node:stream"
import type { WebSocket } from "ws"
import { Busy, type DoorError, SessionNotFound } from "@holdfast/protocol/errors"
import {
  decodeClientFrame,
  encodeHeartbeat,
  FRAME_ACK,
  FRAME_INPUT,
  FRAME_PING,
  FRAME_RESIZE,
  FrameMalformed,
} from "@holdfast/protocol/frame"
import type { Settings } from "@holdfast/protocol/settings"
import { headOfBytes } from "@holdfast/protocol/text-cut"
import { connectedCaller, renamed } from "../SocketDoor.ts"
import type { Attachment, Caller, FeedListener, Principal } from "@holdfast/hub/Hub"
import { endOnError } from "../door-sockets.ts"
import { SocketFeed } from "./SocketFeed.ts"
import { InputLine } from "./InputLine.ts"
import { Outbox } from "./Outbox.ts"
import { ReadBrake } from "./ReadBrake.ts"
import { binaryMessage } from "./raw-frames.ts"

/** Input under way per connection beyond which its socket is not read, and commands under way beyond which they are `Busy`. */
const INPUT_MAX = 256 * 1024
export const COMMANDS_MAX = 256
/** Most bytes of the reason that a close frame carries; WebSocket allows 123. */
const CLOSE_REASON_BYTES = 120

/**
 * Unread bytes beyond the window of attachments that only answers can come to: events are at most a record of 16 MiB over
 * it. Below them a client on a slow line is heard, so that it can stop what floods it.
 */
const UNREAD_MAX = 16 * 1024 * 1024

interface Held {
  readonly attachment: Attachment
  readonly session: string
  readonly inputs: InputLine
}

/** What a connection reports. */
export interface ConnectionEvents {
  /** A text message: an RPC message. */
  readonly text: (text: string) => void
  /** The connection is gone, for this reason. */
  readonly closed: (reason: string) => void
  /** `Hello` was answered. */
  readonly greeted: () => void
}

/** A connection. */
export class SocketConnection {
  readonly id: number
  readonly principal: Principal
  heardAt: number
  /** Commands under way, and those of them whose answer can be large. */
  commands = 0
  reading = 0
  /** Called when a command that waits for room may begin. */
  onRoom: () => void = () => {}
  /** Settles when the connection is closed. */
  readonly ended: Promise<void>
  #said = false
  #caller: Caller
  readonly #events: ConnectionEvents
  readonly #ws: WebSocket
  readonly #settings: Settings
  readonly #attachments = new Map<number, Held>()
  readonly #feedWatch = new SocketFeed(
    (frame) => this.#send(frame),
    () => this.full,
  )
  readonly #out: Outbox
  #inputBytes = 0
  readonly #brake: ReadBrake
  #open = true
  /** Why the connection ended. */
  #ending = ""

  constructor(id: number, ws: WebSocket, socket: Duplex, principal: Principal, settings: Settings, events: ConnectionEvents) {
    this.id = id
    this.#ws = ws
    this.#brake = new ReadBrake(ws)
    this.#out = new Outbox(ws, socket, (bytes) => (bytes > settings.subscriberWindow ? this.#drained() : this.onRoom()))
    this.principal = principal
    this.#caller = connectedCaller(principal, "socket")
    this.#settings = settings
    this.#events = events
    this.heardAt = Date.now()
    this.ended = new Promise((resolve) => ws.once("close", () => resolve()))
    ws.on("message", (data: Buffer, binary: boolean) => {
      this.heardAt = Date.now()
      if (binary) this.#frame(data)
      if (binary) return this.onRoom()
      events.text(data.toString("utf8"))
      if (this.#open && this.flooded) this.#brake.set("unread")
    })
    // A library may ping by itself; that is a sign of life too (W-7).
    const heard = (): void => void (this.heardAt = Date.now())
    ws.on("ping", () => {
      heard()
      if (this.#open && this.flooded) this.#brake.set("unread")
    })
    ws.on("pong", heard)
    endOnError(ws)
    ws.on("close", (code) => {
      this.#release(code === 1000 || code === 1001 ? "the client closed the connection" : "the connection was lost")
      events.closed(this.#ending)
    })
    socket.on("drain", () => this.#drained())
  }

  /** Who asks; since `Hello` with who is there. */
  get caller(): Caller {
    return (this.#caller = renamed(this.#caller, this.principal))
  }

  /** Whether a command with a large answer may begin: there is room, or the answer before it has left the process (W-12). */
  get hasRoom(): boolean {
    return !this.full || this.#out.markLeft
  }

  /** The answer to a command with a large answer was given. */
  readingDone(): void {
    this.reading--
    this.#out.mark()
    this.onRoom()
  }

  get isOpen(): boolean {
    return this.#open
  }

  /** True once `Hello` was accepted. */
  get greeted(): boolean {
    return this.#said
  }

  /** `Hello` said who is there. */
  greet(seated: NonNullable<Caller["seated"]>): void {
    this.#caller = connectedCaller(this.principal, "socket", { seated })
    this.#said = true
    this.#events.greeted()
  }

  /** True while the client does not read what was sent. */
  get full(): boolean {
    return this.#out.unread > this.#settings.subscriberWindow
  }

  /** True while so much is unread that the client is not heard (W-11). */
  get flooded(): boolean {
    return this.#out.unread > this.#settings.subscriberWindow + UNREAD_MAX
  }

  get attached(): number {
    return this.#attachments.size
  }

  /** Sends an RPC message. */
  answer(text: string): void {
    if (this.#open) this.#out.answer(text)
  }

  /** Takes an attachment; one of the same session that was there is ended first. */
  hold(attachment: Attachment, session: string): DoorError | undefined {
    if (!this.#open || this.#attachments.size >= this.#settings.attachmentsMax) {
      attachment.detach("the connection has too many attachments")
      return new Busy({
        message: `a connection has at most ${this.#settings.attachmentsMax} attachments; detach one`,
        retryAfter: 1,
      })
    }
    const before = this.#attachments.get(attachment.handle)
    before?.inputs.close()
    before?.attachment.detach("another attachment of its connection replaced it")
    const inputs = new InputLine(attachment, { send: (frame) => this.#send(frame), weight: (bytes) => this.#weigh(bytes) })
    this.#attachments.set(attachment.handle, { attachment, session, inputs })
    return undefined
  }

  /** Ends the attachment of a session; `leave`: as the client asked for it. */
  detach(session: string, how: "detach" | "leave" = "detach"): SessionNotFound | undefined {
    for (const [handle, held] of this.#attachments) {
      if (held.session !== session) continue
      this.#attachments.delete(handle)
      held.inputs.close()
      held.attachment[how]()
      return undefined
    }
    return new SessionNotFound({ message: "this connection is not attached to that session", session })
  }

  /** The hub ended the attachment with this handle. */
  dropped(handle: number): void {
    this.#attachments.get(handle)?.inputs.close()
    this.#attachments.delete(handle)
  }

  /** Sends changed records, as long as the client reads; afterwards it continues from the last one it got. */
  feed(seen: number | undefined, again: (change: number, seen: number | undefined) => void): FeedListener {
    return this.#feedWatch.begin(seen, again)
  }

  /** The feed began at a change number. */
  watching(change: number, stop: () => void): void {
    if (this.#open) this.#feedWatch.began(change, stop)
    else stop()
  }

  /** Ends the feed. */
  unwatch(): void {
    this.#feedWatch.end()
  }

  /** Names the head of every attached session (W-8). */
  heartbeat(time: number): void {
    if (!this.#open || this.full) return
    const heads = [...this.#attachments].map(([handle, { attachment }]) => ({ handle, seq: attachment.head() }))
    this.#send(encodeHeartbeat(time, heads))
  }

  /** True when nothing was heard for too long; a socket whose input we do not read yet is not silent. */
  silent(now: number): boolean {
    const ours = this.#brake.has("input") || (this.#brake.has("commands") && !this.full)
    return !ours && now - this.heardAt > this.#settings.socketSilence
  }

  /** Closes with a code and a reason; what was accepted before is kept. */
  close(code: number, reason: string): void {
    if (!this.#open) return
    this.#out.writeOut()
    this.#release(reason)
    this.#ws.close(code, headOfBytes(reason, CLOSE_REASON_BYTES))
    // A client that does not answer the close is cut off.
    const timer = setTimeout(() => this.#ws.terminate(), 1000)
    timer.unref()
    this.#ws.once("close", () => clearTimeout(timer))
  }

  #release(reason: string): void {
    if (!this.#open) return
    this.#open = false
    this.#ending = reason
    this.#feedWatch.end(reason)
    for (const { attachment, inputs } of this.#attachments.values()) {
      inputs.close()
      attachment.detach(reason)
    }
    this.#attachments.clear()
  }

  #frame(data: Buffer): void {
    if (!this.greeted) return this.close(1008, "the first message must be Hello")
    try {
      this.#take(data)
    } catch (cause) {
      if (!(cause instanceof FrameMalformed)) throw cause
      this.close(1008, cause.message)
    }
  }

  #take(data: Buffer): void {
    const frame = decodeClientFrame(data)
    if (frame.type === FRAME_PING) return this.heartbeat(frame.time)
    const held = this.#attachments.get(frame.handle)
    // The attachment may just have ended: what was under way for it is nothing wrong.
    if (held === undefined) return
    switch (frame.type) {
      case FRAME_INPUT:
        return held.inputs.take(frame.number, frame.bytes)
      case FRAME_ACK:
        return held.attachment.acknowledge(frame.seq)
      case FRAME_RESIZE: {
        // A size that is refused changes nothing; there is no answer to a resize.
        held.attachment.resize(frame.cols, frame.rows)
      }
    }
  }

  #weigh(bytes: number): void {
    this.#inputBytes += bytes
    if (!this.#open) return
    if (this.#inputBytes > INPUT_MAX) this.#brake.set("input")
    else if (this.#brake.has("input") && this.#inputBytes < INPUT_MAX / 2) {
      this.heardAt = Date.now()
      this.#brake.release("input")
    }
  }

  /** Leaves what the client sends in its socket while its commands wait, or reads on. */
  wait(waiting: boolean): void {
    if (!this.#open) return
    if (waiting) return this.#brake.set("commands")
    this.heardAt = Date.now()
    this.#brake.release("commands")
  }

  #drained(): void {
    if (!this.#open) return
    this.#brake.release("unread")
    this.onRoom()
    for (const { attachment } of this.#attachments.values()) attachment.acknowledge(0)
    this.#feedWatch.drained()
  }

  #send(frame: Uint8Array): void {
    this.write(binaryMessage(frame))
  }

  /** Takes a whole WebSocket message for the end of the turn. */
  write(message: Buffer): void {
    if (this.#open) this.#out.write(message)
  }
}
