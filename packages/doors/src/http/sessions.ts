/**
 * Handlers of the group `sessions`: open, list, change, end (H-1 to H-4, H-12, H-13).
 */
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { BadRequest, type DoorError } from "@holdfast/protocol/errors"
import { HoldfastApi } from "@holdfast/protocol/http"
import { errorBody } from "@holdfast/protocol/http-errors"
import type { BatchRequest, BatchResult, KeyHeader } from "@holdfast/protocol/http-bodies"
import { Hub, type Changed, type Principal } from "@holdfast/hub/Hub"
import { wholeId } from "@holdfast/hub/session/whole-id"
import { answer, json, taken } from "./answer.ts"
import { Exchange, principalOf } from "./Exchange.ts"
import { feedAsSse } from "./feed.ts"
import { withKey } from "./idempotency-key.ts"

/** Sessions of a batch that are changed at the same time. */
const BATCH_CONCURRENCY = 16

/** Names the session of the exchange for the log. Fails with `SessionNotFound` for what is no whole id (H-3). */
export const theSession = (text: string) =>
  Effect.gen(function* () {
    const exchange = yield* Exchange
    const hub = yield* Hub
    const id = yield* wholeId(text)
    exchange.session = id
    return { hub, exchange, id }
  })

const keyedChange = <A extends { readonly key?: string }>(
  session: string,
  request: A,
  headers: KeyHeader,
  change: (hub: Hub["Service"], id: string, request: A, by: Principal) => Effect.Effect<Changed, DoorError>,
) =>
  answer(
    Effect.gen(function* () {
      const { hub, exchange, id } = yield* theSession(session)
      return yield* change(hub, id, yield* withKey(request, headers), principalOf(exchange))
    }),
    ({ session: record }) => json(record),
  )

/** The handlers. */
export const sessionHandlers = HttpApiBuilder.group(HoldfastApi, "sessions", (handlers) =>
  handlers
    .handle("create", ({ payload, headers }) =>
      answer(
        Effect.gen(function* () {
          const exchange = yield* Exchange
          const hub = yield* Hub
          const made = yield* hub.create(yield* withKey(payload, headers), principalOf(exchange))
          exchange.session = made.session.id
          return made
        }),
        ({ session, created }) =>
          HttpServerResponse.setHeader(json(session, created ? 201 : 200), "location", `/api/sessions/${session.id}`),
      ),
    )
    .handle("list", ({ query }) =>
      answer(
        Effect.flatMap(Hub, (hub) => hub.list(query)),
        (page) => json(page),
      ),
    )
    .handle("batch", ({ payload }) => answer(batch(payload), (result) => json(result)))
    .handle("watch", ({ query }) =>
      Effect.gen(function* () {
        const exchange = yield* Exchange
        const hub = yield* Hub
        return yield* Effect.matchEffect(feedAsSse(hub, exchange, query.after), {
          onFailure: (error) => answer(Effect.fail(error), json),
          onSuccess: () => taken,
        })
      }),
    )
    .handle("resolve", ({ query }) =>
      answer(
        Effect.flatMap(Hub, (hub) => hub.resolve(query.name)),
        (session) => json({ session }),
      ),
    )
    .handle("get", ({ params }) =>
      answer(
        Effect.flatMap(theSession(params.id), ({ hub, id }) => hub.get(id)),
        (session) => json(session),
      ),
    )
    .handle("exists", ({ params }) =>
      answer(
        Effect.flatMap(theSession(params.id), ({ hub, id }) => hub.get(id)),
        () => HttpServerResponse.empty({ status: 200 }),
      ),
    )
    .handle("update", ({ params, payload, headers }) =>
      keyedChange(params.id, payload, headers, (hub, id, change, by) => hub.update(id, change, by)),
    )
    .handle("remove", ({ params, query, headers }) =>
      keyedChange(params.id, query, headers, (hub, id, { key }, by) => hub.remove(id, key, by)),
    )
    .handle("archive", ({ params, payload, headers }) =>
      keyedChange(params.id, payload, headers, (hub, id, { key }, by) => hub.archive(id, key, by)),
    )
    .handle("restore", ({ params, payload, headers }) =>
      keyedChange(params.id, payload, headers, (hub, id, { key }, by) => hub.restore(id, key, by)),
    ),
)

const batch = Effect.fnUntraced(function* (request: BatchRequest) {
  const hub = yield* Hub
  const principal = principalOf(yield* Exchange)
  if ((request.action === "update") !== (request.change !== undefined)) {
    return yield* new BadRequest({ message: "change belongs to the action update, and only to it", field: "change" })
  }
  const one = (text: string): Effect.Effect<BatchResult["results"][number]> =>
    Effect.flatMap(wholeId(text), (id) => applyTo(hub, id, request, principal)).pipe(
      Effect.match({
        onFailure: (error) => ({ session: text, error: errorBody(error).body.error as { tag: string; message: string } }),
        onSuccess: ({ session, seq, changed }) => ({ session: session.id, changed, seq }),
      }),
    )
  return { results: yield* Effect.forEach(request.sessions, one, { concurrency: BATCH_CONCURRENCY }) }
})

function applyTo(
  hub: Hub["Service"],
  id: string,
  { action, change }: BatchRequest,
  by: Principal,
): Effect.Effect<Changed, DoorError> {
  switch (action) {
    case "update":
      return hub.update(id, change ?? {}, by)
    case "archive":
      return hub.archive(id, undefined, by)
    case "restore":
      return hub.restore(id, undefined, by)
    case "delete":
      return hub.remove(id, undefined, by)
  }
}
