/** Readers of Socket.IO with the official client, which note the times of the words that events bring. */
import { io, type Socket } from "socket.io-client"
import { type Ears, openEars } from "./ears.ts"

/** What is read and how. */
export interface IoEarsOptions {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** The event that brings words. */
  readonly event: string
  readonly wordsOf: (event: never) => string | undefined
  /** Has the server send to this client from now on. */
  readonly join: (socket: Socket) => Promise<unknown>
}

/** Opens `count` readers, over WebSocket alone. */
export function openIoEars(count: number, { event, headers, join, url, wordsOf }: IoEarsOptions): Promise<Ears> {
  return openEars(count, async (hearing) => {
    const socket = io(url, {
      transports: ["websocket"],
      forceNew: true,
      reconnection: false,
      ...(headers === undefined ? {} : { extraHeaders: { ...headers } }),
    })
    await new Promise<void>((done, fail) => {
      socket.once("connect", done)
      socket.once("connect_error", fail)
    })
    socket.on(event, (told: unknown) => {
      const words = wordsOf(told as never)
      if (words !== undefined) hearing.words(words)
    })
    await join(socket)
    hearing.ready()
    return () => void socket.disconnect()
  })
}
