/**
 * Streams of server-sent events that outlive their connections (docs/protocol/rules.md, C-15).
 *
 * The cursor is the `id` of the last message. Whatever ends a connection but the reader, the hub's refusal or `signal`,
 * the stream is opened again from there, after a wait that grows; the hub decides whether there is more.
 */
import { forOneConsumer } from "../consumption.ts"
import { HoldfastError, isTransient } from "../errors.ts"
import { backoffDelay, defaultBackoff, pause, platformTimers } from "../timers.ts"
import type { Prepared } from "./prepare.ts"
import { either, jsonOf, open } from "./request.ts"
import type { HttpOptions } from "./request.ts"
import { sseEvents, SseParser } from "./sse.ts"
import type { SseEvent } from "./sse.ts"

/** Longest wait that a hub's `retry:` is followed in, in milliseconds. */
const MOST_RETRY = 60_000

/**
 * The events of a stream, from `after` in its query on. A first connection that fails is reported at once, as any call's; a later one
 * is tried again for as long as the error is transient. Ends when `signal` is aborted.
 */
export function follow(
  options: HttpOptions,
  prepared: () => Prepared,
  signal: AbortSignal | undefined,
): AsyncGenerator<SseEvent> {
  const left = new AbortController()
  return forOneConsumer(resuming(options, prepared, either(left, signal)), () => left.abort())
}

async function* resuming(options: HttpOptions, prepared: () => Prepared, signal: AbortSignal): AsyncGenerator<SseEvent, void> {
  const { path, call } = prepared()
  const cursor: { after?: string; log?: string } = {}
  let first = defaultBackoff.first
  let opened = false
  const isOver = (): boolean => signal.aborted
  for (let attempt = 1; !isOver(); attempt += 1) {
    const parser = new SseParser()
    const ending = new AbortController()
    let error = new HoldfastError("ConnectionLost", "the hub ended the stream of events")
    try {
      const headers = { accept: "text/event-stream" }
      const answer = await open(options, "GET", path, { query: { ...call.query, ...cursor }, headers, signal }, ending)
      opened = true
      for await (const event of sseEvents(answer, parser)) {
        attempt = 0
        if (event.event === "synced") Object.assign(cursor, logOf(event.data))
        yield event
      }
    } catch (cause) {
      if (!(cause instanceof HoldfastError)) throw cause
      error = cause
    } finally {
      ending.abort()
    }
    if (isOver()) return
    if (!opened || !isTransient(error)) throw error
    if (parser.id !== "") cursor.after = parser.id
    first = Math.min(parser.retry ?? first, MOST_RETRY)
    await pause(platformTimers, waitAfter(error, first, Math.max(attempt, 1)), signal)
  }
}

/** The log that the cursor is of, which `synced` names for a session's events (H-6). */
function logOf(data: string): { readonly log?: string } {
  const said = jsonOf(data, "the stream of events")
  const known = typeof said === "object" && said !== null && "log" in said && typeof said.log === "string"
  return known ? { log: said.log as string } : {}
}

/** Milliseconds to wait before the next attempt, at least what the hub asked for. */
export function waitAfter(error: HoldfastError, first: number, attempt: number): number {
  const backoff = { first, most: Math.max(first, defaultBackoff.most) }
  const asked = Number(error.fields["retryAfter"] ?? 0) * 1000
  return Math.max(backoffDelay(backoff, attempt, platformTimers.random()), Math.min(asked, MOST_RETRY) || 0)
}
