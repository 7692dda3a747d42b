/** Traces of sessions, from the points that the store keeps (docs/protocol/rules.md, L-6, L-7). None opens a session or reads a log. */
import * as Effect from "effect/Effect"
import { bucketsOf, TraceBuckets } from "@holdfast/core/trace/buckets"
import type { DoorError } from "@holdfast/protocol/errors"
import type { Traces, TracesQuery, WholeTrace } from "@holdfast/protocol/trace"
import type { Principal } from "../Hub.ts"
import { storeProblem } from "../session/store-problem.ts"
import type { HubContext } from "./HubContext.ts"
import { get } from "./queries.ts"

/** Points that are read at a time. */
const PAGE = 2000

/** Sessions whose points are put into buckets before others get their turn. */
const SLICE = 200

const SILENT = /^\.*$/

/** The traces of the last minutes of those sessions that the caller may see. */
export function traceList(
  { store, now }: HubContext,
  { sessions, minutes = 30, buckets: count = 64 }: TracesQuery,
  { sessions: bound }: Principal,
): Effect.Effect<Traces, DoorError> {
  return Effect.gen(function* () {
    const to = now()
    const stretch = { from: to - minutes * 60_000, to, count }
    const named = sessions ?? (bound === undefined ? undefined : [...bound])
    const ids = named === undefined ? undefined : [...new Set(named)].filter((id) => bound?.has(id) ?? true)
    const found = yield* store.traces(ids, stretch.from).pipe(Effect.mapError(storeProblem))
    const traces: Array<Traces["traces"][number]> = []
    for (const [at, { session, points }] of found.entries()) {
      if (at > 0 && at % SLICE === 0) yield* Effect.yieldNow
      const trace = bucketsOf(points, stretch)
      if (trace.messages.length > 0 || !SILENT.test(trace.signs)) traces.push({ session, ...trace })
    }
    return { from: stretch.from, to, traces }
  })
}

/** The trace of a session from its first event on. */
export function wholeTrace(core: HubContext, session: string, count = 512): Effect.Effect<WholeTrace, DoorError> {
  return Effect.gen(function* () {
    const { createdAt, lastActiveAt, lastSeq, activity = "idle" } = yield* get(core, session)
    const read = (after: number) => core.store.trace(session, after, PAGE).pipe(Effect.mapError(storeProblem))
    let page = yield* read(0)
    // What was imported happened before its session was created.
    const from = Math.min(createdAt, page[0]?.time ?? createdAt)
    const to = Math.max(activity === "idle" ? lastActiveAt : core.now(), from + 1)
    const buckets = new TraceBuckets({ from, to, count })
    for (;;) {
      for (const point of page) buckets.add(point)
      const last = page.at(-1)
      if (last === undefined || page.length < PAGE) break
      yield* Effect.yieldNow
      page = yield* read(last.seq)
    }
    return { session, from, to, ...buckets.end(to, lastSeq) }
  })
}
