/**
 * Frames over the socket between hub and runner, the same at both ends: what comes is cut into frames, and what is sent in
 * one tick goes out in one piece. Who a peer is and what it may say is not known here.
 */
import type { Socket } from "node:net"
import { FrameReader, WireMalformed, type WireFrame } from "./frames.ts"

/** What one end does with what comes. */
export interface FrameHandler {
  /** The next frame; may throw `WireMalformed` where a peer must not send it. */
  readonly frame: (frame: WireFrame) => void
  /** The peer sent nonsense; nothing that comes after it is read. */
  readonly malformed: (error: WireMalformed) => void
}

/** One end. */
export class FramedSocket {
  readonly #socket: Socket
  readonly #handler: FrameHandler
  readonly #frames = new FrameReader()
  #corked = false
  #isMalformed = false

  constructor(socket: Socket, handler: FrameHandler) {
    this.#socket = socket
    this.#handler = handler
  }

  /** Sends bytes that are frames or parts of them. */
  write(bytes: Uint8Array): void {
    if (!this.#corked) {
      this.#corked = true
      this.#socket.cork()
      process.nextTick(() => {
        this.#corked = false
        this.#socket.uncork()
      })
    }
    this.#socket.write(bytes)
  }

  /** Takes what was read. */
  take(chunk: Buffer): void {
    if (this.#isMalformed) return
    try {
      this.#frames.push(chunk, this.#handler.frame)
    } catch (error) {
      if (!(error instanceof WireMalformed)) throw error
      this.#isMalformed = true
      this.#handler.malformed(error)
    }
  }
}
