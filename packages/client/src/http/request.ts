/**
 * One HTTP call to the hub: credential, JSON and the one error shape (docs/PROTOCOL.md, X-1).
 */
import { decodeError, HoldfastError } from "../errors.ts"

/** What is read of an answer; a `Response` is one. */
export interface Answer {
  readonly ok: boolean
  readonly status: number
  readonly text: () => Promise<string>
  readonly body: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array> | null
}

/** What is sent; `fetch` takes it. */
export interface Sent {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: string
  readonly signal: AbortSignal
  readonly redirect: "manual"
}

/** Sends a call and resolves with the headers of its answer; rejects when there is none. */
export type Fetch = (url: string, sent: Sent) => Promise<Answer>

/** Where the hub is and how to call it. In a browser the token is what `browserKey` gives. */
export interface HttpOptions {
  /** Such as `http://127.0.0.1:4653`; empty for the page's own origin. */
  readonly origin: string
  /** `globalThis.fetch`, or what does the same. */
  readonly fetch: Fetch
  readonly token?: string
  /** Milliseconds until the headers of an answer must be there; 30 s. */
  readonly timeout?: number
}

/** Parameters of a query; those that are undefined are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** One call. */
export interface HttpCall {
  readonly query?: Query | undefined
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** Calls a route and gives its response once the hub accepted the call. Fails with `HoldfastError`. */
export async function open(options: HttpOptions, method: string, path: string, call: HttpCall = {}): Promise<Answer> {
  const query = Object.entries(call.query ?? {}).filter(([, value]) => value !== undefined)
  const search =
    query.length === 0 ? "" : `?${new URLSearchParams(query.map(([name, value]) => [name, String(value)])).toString()}`
  const headers: Record<string, string> = { accept: "application/json", ...call.headers }
  if (options.token !== undefined) headers["authorization"] = `Bearer ${options.token}`
  // A body that changes something must be JSON, also an empty one (G-3).
  if (method !== "GET" && method !== "HEAD") headers["content-type"] = "application/json"
  const body = call.body === undefined ? (method === "POST" ? "{}" : undefined) : JSON.stringify(call.body)
  const response = await send(options, path + search, { method, headers, ...(body === undefined ? {} : { body }) }, call.signal)
  if (response.ok || response.status === 304) return response
  throw await refusal(response)
}

/** Calls a route and gives the JSON it answers with. Fails with `HoldfastError`. */
export async function json<A>(options: HttpOptions, method: string, path: string, call: HttpCall = {}): Promise<A> {
  const response = await open(options, method, path, call)
  const text = await body(response)
  try {
    return JSON.parse(text) as A
  } catch {
    throw new HoldfastError(
      "ProtocolBroken",
      `${path} did not answer with JSON; is another program listening there?`,
      {},
      response.status,
    )
  }
}

async function send(
  options: HttpOptions,
  path: string,
  init: Omit<Sent, "signal" | "redirect">,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const deadline = new AbortController()
  const timeout = options.timeout ?? 30_000
  const timer = setTimeout(() => deadline.abort(), timeout)
  try {
    const either = signal === undefined ? deadline.signal : AbortSignal.any([deadline.signal, signal])
    return await options.fetch(options.origin + path, { ...init, signal: either, redirect: "manual" })
  } catch (cause) {
    if (deadline.signal.aborted) throw new HoldfastError("TimedOut", `the hub did not answer within ${timeout} ms`)
    if (signal?.aborted === true) throw new HoldfastError("Closed", "the call was given up")
    throw new HoldfastError("Unreachable", `the hub cannot be reached: ${reason(cause)}`)
  } finally {
    clearTimeout(timer)
  }
}

async function body(response: Answer): Promise<string> {
  try {
    return await response.text()
  } catch (cause) {
    throw new HoldfastError("ConnectionLost", `the answer was cut: ${reason(cause)}`)
  }
}

async function refusal(response: Answer): Promise<HoldfastError> {
  const text = await body(response)
  const fallback = response.status === 401 ? "Unauthorized" : "HttpError"
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === "object" && parsed !== null && "error" in parsed)
      return decodeError(parsed.error, fallback, response.status)
  } catch {
    return new HoldfastError(fallback, `the hub answered ${response.status}`, {}, response.status)
  }
  return new HoldfastError(fallback, `the hub answered ${response.status}`, {}, response.status)
}

function reason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  return cause.cause instanceof Error && cause.cause.message !== "" ? cause.cause.message : cause.message
}
