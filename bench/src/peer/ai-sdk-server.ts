/**
 * A station: the AI SDK's plain HTTP stream, as its documentation serves a chat: `createUIMessageStream` piped to each
 * response. It keeps nothing; what it says it makes itself, without a process of an agent.
 *
 * A `GET /?speech=N` waits for the speech N; `say` starts each speech, and every reader of it gets each word.
 */
import { createServer } from "node:http"
import { once } from "node:events"
import { setTimeout as pause } from "node:timers/promises"
import { createUIMessageStream, pipeUIMessageStreamToResponse } from "ai"
import { stamp } from "../load/stamp.ts"
import { answer, figure } from "../process/station.ts"

/** What a reader of a speech is given. */
interface Reader {
  readonly word: (text: string) => void
  readonly end: () => void
}

const speeches = new Map<string, Array<Reader>>()

const http = createServer((request, response) => {
  const speech = new URL(request.url ?? "/", "http://localhost").searchParams.get("speech") ?? ""
  const stream = createUIMessageStream({
    execute: ({ writer }) =>
      new Promise<void>((end) => {
        writer.write({ type: "text-start", id: "1" })
        const readers = speeches.get(speech) ?? []
        readers.push({
          word: (delta) => writer.write({ type: "text-delta", id: "1", delta }),
          end: () => {
            writer.write({ type: "text-end", id: "1" })
            end()
          },
        })
        speeches.set(speech, readers)
      }),
  })
  void pipeUIMessageStreamToResponse({ response, stream })
})
http.listen(0, "127.0.0.1")

async function speak(readers: ReadonlyArray<Reader>, words: number, millis: number): Promise<void> {
  for (let word = 0; word < words; word++) {
    await pause(millis)
    const text = stamp()
    for (const reader of readers) reader.word(text)
  }
  for (const reader of readers) reader.end()
}

answer({
  port: async () => {
    if (!http.listening) await once(http, "listening")
    const address = http.address()
    if (address === null || typeof address === "string") throw new Error("no port")
    return { port: address.port }
  },
  readers: () => ({ readers: [...speeches.values()].reduce((sum, readers) => sum + readers.length, 0) }),
  say: (fields) => {
    for (const readers of speeches.values()) void speak(readers, figure(fields, "words"), figure(fields, "millis"))
    speeches.clear()
    return {}
  },
})
