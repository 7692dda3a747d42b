/**
 * Readers of streams of Effect RPC, in its JSON form, with as little work of their own as possible: each chunk is parsed
 * and acknowledged, and the times of its words are noted.
 */
import { once } from "node:events"
import { WebSocket } from "ws"
import { type Ears, type Hearing, openEars } from "./ears.ts"

/** What is read and how. */
export interface RpcEarsOptions {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly tag: string
  readonly payload: unknown
  /** The words that a value brings; undefined for one that brings none. */
  readonly wordsOf: (value: never) => string | undefined
  /** Whether a value says that the reader has everything up to now. */
  readonly isReady: (value: never) => boolean
}

interface Message {
  readonly _tag: string
  readonly requestId?: string
  readonly values?: ReadonlyArray<never>
}

/** Opens `count` readers. */
export function openRpcEars(count: number, options: RpcEarsOptions): Promise<Ears> {
  return openEars(count, (hearing) => open(options, hearing))
}

async function open({ headers, isReady, payload, tag, url, wordsOf }: RpcEarsOptions, hearing: Hearing): Promise<() => void> {
  const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 64 * 1024 * 1024, headers: { ...headers } })
  await once(socket, "open")
  socket.on("message", (data: Buffer) => {
    for (const line of data.toString("utf8").split("\n")) {
      if (line === "") continue
      for (const message of [JSON.parse(line) as Message | ReadonlyArray<Message>].flat()) {
        if (message._tag === "Pong") continue
        if (message._tag !== "Chunk") throw new Error(`unexpected RPC message ${line.slice(0, 300)}`)
        socket.send(`${JSON.stringify({ _tag: "Ack", requestId: message.requestId })}\n`)
        for (const value of message.values ?? []) {
          const words = wordsOf(value)
          if (words !== undefined) hearing.words(words)
          if (isReady(value)) hearing.ready()
        }
      }
    }
  })
  socket.send(`${JSON.stringify({ _tag: "Request", id: "1", tag, payload, headers: [] })}\n`)
  return () => socket.terminate()
}
