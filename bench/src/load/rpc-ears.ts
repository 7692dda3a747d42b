/**
 * Readers of streams of Effect RPC, in its JSON form, with as little work of their own as possible: each chunk is parsed
 * and acknowledged, and the times of its words are noted.
 */
import { once } from "node:events"
import { WebSocket } from "ws"
import { now, stampsOf } from "./stamp.ts"
import { until } from "./until.ts"

/** What is read and how. */
export interface RpcEarsOptions {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly count: number
  readonly tag: string
  readonly payload: unknown
  /** The words that a value brings; undefined for one that brings none. */
  readonly wordsOf: (value: never) => string | undefined
  /** Whether a value says that the reader has everything up to now. */
  readonly isReady: (value: never) => boolean
}

/** The readers. */
export interface RpcEars {
  /** Milliseconds from saying to hearing of each word since `forget`. */
  readonly lags: () => ReadonlyArray<number>
  readonly forget: () => void
  /** Resolves when this many words were heard, over all readers. */
  readonly heard: (words: number) => Promise<void>
  readonly close: () => void
}

interface Message {
  readonly _tag: string
  readonly requestId?: string
  readonly values?: ReadonlyArray<never>
}

/** Opens the readers, each on a connection of its own, and waits until all of them are ready. */
export async function openRpcEars(options: RpcEarsOptions): Promise<RpcEars> {
  const { count, headers, isReady, payload, tag, url, wordsOf } = options
  let lags: Array<number> = []
  let changed = (): void => {}
  const ready = new Set<WebSocket>()
  const sockets = await Promise.all(
    Array.from({ length: count }, async () => {
      const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 64 * 1024 * 1024, headers: { ...headers } })
      await once(socket, "open")
      socket.on("message", (data: Buffer) => {
        const arrived = now()
        for (const line of data.toString("utf8").split("\n")) {
          if (line === "") continue
          for (const message of [JSON.parse(line) as Message | ReadonlyArray<Message>].flat()) {
            if (message._tag === "Pong") continue
            if (message._tag !== "Chunk") throw new Error(`unexpected RPC message ${line.slice(0, 300)}`)
            socket.send(`${JSON.stringify({ _tag: "Ack", requestId: message.requestId })}\n`)
            for (const value of message.values ?? []) {
              const words = wordsOf(value)
              if (words !== undefined) for (const said of stampsOf(words)) lags.push(arrived - said)
              if (isReady(value)) ready.add(socket)
            }
          }
        }
        changed()
      })
      socket.send(`${JSON.stringify({ _tag: "Request", id: "1", tag, payload, headers: [] })}\n`)
      return socket
    }),
  )
  const waitFor = async (what: string, condition: () => boolean): Promise<void> => {
    const all = until(what, 60_000, condition)
    changed = all.check
    all.check()
    await all.reached
  }
  await waitFor("every reader is ready", () => ready.size === count)
  return {
    lags: () => lags,
    forget: () => {
      lags = []
    },
    heard: (words) => waitFor(`${words} words are heard`, () => lags.length >= words),
    close: () => sockets.forEach((socket) => socket.terminate()),
  }
}
