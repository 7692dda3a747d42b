/**
 * A permission request as the log has it, whole, with its end: also when its session's record has forgotten it
 * (docs/protocol/rules.md, P-1, P-13).
 *
 * The log is looked at in growing windows from its end, and only events that name the request are decoded.
 */
import * as Effect from "effect/Effect"
import { BY_TIME } from "@holdfast/core/agent/permission-authors"
import type { PermissionAsk, PermissionDecision } from "@holdfast/protocol/agent/permission"
import type { DoorError } from "@holdfast/protocol/errors"
import type { Event } from "@holdfast/protocol/event"
import { knownEvent } from "@holdfast/protocol/events"
import { decodeRecord, readRecord } from "@holdfast/protocol/record"
import type { Head, Store } from "@holdfast/store/Store"
import { storeProblem } from "../session/store-problem.ts"
import { READ_BYTES } from "../session/read-sizes.ts"

/** Seqs in the first window; each further one is four times as long. */
const WINDOW = 1024

/** Reads of a log in search of a request: beyond them it counts as unknown. Each looks at some MiB at most. */
const READS_MAX = 128

/** What the log says of a request. */
export interface LoggedRequest {
  readonly request: PermissionAsk
  readonly seq: number
  readonly askedAt: number
  readonly expiresAt?: number
  readonly decision?: PermissionDecision
  readonly cancelled?: string
}

type Told = { -readonly [K in keyof LoggedRequest]?: LoggedRequest[K] }

/** What an event says of the request with this id. */
function tellOf(event: Event, id: string): Told {
  const { seq, time } = event
  const known = knownEvent(event)
  switch (known?.name) {
    case "permission/asked": {
      const { request, expiresAt } = known.data
      if (request.id !== id) return {}
      return { request, seq, askedAt: time, ...(expiresAt === undefined ? {} : { expiresAt }) }
    }
    case "permission/answered":
      return known.data.requestId === id ? { decision: known.data.decision } : {}
    case "permission/expired":
      return known.data.requestId === id ? { decision: { optionId: "", allow: false, by: BY_TIME, at: time } } : {}
    case "permission/cancelled":
      return known.data.requestId === id ? { cancelled: known.data.reason } : {}
    default:
      return {}
  }
}

/** The request with this id as an event of its asking and those behind it tell it. */
export function requestOf(event: Event, id: string): LoggedRequest | undefined {
  const told = tellOf(event, id)
  return told.request === undefined ? undefined : (told as LoggedRequest)
}

/** Looks a request up in a log by its id; undefined when it was never asked. */
export function findRequest(
  store: Store["Service"],
  { session, firstSeq, lastSeq }: Head,
  id: string,
): Effect.Effect<LoggedRequest | undefined, DoorError> {
  return Effect.gen(function* () {
    const name = Buffer.from(JSON.stringify(id))
    let told: Told = {}
    let window = WINDOW
    let to = lastSeq
    let reads = 0
    while (to >= firstSeq && told.request === undefined) {
      const after = Math.max(firstSeq - 1, to - window)
      for (let at = after; at < to;) {
        // A made-up id must not have a long log read as a whole.
        if (reads++ === READS_MAX) return told.request === undefined ? undefined : (told as LoggedRequest)
        const range = { after: at, maxBytes: READ_BYTES, channel: "permission" }
        const { records, last, atHead } = yield* store.read(session, range).pipe(Effect.mapError(storeProblem))
        for (const bytes of records) {
          const view = readRecord(bytes, 0)
          if (view.seq > to) break
          // What a later window says came before what is known, and settles nothing that is.
          if (Buffer.from(view.body.buffer, view.body.byteOffset, view.body.length).includes(name)) {
            told = { ...tellOf(decodeRecord(view), id), ...told }
          }
        }
        if (atHead || last <= at) break
        at = last
      }
      to = after
      window *= 4
    }
    return told.request === undefined ? undefined : (told as LoggedRequest)
  })
}
