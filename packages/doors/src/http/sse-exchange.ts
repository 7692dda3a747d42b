/** What the streams of events over HTTP have in common: where a reader resumes, and how a stream ends with its exchange. */
import * as Effect from "effect/Effect"
import type { DoorError } from "@holdfast/protocol/errors"
import type { StreamName } from "@holdfast/protocol/operations"
import type { Hub } from "@holdfast/hub/Hub"
import type { Exchange } from "./Exchange.ts"
import { openSse, type SseStream } from "./SseStream.ts"

/** Milliseconds between comments on a quiet stream: below every usual idle limit of proxies. */
export const HEARTBEAT = 10_000

/** Why a stream ends that its client, or the server, has closed. */
export const GONE = "the response was closed"

/** Where a reader resumes: after the last message it has, which a browser names by itself, before what the address says. */
export function resumePoint({ request }: Exchange, after: string | undefined): string | undefined {
  const last = request.headers["last-event-id"]
  return typeof last === "string" && last !== "" ? last : after
}

/** Takes the exchange's response over; `gone` is called once, when the stream is over. */
export function openStream({ principal, endings, response }: Exchange, gone: () => void): SseStream {
  const stream = openSse(response, HEARTBEAT)
  endings.set(stream.end, principal)
  stream.onClose(() => {
    endings.delete(stream.end)
    gone()
  })
  return stream
}

/** Refuses a stream that never reached the hub: what can be wrong with a request is told there, whatever it asks for. */
export function refused(
  hub: Hub["Service"],
  name: StreamName,
  error: DoorError,
  { by }: Exchange,
): Effect.Effect<never, DoorError> {
  return Effect.callback<never, DoorError>((resume) => void hub.perform(name, error, by, () => resume(Effect.fail(error))))
}
