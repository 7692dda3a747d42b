/**
 * A scripted stand-in for model APIs on loopback: Anthropic Messages, OpenAI chat completions and Responses, Gemini.
 *
 * The text that a person sends scripts the reply (script.ts). Requests without tools are side requests, such as one for
 * a title, and get a short answer. Everything is bounded: bodies, connections, requests kept; `stop` closes all sockets.
 */
import { once } from "node:events"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { anthropic } from "./anthropic.ts"
import { chatCompletions } from "./chat-completions.ts"
import type { Asked, Dialect } from "./dialect.ts"
import { gemini } from "./gemini.ts"
import { play, replyTo, text } from "./reply.ts"
import { ReceivedRequests, sortHeaders, type Outcome, type ReceivedRequest } from "./requests.ts"
import { responses } from "./responses.ts"
import type { Block } from "./script.ts"

const DIALECTS: ReadonlyArray<Dialect> = [anthropic, chatCompletions, responses, gemini]

/** Longest body of a request, in bytes. */
const MOST_BYTES = 64 * 1024 * 1024
const MOST_CONNECTIONS = 512
/** Most scripts whose failures are counted. */
const MOST_COUNTED = 10_000

const MODELS = {
  object: "list",
  data: [{ id: "scripted", type: "model", object: "model", display_name: "Scripted", created_at: "2026-01-01T00:00:00Z" }],
  models: [],
  has_more: false,
}

/** A running model server. */
export interface ModelServer {
  /** Base address without a path, such as `http://127.0.0.1:40000`. */
  readonly url: string
  /** Requests for replies, oldest first; the latest 2,000. */
  readonly requests: () => ReadonlyArray<ReceivedRequest>
  /** Number of requests whose client went away before the end. */
  readonly aborted: () => number
  /** Stops it and closes every socket. */
  readonly stop: () => Promise<void>
}

/**
 * How to start a model server. `port` 0 takes a free one; `onRequest` sees each request when it comes; `refuses` gives the
 * words with which a request is refused for what is in it, as with status 400 for its history.
 */
export interface ModelServerOptions {
  readonly port?: number
  readonly onRequest?: (request: ReceivedRequest) => void
  readonly refuses?: (body: unknown) => string | undefined
}

/** Body of a request; undefined when it is longer than allowed. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Array<Buffer> = []
  let bytes = 0
  for await (const part of request) {
    const buffer: Buffer = Buffer.from(part)
    bytes += buffer.length
    if (bytes > MOST_BYTES) return undefined
    parts.push(buffer)
  }
  return Buffer.concat(parts).toString()
}

/** The value of a JSON text; undefined when it is none. */
function parsed(raw: string): unknown {
  try {
    const value: unknown = JSON.parse(raw)
    return value
  } catch {
    // The dialects read undefined as an empty request.
    return undefined
  }
}

/** Headers of an answer to a request that met a usage limit, as Anthropic sends them. */
const limitHeaders = (seconds: number): Readonly<Record<string, string>> => ({
  "retry-after": String(seconds),
  "anthropic-ratelimit-unified-status": "rejected",
  "anthropic-ratelimit-unified-reset": String(Math.floor(Date.now() / 1000) + seconds),
  "anthropic-ratelimit-unified-representative-claim": "five_hour",
})

type Json = (status: number, body: unknown, headers?: Readonly<Record<string, string>>) => void

const jsonTo =
  (response: ServerResponse): Json =>
  (status, body, headers = {}) =>
    void response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body))

/** Answers requests, and counts them. */
class ModelRequests {
  readonly received = new ReceivedRequests()
  aborted = 0
  readonly #options: ModelServerOptions
  readonly #failed = new Map<string, number>()
  #ids = 0
  #numbers = 0

  constructor(options: ModelServerOptions) {
    this.#options = options
  }

