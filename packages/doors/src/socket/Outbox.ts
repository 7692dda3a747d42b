/**
 * What a turn of the event loop has for one client: written at its end, in order and in one piece. Nothing else is queued
 * here.
 */
import type { Duplex } from "node:stream"
import type { WebSocket } from "ws"
import { type TurnWriter, writeAtTurnEnd } from "@holdfast/hub/delivery/turn-end"
import { textFrame } from "../websocket-frame.ts"

/** Bytes of messages up to which copying them together is cheaper than a write of several buffers. */
const JOIN_MAX = 16 * 1024

/** The way out of one connection. */
export class Outbox implements TurnWriter {
  readonly #ws: WebSocket
  readonly #socket: Duplex
  /** Messages of this turn: the first, and those behind it. */
  #first: Buffer | undefined
  #more: Array<Buffer> | undefined
  #outBytes = 0
  /** Bytes of all messages so far, and how many of them there were at the last mark. */
  #total = 0
  #marked = 0
  /** Answers behind them that no frame has followed yet: JSON, separated by commas, and how many. */
  #answers = ""
  #answered = 0
  readonly #taken: (bytes: number) => void

  /** `taken` is called when the system took all of a turn's bytes at once; then there is no `drain`. */
  constructor(ws: WebSocket, socket: Duplex, taken: (bytes: number) => void) {
    this.#ws = ws
    this.#socket = socket
    this.#taken = taken
  }

  /** Bytes that the client has not read, as far as this process knows. */
  get unread(): number {
    return this.#socket.writableLength + this.#outBytes + this.#answers.length
  }

  /** Remembers the end of what was taken so far. */
  mark(): void {
    this.#marked = this.#total + this.#answers.length
  }

  /** Whether all that was taken before the mark has left the process. */
  get markLeft(): boolean {
    return this.#total - this.#outBytes - this.#socket.writableLength >= this.#marked
  }

  /** Takes an RPC message; those of a turn go together until a frame comes between them. */
  answer(text: string): void {
    if (this.#answers.length + text.length > JOIN_MAX) this.#sealAnswers()
    if (this.#first === undefined && this.#answered === 0) writeAtTurnEnd(this)
    this.#answers = this.#answered === 0 ? text : `${this.#answers},${text}`
    this.#answered++
  }

  /** Makes the answers so far a message of their own. */
  #sealAnswers(): void {
    const answers = this.#answers,
      answered = this.#answered
    if (answered === 0) return
    this.#answers = ""
    this.#answered = 0
    this.#add(textFrame(answered === 1 ? answers : `[${answers}]`))
  }

  /** Takes a whole WebSocket message. */
  write(message: Buffer): void {
    if (this.#answered > 0) this.#sealAnswers()
    else if (this.#first === undefined) writeAtTurnEnd(this)
    this.#add(message)
  }

  #add(message: Buffer): void {
    if (this.#first === undefined) this.#first = message
    else if (this.#more === undefined) this.#more = [message]
    else this.#more.push(message)
    this.#outBytes += message.length
    this.#total += message.length
  }

  writeOut(): void {
    this.#sealAnswers()
    const first = this.#first,
      more = this.#more,
      outBytes = this.#outBytes
    if (first === undefined) return
    this.#first = undefined
    this.#more = undefined
    this.#outBytes = 0
    if (this.#ws.readyState !== 1) return
    if (more === undefined) this.#socket.write(first)
    else if (outBytes <= JOIN_MAX) this.#socket.write(Buffer.concat([first, ...more], outBytes))
    else {
      this.#socket.cork()
      this.#socket.write(first)
      for (const message of more) this.#socket.write(message)
      this.#socket.uncork()
    }
    if (!this.#socket.writableNeedDrain) this.#taken(outBytes)
  }
}
