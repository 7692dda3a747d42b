/**
 * One HTTP call to the hub: credential, JSON and the one error shape (docs/protocol/rules.md, X-1).
 */
import type { CreatedBy } from "@holdfast/protocol/session"
import { askCredential } from "../credential.ts"
import type { Credential } from "../credential.ts"
import { aborted, decodeError, HoldfastError, invalidCall, reasonOf } from "../errors.ts"
import { given } from "../given.ts"
import { abortable } from "../signals.ts"

/** What is read of an answer; a `Response` is one. */
export interface Answer {
  readonly ok: boolean
  readonly status: number
  readonly text: () => Promise<string>
  readonly body: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array> | null
}

/** What is sent; `fetch` takes it. */
export interface HttpRequest {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: string
  readonly signal: AbortSignal
  readonly redirect: "manual"
}

/** Sends a call and resolves with the headers of its answer; rejects when there is none. */
export type Fetch = (url: string, sent: HttpRequest) => Promise<Answer>

/** Where the hub is and how to call it. In a browser the token is what `browserKey` gives. */
export interface HttpOptions {
  /** Such as `http://127.0.0.1:4653`; empty for the page's own origin. */
  readonly origin: string
  /** `globalThis.fetch`, or what does the same; called without `this`. */
  readonly fetch: Fetch
  readonly token?: Credential | undefined
  /** Kind of client, which sessions that are created keep. */
  readonly createdBy?: CreatedBy
  /** Milliseconds until the headers of an answer must be there; 30 s. The rest has four times as long. */
  readonly timeout?: number
}

const TIMEOUT = 30_000

/** A slow network may need longer for an answer than to its beginning; one that never ends must not be waited for. */
const BODY_TIMES = 4

/** Parameters of a query; those that are undefined are left out, a list stands for its name repeated. */
export type Query = Readonly<Record<string, string | number | boolean | ReadonlyArray<string> | undefined>>

/** One call. */
export interface HttpCall {
  readonly query?: Query | undefined
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
}

/**
 * Calls a route and gives its response once the hub accepted the call; `ending` ends it. Fails with `HoldfastError`. A credential that is
 * refused is asked for once more, where a function gives it (C-33).
 */
export async function open(
  options: HttpOptions,
  method: string,
  path: string,
  call: HttpCall = {},
  ending = new AbortController(),
): Promise<Answer> {
  const { token } = options
  if (typeof token !== "function") return openWith(token, options, method, path, call, ending)
  const ask = () => abortable<string | undefined>(call.signal, (...ends) => void askCredential(token).then(...ends))
  const first = await ask()
  try {
    return await openWith(first, options, method, path, call, ending)
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.status !== 401) throw error
    const second = await ask()
    if (second === first) throw error
    return openWith(second, options, method, path, call, ending)
  }
}

function openWith(
  token: string | undefined,
  options: HttpOptions,
  method: string,
  path: string,
  call: HttpCall,
  ending: AbortController,
): Promise<Answer> {
  const query = Object.entries(call.query ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : typeof value === "object" ? value.map((one) => [name, one]) : [[name, String(value)]],
  )
  const search = query.length === 0 ? "" : `?${new URLSearchParams(query).toString()}`
  const headers: Record<string, string> = { accept: "application/json", ...call.headers }
  if (token !== undefined) headers["authorization"] = `Bearer ${token}`
  // A body that changes something must be JSON, also an empty one (G-3).
  if (method !== "GET" && method !== "HEAD") headers["content-type"] = "application/json"
  const body = call.body === undefined ? (method === "POST" ? "{}" : undefined) : textOf(call.body)
  return send(options, path + search, { method, headers, ...given({ body }) }, call.signal, ending)
}

/** Calls a route and gives the JSON it answers with. Fails with `HoldfastError`. */
export async function json<A>(options: HttpOptions, method: string, path: string, call: HttpCall = {}): Promise<A> {
  const ending = new AbortController()
  const response = await open(options, method, path, call, ending)
  const timer = setTimeout(() => ending.abort(), BODY_TIMES * (options.timeout ?? TIMEOUT))
  const text = await body(response, call.signal).finally(() => clearTimeout(timer))
  return jsonOf(text, path, response.status) as A
}

