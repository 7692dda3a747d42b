/** Messages that are longer than the RPC door reads: it would close the connection, and with it end every call (docs/protocol/rules.md, J-9). */
import * as Effect from "effect/Effect"
import { RpcClientError } from "effect/rpc/RpcClientError"
import { MESSAGE_BODY_MAX } from "@holdfast/protocol/agent/message"
import { TooLarge } from "@holdfast/protocol/errors"

/** Bytes of a request around its message. */
const ENVELOPE = 1024

/** The smallest frame that a hub may be set to accept: a shorter message is never the one that was too long. */
const LEAST_FRAME = 64 * 1024

/** Characters that may be more bytes than a hub takes; fewer are not counted exactly. */
const SUSPECT = MESSAGE_BODY_MAX / 4

interface Message {
  readonly text?: string
  readonly parts?: ReadonlyArray<{ readonly text: string } | { readonly url: string }>
}

/** Sends a message unless it is too long; fails with `TooLarge` then, and where the hub closed the connection for that reason. */
export function ofSendableSize<A, E>(message: Message, send: Effect.Effect<A, E>): Effect.Effect<A, E | TooLarge> {
  return Effect.suspend(() => {
    const limit = MESSAGE_BODY_MAX - ENVELOPE
    if (charactersOf(message) > SUSPECT && bytesOf(message) > limit) return Effect.fail(tooLarge(bytesOf(message), limit))
    return Effect.catchIf(send, wasTooLong, (error): Effect.Effect<never, E | TooLarge> => {
      const bytes = bytesOf(message)
      return Effect.fail(bytes > LEAST_FRAME - ENVELOPE ? tooLarge(bytes, LEAST_FRAME) : error)
    })
  })
}

/** Whether the hub closed the connection as something was too long. */
const wasTooLong = (error: unknown): boolean =>
  error instanceof RpcClientError && error.reason._tag === "SocketCloseError" && error.reason.code === 1009

const charactersOf = ({ text = "", parts = [] }: Message): number =>
  parts.reduce((sum, part) => sum + ("url" in part ? part.url : part.text).length, text.length)

const bytesOf = (message: Message): number => new TextEncoder().encode(JSON.stringify(message)).length

const tooLarge = (bytes: number, limit: number): TooLarge =>
  new TooLarge({
    message: `the message has ${bytes} bytes with its files, and the hub reads no more than ${limit} at once; send several messages, or give the agent a path to read`,
    limit,
  })
