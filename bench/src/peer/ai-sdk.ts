/**
 * Readers of the AI SDK's HTTP stream: one response each, its chunks parsed, the times of its words noted.
 */
import { get } from "node:http"
import { now, stampsOf } from "../load/stamp.ts"
import { within } from "../process/within.ts"
import { figure, startStation, type Station } from "../process/station.ts"

/** A server of the AI SDK. */
export interface AiSdk {
  readonly station: Station
  /** Streams speeches of `words` words to this many readers each; gives each word's milliseconds from server to reader. */
  readonly stream: (speeches: number, readers: number, words: number, millis: number) => Promise<ReadonlyArray<number>>
}

interface Chunk {
  readonly type: string
  readonly delta?: string
}

/** Reads one response to its end. */
function read(port: number, speech: number, begun: () => void, lags: Array<number>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  get({ host: "127.0.0.1", port, path: `/?speech=${speech}`, agent: false }, (response) => {
    let rest = ""
    response.setEncoding("utf8")
    response.on("data", (text: string) => {
      const arrived = now()
      const lines = (rest + text).split("\n")
      rest = lines.pop() ?? ""
      for (const line of lines) {
        if (!line.startsWith("data: {")) continue
        const chunk = JSON.parse(line.slice(6)) as Chunk
        if (chunk.type === "text-start") begun()
        if (chunk.type === "text-delta") for (const said of stampsOf(chunk.delta ?? "")) lags.push(arrived - said)
      }
    })
    response.on("end", resolve)
    response.on("error", reject)
  }).on("error", reject)
  return promise
}

/** Starts the server. */
export async function openAiSdk(): Promise<AiSdk> {
  const station = startStation(new URL("./ai-sdk-server.ts", import.meta.url))
  const port = figure(await station.call("port"), "port")
  return {
    station,
    stream: async (speeches, readers, words, millis) => {
      const lags: Array<number> = []
      const begun: Array<Promise<void>> = []
      const read1 = (speech: number): Promise<void> => {
        const seated = Promise.withResolvers<void>()
        begun.push(seated.promise)
        return read(port, speech, seated.resolve, lags)
      }
      const done = Array.from({ length: speeches * readers }, (_, at) => read1(at % speeches))
      await within("every reader has its response", 10_000, Promise.all(begun))
      await station.call("say", { words, millis })
      await Promise.all(done)
      if (lags.length !== speeches * readers * words) throw new Error(`${lags.length} words were read`)
      return lags
    },
  }
}
