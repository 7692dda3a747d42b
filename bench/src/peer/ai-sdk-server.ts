/**
 * A station: the AI SDK's plain HTTP stream, as its documentation serves a chat: `createUIMessageStream` piped to each
 * response. It keeps nothing; what it says it makes itself, without a process of an agent.
 *
 * A `GET /?speech=N` waits for the speech N; `say` starts each speech, and every reader of it gets each word. After `durable` a word
 * goes to its readers once it is in a file and synced.
 */
import { createServer } from "node:http"
import { once } from "node:events"
import { setTimeout as pause } from "node:timers/promises"
import { createUIMessageStream, pipeUIMessageStreamToResponse } from "ai"
import { EVENT_BYTES } from "../load/payload.ts"
import { stamp } from "../load/stamp.ts"
import { answer, figure } from "../process/station.ts"
import { behindSync } from "./behind-sync.ts"

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
        const id = crypto.randomUUID()
        writer.write({ type: "text-start", id })
        const readers = speeches.get(speech) ?? []
        readers.push({
          word: (delta) => writer.write({ type: "text-delta", id, delta }),
          end: () => {
            writer.write({ type: "text-end", id })
            end()
          },
        })
        speeches.set(speech, readers)
      }),
  })
  void pipeUIMessageStreamToResponse({ response, stream })
})
http.listen(0, "127.0.0.1")

/** A word for its readers, or the end of the speech. */
interface Word {
  readonly text: string | undefined
  readonly readers: ReadonlyArray<Reader>
}

function give({ readers, text }: Word): void {
  for (const reader of readers) {
    if (text === undefined) reader.end()
    else reader.word(text)
  }
}

let publish = give

/** Speeches begin at different times within a word's, as those of agents in processes of their own. */
async function speak(readers: ReadonlyArray<Reader>, words: number, millis: number, at: number): Promise<void> {
  await pause(at % millis)
  for (let word = 0; word < words; word++) {
    await pause(millis)
    publish({ text: stamp(), readers })
  }
  publish({ text: undefined, readers })
}

answer({
  port: async () => {
    if (!http.listening) await once(http, "listening")
    const address = http.address()
    if (address === null || typeof address === "string") throw new Error("no port")
    return { port: address.port }
  },
  durable: (fields) => {
    // About what an event of a log is.
    publish = behindSync(String(fields["file"]), ({ text = "" }) => Buffer.from(text.padEnd(EVENT_BYTES)), give)
    return {}
  },
  say: (fields) => {
    for (const [at, readers] of [...speeches.values()].entries()) {
      void speak(readers, figure(fields, "words"), figure(fields, "millis"), at)
    }
    speeches.clear()
    return {}
  },
})
