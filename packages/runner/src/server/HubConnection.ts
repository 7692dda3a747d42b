/**
 * One connection from a hub, or from an observer that only asks.
 *
 * Bounds: entries stop while `CONGESTED_BYTES` wait in the socket; a peer that lets `BUFFER_MAX_BYTES` of answers pile up, or
 * that does not say hello in time, is cut off. A malformed frame ends the connection and touches no child.
 */
import type { Socket } from "node:net"
import { readHubMessage } from "@holdfast/link/control"
import { encodeControl, encodeOutputHead, WireMalformed, type WireFrame } from "@holdfast/link/frames"
import { FramedSocket } from "@holdfast/link/FramedSocket"
import {
  FRAME_CONTROL,
  FRAME_CHILD_INPUT,
  type HubMessage,
  type JournalEntry,
  type ReplyValue,
  type RunnerMessage,
} from "@holdfast/link/messages"
import type { Child } from "./Child.ts"
import { JournalFollower } from "./JournalFollower.ts"

const CONGESTED_BYTES = 1024 * 1024
const BUFFER_MAX_BYTES = 64 * 1024 * 1024
const HELLO_MILLIS = 10_000

/** What the runner does with what arrives. */
export interface ConnectionHandler {
  readonly hello: (connection: HubConnection, message: Extract<HubMessage, { type: "hello" }>) => void
  readonly message: (connection: HubConnection, message: Exclude<HubMessage, { type: "hello" }>) => void
  readonly input: (connection: HubConnection, child: number, client: string, number: number, bytes: Uint8Array) => void
  readonly closed: (connection: HubConnection, reason: string) => void
}

/** A peer of the runner. */
export class HubConnection {
  /** `new` until its hello was accepted. */
  role: "new" | "hub" | "observer" = "new"
  readonly #socket: Socket
  readonly #handler: ConnectionHandler
  readonly #framed: FramedSocket
  readonly #followers = new Map<number, JournalFollower>()
  readonly #helloTimer: NodeJS.Timeout
  #closed = false

  constructor(socket: Socket, handler: ConnectionHandler) {
    this.#socket = socket
    this.#handler = handler
    this.#helloTimer = setTimeout(() => this.close("no hello"), HELLO_MILLIS)
    this.#helloTimer.unref()
    this.#framed = new FramedSocket(socket, {
      frame: (frame) => this.#frame(frame),
      malformed: (error) => this.#malformed(error),
    })
    socket.on("data", (chunk) => {
      if (!this.#closed) this.#framed.take(chunk)
    })
    socket.on("drain", () => this.#drained())
    socket.on("error", (error) => this.#end(error.message))
    socket.on("close", () => this.#end("the peer closed the connection"))
  }

  /** Sends a control message. */
  send(message: RunnerMessage): void {
    if (this.#closed) return
    this.#framed.write(encodeControl(message))
    if (this.#socket.writableLength > BUFFER_MAX_BYTES) this.close("the peer does not read")
  }

  /** Answers a request; what is over the limit of a message is refused instead, and that is told (docs/protocol/rules.md, R-17). */
  reply(request: number, value: ReplyValue, over: (message: string) => void): void {
    if (this.#closed) return
    try {
      this.send({ type: "reply", request, value })
    } catch (error) {
      if (!(error instanceof WireMalformed)) throw error
      over(error.message)
      this.send({ type: "reply", request, failure: { tag: "Unavailable", message: `the answer is too large: ${error.message}` } })
    }
  }

  /** The hello was accepted. */
  accept(role: "hub" | "observer"): void {
    this.role = role
    clearTimeout(this.#helloTimer)
  }

  /** Follows a child from after a position; an earlier follow of it is replaced. */
  follow(child: Child, after: number, credit: number): void {
    this.#followers.get(child.number)?.close()
    const follower = new JournalFollower(child, after, credit, {
      congested: () => this.#closed || this.#socket.writableLength > CONGESTED_BYTES,
      entry: (number, entry) => this.#entry(number, entry),
    })
    this.#followers.set(child.number, follower)
    follower.pump()
  }

  /** Sends what a child's journal has got, if it is followed. */
  pump(child: number): void {
    this.#followers.get(child)?.pump()
  }

  /** Takes an acknowledgement; false when the child is not followed here. */
  acknowledge(child: number, position: number): boolean {
    const follower = this.#followers.get(child)
    follower?.acknowledge(position)
    return follower !== undefined
  }

  /** Whether a child is followed here. */
  follows(child: number): boolean {
    return this.#followers.has(child)
  }

  /** Stops following a child. */
  unfollow(child: number): void {
    this.#followers.get(child)?.close()
    this.#followers.delete(child)
  }

  /** Ends the connection after what was sent. */
  close(reason: string): void {
    if (this.#closed) return
    this.#end(reason)
    this.#socket.end()
    this.#socket.destroySoon()
  }

  #entry(child: number, entry: JournalEntry): void {
    if ("bytes" in entry) {
      this.#framed.write(encodeOutputHead(child, entry.position, entry.time, entry.bytes.length))
      this.#framed.write(entry.bytes)
    } else {
      this.send({ type: "note", child, position: entry.position, time: entry.time, note: entry.note })
    }
  }

  #drained(): void {
    for (const follower of this.#followers.values()) follower.pump()
  }

  #malformed(error: WireMalformed): void {
    this.send({ type: "problem", tag: error._tag, message: error.message })
    this.close(error.message)
  }

  #frame(frame: WireFrame): void {
    if (this.#closed) return
    if (frame.type === FRAME_CONTROL) {
      const message = readHubMessage(frame.text)
      if (message.type === "hello") {
        if (this.role !== "new") throw new WireMalformed("hello is said once")
        return this.#handler.hello(this, message)
      }
      if (this.role === "new") throw new WireMalformed("hello comes first")
      const allowed = this.role === "hub" || message.type === "status" || message.type === "drain"
      if (!allowed) throw new WireMalformed(`an observer may not ask for ${message.type}`)
      return this.#handler.message(this, message)
    }
    if (frame.type !== FRAME_CHILD_INPUT || this.role !== "hub") throw new WireMalformed("this frame does not come from a hub")
    this.#handler.input(this, frame.child, frame.client, frame.number, frame.bytes)
  }

  #end(reason: string): void {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#helloTimer)
    for (const follower of this.#followers.values()) follower.close()
    this.#followers.clear()
    this.#handler.closed(this, reason)
    if (!this.#socket.writable) this.#socket.destroy()
  }
}