  /** Answers one request. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", "http://model")
    const raw = await bodyOf(request)
    const json = jsonTo(response)
    if (raw === undefined) return json(413, { error: { message: `a body is at most ${MOST_BYTES} bytes` } })
    const tokens = Math.ceil(raw.length / 4)
    if (request.method === "HEAD" || pathname === "/") return void response.writeHead(200).end()
    if (pathname.endsWith("/count_tokens")) return json(200, { input_tokens: tokens })
    if (pathname.endsWith(":countTokens")) return json(200, { totalTokens: tokens })
    if (pathname.endsWith("/models")) return json(200, MODELS)
    const dialect = request.method === "POST" ? DIALECTS.find((each) => each.answers(pathname)) : undefined
    if (dialect !== undefined) return this.#converse(dialect, request, raw, response)
    const message = `no model answers ${request.method} ${pathname}`
    return json(404, { type: "error", error: { type: "not_found_error", message } })
  }

  readonly #id = (prefix: string): string => `${prefix}_scripted${String(++this.#ids).padStart(6, "0")}`

  async #converse(dialect: Dialect, request: IncomingMessage, raw: string, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? "/", "http://model").pathname
    const asked: Asked = { path, body: parsed(raw), tokens: Math.ceil(raw.length / 4), id: this.#id }
    const conversation = dialect.conversation(asked.body)
    const { shown, secrets } = sortHeaders(request.headers)
    const scripted = conversation.tools.length > 0 ? replyTo(conversation) : undefined
    let outcome: Outcome = "open"
    const entry: ReceivedRequest = {
      number: ++this.#numbers,
      at: Date.now(),
      method: request.method ?? "",
      path: request.url ?? "",
      headers: shown,
      carries: (secret) => secrets.some((value) => value.includes(secret)),
      body: asked.body,
      dialect: dialect.name,
      tools: conversation.tools,
      prompt: scripted?.prompt,
      step: scripted?.step,
      outcome: () => outcome,
    }
    this.received.add(entry, raw.length)
    this.#options.onRequest?.(entry)

    const gone = new AbortController()
    response.once("close", () => {
      if (!response.writableFinished && outcome === "open") {
        outcome = "aborted"
        this.aborted++
      }
      gone.abort()
    })
    const refusal = this.#options.refuses?.(asked.body)
    if (refusal !== undefined) {
      outcome = "error"
      return jsonTo(response)(400, dialect.error(400, refusal))
    }
    const blocks =
      scripted === undefined ? [text(dialect.aside(asked))] : this.#due(scripted.blocks, `${scripted.prompt} ${scripted.step}`)
    const done = await this.#reply(dialect, asked, blocks, response, gone.signal)
    if (outcome === "open") outcome = done
    if (done === "cut") response.destroy()
  }

  /** Blocks without the errors and cuts that happened as often as they should. */
  #due(blocks: ReadonlyArray<Block>, key: string): ReadonlyArray<Block> {
    return blocks.filter((block, index) => {
      if (block.kind !== "error" && block.kind !== "cut") return true
      if (block.times === Infinity) return true
      const place = `${key} ${index}`
      const times = this.#failed.get(place) ?? 0
      if (times >= block.times) return false
      if (this.#failed.size >= MOST_COUNTED) this.#failed.clear()
      this.#failed.set(place, times + 1)
      return true
    })
  }

  async #reply(
    dialect: Dialect,
    asked: Asked,
    blocks: ReadonlyArray<Block>,
    response: ServerResponse,
    ended: AbortSignal,
  ): Promise<"error" | "cut" | "finished"> {
    const json = jsonTo(response)
    const [first] = blocks
    if (first?.kind === "error") {
      const headers = first.resetSeconds === undefined ? {} : limitHeaders(first.resetSeconds)
      json(first.status, dialect.error(first.status, `scripted ${first.status}`), headers)
      return "error"
    }
    if (!dialect.streams(asked)) {
      if (blocks.some(({ kind }) => kind === "cut")) return "cut"
      for await (const _ of play(
        blocks.filter(({ kind }) => kind === "wait"),
        ended,
      ));
      json(200, dialect.whole(asked, blocks))
      return "finished"
    }
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache", "request-id": this.#id("req") })
    const whole = await dialect.stream(asked, play(blocks, ended), async (event, data) => {
      if (ended.aborted) return
      const line = typeof data === "string" ? data : JSON.stringify(data)
      if (!response.write(`${event === undefined ? "" : `event: ${event}\n`}data: ${line}\n\n`))
        await once(response, "drain", { signal: ended }).catch((error: unknown) => {
          if (!ended.aborted) throw error
        })
    })
    if (whole) response.end()
    return whole ? "finished" : "cut"
  }
}

/** Starts a model server on loopback. */
export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const requests = new ModelRequests(options)
  const server = createServer((request, response) => {
    requests.answer(request, response).catch((error: unknown) => {
      // The client went away while its body came, or a script met a fault of this server: the test sees the cut.
      response.destroy(error instanceof Error ? error : undefined)
    })
  })
  server.maxConnections = MOST_CONNECTIONS
  server.listen(options.port ?? 0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    requests: () => requests.received.all(),
    aborted: () => requests.aborted,
    stop: async () => {
      server.closeAllConnections()
      const closed = once(server, "close")
      server.close()
      await closed
    },
  }
}
