/**
 * One request to a receiver (docs/protocol/rules.md, Y-6): to the address that was checked, on a connection of its own, without
 * redirects, within a time, and with little read of what comes back.
 */
import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http"
import { isIP, type LookupFunction } from "node:net"
import { AddressNotAllowed, checkedLookup, hostOf, isPrivateAddress } from "./addresses.ts"

/** Bytes of an answer that are read, so that the receiver can finish it. */
const READ_MAX = 64 * 1024

/** Milliseconds in which an answer may end whose status is known. */
const END_GRACE = 1000

/** Longest `Retry-After` that is followed, in seconds. */
const RETRY_AFTER_MAX = 24 * 3600

/** What is sent, and where. */
export interface Post {
  readonly url: URL
  readonly allowPrivate: boolean
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  /** Milliseconds for all of it. */
  readonly timeout: number
  readonly signal: AbortSignal
  /** Resolves the name; only to checked addresses. */
  readonly lookup?: LookupFunction
}

/** What became of it. */
export interface Posted {
  readonly delivered: boolean
  readonly status?: number
  readonly problem?: string
  /** Seconds that the receiver asks to wait. */
  readonly retryAfter?: number
  readonly milliseconds: number
}

/** Sends a request; never rejects. */
export function post({ url, allowPrivate, headers, body, timeout, signal, lookup = checkedLookup }: Post): Promise<Posted> {
  const began = performance.now()
  const host = hostOf(url)
  return new Promise((resolve) => {
    let request: ClientRequest | undefined
    const over = (posted: Omit<Posted, "milliseconds">): void => {
      clearTimeout(timer)
      signal.removeEventListener("abort", stop)
      resolve({ ...posted, milliseconds: Math.round(performance.now() - began) })
      request?.destroy()
    }
    const failed = (problem: string): void => over({ delivered: false, problem })
    const stop = (): void => failed("the hub is stopping")
    const timer = setTimeout(() => failed(`no answer within ${timeout / 1000} s`), timeout)
    if (signal.aborted) return stop()
    signal.addEventListener("abort", stop)
    if (!allowPrivate && isIP(host) !== 0 && isPrivateAddress(host)) return failed(new AddressNotAllowed(host, host).message)
    const options: RequestOptions = {
      method: "POST",
      agent: false,
      headers: {
        "content-type": "application/json",
        ...headers,
        "content-length": Buffer.byteLength(body),
        "user-agent": "Holdfast",
      },
      ...(allowPrivate ? {} : { lookup }),
    }
    // Loaded when something is sent: few hubs have webhooks, and TLS takes memory.
    const { request: begin } = process.getBuiltinModule(url.protocol === "https:" ? "node:https" : "node:http")
    request = begin(url, options)
    request.on("error", (error) => failed(error.message))
    request.on("response", (response) => {
      clearTimeout(timer)
      answered(response, over)
    })
    request.end(body)
  })
}

/** Takes the head of an answer, which decides, and as much of its body as is read, for a moment. */
function answered(response: IncomingMessage, over: (posted: Omit<Posted, "milliseconds">) => void): void {
  const { statusCode: status = 0, headers } = response
  const delivered = status >= 200 && status < 300
  const seconds = secondsOf(headers["retry-after"] ?? "", Date.now())
  const posted = {
    delivered,
    status,
    ...(delivered ? {} : { problem: problemOf(status) }),
    ...(Number.isFinite(seconds) && seconds > 0 ? { retryAfter: Math.min(seconds, RETRY_AFTER_MAX) } : {}),
  }
  let bytes = 0
  const timer = setTimeout(() => over(posted), END_GRACE)
  response.on("data", (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > READ_MAX) over(posted)
  })
  response.on("end", () => over(posted))
  response.on("error", () => over(posted))
  response.on("close", () => {
    clearTimeout(timer)
    over(posted)
  })
}

/** The seconds that `Retry-After` asks to wait: a number of them, or a date (RFC 9110 section 10.2.3); not a number for anything else. */
function secondsOf(text: string, now: number): number {
  const trimmed = text.trim()
  return /^\d+$/.test(trimmed) ? Number(trimmed) : Math.ceil((Date.parse(trimmed) - now) / 1000)
}

const problemOf = (status: number): string =>
  status >= 300 && status < 400
    ? `the receiver answered ${status}; redirects are not followed, so give the webhook the final address`
    : `the receiver answered ${status}`
