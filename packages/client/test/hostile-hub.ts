/// <reference types="node" />
/**
 * A hub in memory whose messages arrive as a test has them arrive: torn, twice, in another order, not at all, or not the hub's.
 */
import { encodeEvents, encodeSnapshot, encodeSynced } from "@holdfast/protocol/frame"
import { encodeOutput, type LogRecord } from "@holdfast/protocol/record"
import type { OpenSocket, SocketEvents } from "../src/socket.ts"

/** A message of the hub. */
export type Message = string | Uint8Array

const SESSION = "01890000-0000-7000-8000-000000000001"
const HANDLE = 7

interface Request {
  readonly id: string
  readonly tag: string
  readonly payload: { readonly after?: number; readonly log?: string }
}

/** One session, whose log it sends in frames of three events. */
export class HostileHub {
  log: Array<LogRecord> = []
  name = "log-1"
  connections = 0
  open = 0
  /** Whether `Hello` is answered. */
  isThere = true
  /** What arrives in place of a message; `cut` ends the connection. */
  tamper: (message: Message) => ReadonlyArray<Message | "cut"> = (message) => [message]
  #live: ((messages: ReadonlyArray<Message>) => void) | undefined

  /** Makes `count` events. */
  append(count: number): void {
    const before = this.log.length
    for (let seq = before + 1; seq <= before + count; seq++)
      this.log.push(encodeOutput(seq, 1000 + seq, new TextEncoder().encode(`${this.name}/${seq}`)))
    this.#live?.(this.#events(before))
  }

  readonly socket: OpenSocket = (events) => {
    this.connections += 1
    this.open += 1
    let isOpen = true
    const end = (): void => {
      if (isOpen) this.open -= 1
      isOpen = false
    }
    const send = (messages: ReadonlyArray<Message>): void => {
      for (const message of messages) {
        if (!isOpen) return
        const arriving = this.tamper(message)
        queueMicrotask(() => {
          for (const one of arriving) if (isOpen) this.#arrive(one, events, end)
        })
      }
    }
    queueMicrotask(() => (isOpen ? events.open() : undefined))
    return {
      send: (data) => {
        if (typeof data !== "string") return
        for (const request of [JSON.parse(data) as Request | ReadonlyArray<Request>].flat()) this.#request(request, send)
      },
      close: end,
    }
  }

  #arrive(message: Message | "cut", events: SocketEvents, end: () => void): void {
    if (message === "cut") {
      end()
      events.closed(1006, "cut")
    } else if (typeof message === "string") events.text(message)
    else events.bytes(message)
  }

  #request({ id, tag, payload }: Request, send: (messages: ReadonlyArray<Message>) => void): void {
    const answer = (value: unknown): string => JSON.stringify({ _tag: "Exit", requestId: id, exit: { _tag: "Success", value } })
    if (tag === "Hello")
      return this.isThere ? send([answer({ protocol: 1, version: "0", hub: "hub", silence: 30_000 })]) : undefined
    if (tag === "WatchSessions") return send([answer({ change: 0, feed: "feed", reset: false })])
    if (tag !== "Attach") return send([answer(null)])
    const { after, log } = payload
    const isKnown = after !== undefined && (log === undefined || log === this.name) && after <= this.log.length
    const head = { reason: after === undefined ? ("fresh" as const) : ("reset" as const), cols: 80, rows: 24 }
    const begin = isKnown ? this.#events(after) : [encodeSnapshot(HANDLE, this.log.length, head, new Uint8Array(0))]
    const session = { id: SESSION, label: "x", kind: "terminal" }
    send([answer({ handle: HANDLE, session, log: this.name, seat: "s", inputs: 0 }), ...begin])
    send([encodeSynced(HANDLE, this.log.length)])
    this.#live = send
  }

  #events(after: number): ReadonlyArray<Uint8Array> {
    const frames: Array<Uint8Array> = []
    for (let at = after; at < this.log.length; at += 3) {
      const some = this.log.slice(at, at + 3).map(({ bytes }) => bytes)
      frames.push(encodeEvents(HANDLE, some))
    }
    return frames
  }
}