/** The JSON that the hub wrote. Fails with `ProtocolBroken` where it is none. */
export function jsonOf(text: string, what: string, status?: number): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new HoldfastError("ProtocolBroken", `${what} did not answer with JSON; is another program listening there?`, {}, status)
  }
}

function textOf(body: unknown): string {
  try {
    return JSON.stringify(body)
  } catch (cause) {
    throw invalidCall(cause)
  }
}

async function send(
  options: HttpOptions,
  path: string,
  init: Omit<HttpRequest, "signal" | "redirect">,
  signal: AbortSignal | undefined,
  ending: AbortController,
): Promise<Answer> {
  // Not as a method of the options: a browser's own refuses to be called on anything but its window (C-14).
  const { fetch, origin, timeout = TIMEOUT } = options
  const url = origin.replace(/\/$/, "") + path
  const timer = setTimeout(() => ending.abort(), timeout)
  try {
    const response = await fetch(url, { ...init, signal: either(ending, signal), redirect: "manual" })
    if (response.ok || response.status === 304) return response
    throw await refusal(response, signal)
  } catch (cause) {
    if (signal?.aborted === true) throw aborted(signal)
    if (ending.signal.aborted) throw new HoldfastError("TimedOut", `no answer within ${timeout / 1000} s`)
    if (cause instanceof HoldfastError) throw cause
    const mistake = mistakeOf(cause, url, init)
    if (mistake !== undefined) throw invalidCall(mistake)
    throw new HoldfastError("Unreachable", `the hub cannot be reached: ${reason(cause)}`)
  } finally {
    clearTimeout(timer)
  }
}

/** A signal that follows both; Node 18 has no `AbortSignal.any` (C-17). */
export function either(own: AbortController, other: AbortSignal | undefined): AbortSignal {
  if (other === undefined) return own.signal
  if (typeof AbortSignal.any === "function") return AbortSignal.any([own.signal, other])
  if (other.aborted) own.abort(other.reason)
  else other.addEventListener("abort", () => own.abort(other.reason), { once: true })
  return own.signal
}

const MISTAKES = new Set(["ReferenceError", "RangeError", "SyntaxError", "URIError"])

/**
 * The error when it is the caller's and not the network's. `fetch` fails with `TypeError` for both, so what it was given
 * is looked at: an address or a header that no request can have.
 */
function mistakeOf(cause: unknown, url: string, init: Omit<HttpRequest, "signal" | "redirect">): unknown {
  if (!(cause instanceof Error)) return undefined
  if (MISTAKES.has(cause.name)) return cause
  if (cause.name !== "TypeError") return undefined
  if (/illegal invocation|is not a function/i.test(cause.message)) return cause
  try {
    void new Request(url, init)
    return undefined
  } catch (mistake) {
    return mistake
  }
}

async function body(response: Answer, signal?: AbortSignal): Promise<string> {
  try {
    return await response.text()
  } catch (cause) {
    if (signal?.aborted === true) throw aborted(signal)
    throw new HoldfastError("ConnectionLost", `the answer ended early: ${reason(cause)}`)
  }
}

async function refusal(response: Answer, signal: AbortSignal | undefined): Promise<HoldfastError> {
  const { status } = response
  const fallback = status === 401 ? "Unauthorized" : "HttpError"
  const text = await body(response, signal)
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === "object" && parsed !== null && "error" in parsed) return decodeError(parsed.error, fallback, status)
  } catch {
    // Not the hub's own.
  }
  // A proxy answers in place of a hub that it does not reach.
  const tag = status >= 500 ? "Unreachable" : fallback
  return new HoldfastError(tag, `the hub cannot be reached: the answer ${status} is not the hub's`, {}, status)
}

const reason = (cause: unknown): string => reasonOf(cause instanceof Error ? (cause.cause ?? cause) : cause)
