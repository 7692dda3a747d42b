/**
 * The way to one client: what was written and has not left the process is counted, over all that uses the connection, so that
 * whoever feeds it can stop (docs/protocol/rules.md, K-6).
 *
 * Engine.IO queues what its transport cannot take yet, and hands all of it over at once when it can: the queue is in
 * `writeBuffer`, what was handed over in the WebSocket. One of two limits would not do: to a client that has stopped reading, all but
 * the first batch waits in `writeBuffer`.
 */
import type { Socket as EngineSocket } from "engine.io"
import type { RunPacket } from "./run-events.ts"

/** Unread bytes beyond which nothing more is read from a log. */
const FLOW_MAX = 64 * 1024

/** The part of a transport that says what it holds; one over HTTP is handed a response at a time. */
interface Transport {
  readonly socket?: { readonly bufferedAmount: number }
}

/** One connection's way out. */
export class IoFlow {
  readonly #conn: EngineSocket
  readonly #drained: () => void
  /** Characters in the queue. */
  #queued = 0
  /** Someone was told that there is no room, and waits. */
  #awaited = false

  /** `drained` is called when there is room again. */
  constructor(conn: EngineSocket, drained: () => void) {
    this.#conn = conn
    this.#drained = drained
    conn.on("packetCreate", ({ data }: { readonly data?: string | Buffer }) => void (this.#queued += data?.length ?? 0))
    conn.on("flush", () => {
      this.#queued = 0
      if (this.#awaited) this.#listen()
    })
  }

  /** Bytes that the client has not taken, as far as this process knows. */
  get unread(): number {
    return this.#queued + ((this.#conn.transport as unknown as Transport).socket?.bufferedAmount ?? 0)
  }

  /** Whether there is no room; then `drained` is called once there is. */
  get full(): boolean {
    if (this.unread <= FLOW_MAX) return false
    if (!this.#awaited) this.#listen()
    this.#awaited = true
    return true
  }

  /** Sends a packet after everything that was sent before. */
  write({ text, options }: RunPacket): void {
    // The options of a packet are shared by all who get it, and changed by none.
    this.#conn.write(text, options as unknown as Record<string, unknown>)
  }

  /** The transport says when it has got rid of the batch that it has, or is about to be handed. */
  #listen(): void {
    this.#conn.transport.once("drain", this.#left)
  }

  readonly #left = (): void => {
    if (!this.#awaited) return
    if (this.unread > FLOW_MAX) return this.#listen()
    this.#awaited = false
    this.#drained()
  }
}
