/**
 * Dialect: one model API as the server needs it. What a dialect sends is what that API's own clients take for real.
 */
import type { Conversation, Piece } from "./reply.ts"
import type { Block } from "./script.ts"

/** A request as a dialect sees it. */
export interface Asked {
  readonly path: string
  readonly body: unknown
  /** Tokens of the request, estimated from its length. */
  readonly tokens: number
  /** A new id that begins with `prefix`. */
  readonly id: (prefix: string) => string
}

/** Sends one server-sent event; waits while the client does not read. */
export type Send = (event: string | undefined, data: unknown) => Promise<void>

/** One model API. */
export interface Dialect {
  readonly name: "anthropic" | "chat-completions" | "responses" | "gemini"
  readonly answers: (path: string) => boolean
  readonly conversation: (body: unknown) => Conversation
  /** Whether the answer is a stream of events. */
  readonly streams: (asked: Asked) => boolean
  /** What a request without tools gets, such as one for a title. */
  readonly aside: (asked: Asked) => string
  /** The answer in one piece. */
  readonly whole: (asked: Asked, blocks: ReadonlyArray<Block>) => unknown
  /** Streams a reply; gives whether it came to its end (otherwise the connection is cut). */
  readonly stream: (asked: Asked, play: AsyncIterable<Piece>, send: Send) => Promise<boolean>
  /** Body of an error. */
  readonly error: (status: number, message: string) => unknown
}
