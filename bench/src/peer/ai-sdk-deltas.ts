/**
 * A station: the AI SDK's client on its own HTTP stream, from the bytes of server-sent events to the message that it makes anew
 * with each delta.
 */
import { DefaultChatTransport, readUIMessageStream, type UIMessage, type UIMessageChunk } from "ai"
import { chunksOf, costOf, encodedTurns } from "../load/deltas.ts"
import { answer, figure } from "../process/station.ts"

const encoder = new TextEncoder()

/** Reads the body of a response that is fed from here. */
class FedTransport extends DefaultChatTransport<UIMessage> {
  chunks(body: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStream<UIMessageChunk> {
    return this.processResponseStream(body)
  }
}

/** Stands for the end of the response. */
const CLOSE = { type: "close" }

function partsOf(turn: number): ReturnType<typeof chunksOf> {
  const { begin, deltas, end } = chunksOf(turn)
  return { begin, deltas, end: [...end, CLOSE] }
}

const transport = new FedTransport()
const encode = (chunk: unknown): Uint8Array<ArrayBuffer> => encoder.encode(`data: ${JSON.stringify(chunk)}\n\n`)

let body: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined
let message: UIMessage | undefined

async function follow(): Promise<void> {
  const stream = transport.chunks(new ReadableStream({ start: (controller) => void (body = controller) }))
  for await (const next of readUIMessageStream({ stream })) message = next
}

const shown = (): number => (message?.parts ?? []).reduce((sum, part) => sum + (part.type === "text" ? part.text.length : 0), 0)

answer({
  run: async (fields) => {
    const turns = encodedTurns(figure(fields, "turns"), partsOf, (chunk) => (chunk === CLOSE ? undefined : encode(chunk)))
    let followed: Promise<void> | undefined
    const give = (bytes: Uint8Array<ArrayBuffer> | undefined): void => {
      followed ??= follow()
      if (bytes !== undefined) return body?.enqueue(bytes)
      body?.close()
      followed = undefined
    }
    const cost = await costOf(turns, { give, shown })
    return { view: cost, cell: cost }
  },
})
