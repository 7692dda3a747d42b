/**
 * One stream of a chat: the chunks of a turn, over any number of connections, handed out as they are read.
 */
import { type Followed, type FollowEnd, TurnFollower } from "@holdfast/core/agent/turn-follower"
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { ChatChunk } from "./sdk-chat.ts"

/** Chunks that may wait to be read before no more are taken from the session. */
const WAITING_MAX = 256

/** A reader. */
export class ChatReader {
  readonly follower: TurnFollower
  readonly stream: ReadableStream<ChatChunk>
  /** Whether there is a turn to read; false when the session is idle. */
  readonly begun: Promise<boolean>
  #decide: (begun: boolean) => void = () => undefined
  #controller: ReadableStreamDefaultController<ChatChunk> | undefined
  #waiting: Array<AgentChunk> = []
  #over = false
  #closed = false
  #wanting: (() => void) | undefined
  #room: (() => void) | undefined
  readonly #closedWith: (reader: ChatReader) => void

  /** `closed` is called once: the last chunk was read, or the reader was left. */
  constructor(followed: Followed, closed: (reader: ChatReader) => void) {
    this.#closedWith = closed
    this.begun = new Promise((resolve) => (this.#decide = resolve))
    this.follower = new TurnFollower(followed, {
      chunks: (chunks) => {
        this.#waiting.push(...chunks)
        this.#decide(true)
        this.#hand()
      },
      over: (end) => this.#end(end),
    })
    this.stream = new ReadableStream<ChatChunk>(
      {
        start: (controller) => void (this.#controller = controller),
        pull: () => this.#pulled(),
        cancel: () => this.leave(),
      },
      { highWaterMark: 0 },
    )
  }

  /** Whether all was read, or the reader was left. */
  get isClosed(): boolean {
    return this.#closed
  }

  /** The session was looked at: if nothing ended the stream, there is something to wait for. */
  looked(): void {
    if (!this.#over) this.#decide(true)
  }

  /** Resolves when there is room for more; `undefined` when there is. */
  room(): Promise<void> | undefined {
    if (this.#closed || this.#waiting.length < WAITING_MAX) return undefined
    return new Promise((resolve) => (this.#room = resolve))
  }

  /** Ends it without an end of the turn: its reader does not want it any more. */
  leave(): void {
    if (this.#closed) return
    this.#waiting = []
    this.#over = true
    this.#decide(false)
    this.#close()
  }

  #end(end: FollowEnd): void {
    this.#over = true
    this.#decide(end !== "Idle")
    this.#hand()
  }

  #pulled(): Promise<void> | undefined {
    const waits =
      this.#waiting.length === 0 && !this.#over ? new Promise<void>((resolve) => (this.#wanting = resolve)) : undefined
    if (waits !== undefined) return waits.then(() => this.#give())
    this.#give()
    return undefined
  }

  #hand(): void {
    const wanting = this.#wanting
    this.#wanting = undefined
    wanting?.()
    if (this.#over && this.#waiting.length === 0) this.#close()
  }

  #give(): void {
    if (this.#closed) return
    const chunk = this.#waiting.shift()
    // A chunk of ours has the shape of one of the AI SDK's; only it may be changed there.
    if (chunk !== undefined) this.#controller?.enqueue(chunk as unknown as ChatChunk)
    if (this.#waiting.length < WAITING_MAX / 2) this.#free()
    if (this.#over && this.#waiting.length === 0) this.#close()
  }

  #free(): void {
    const room = this.#room
    this.#room = undefined
    room?.()
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#free()
    this.#wanting?.()
    try {
      this.#controller?.close()
    } catch (cause) {
      // It was cancelled by its reader.
      if (!(cause instanceof TypeError)) throw cause
    }
    this.#closedWith(this)
  }
}
