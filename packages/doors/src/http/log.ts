/**
 * Handlers of the group `log`: reading, following, marking and exporting (H-5, H-6, H-9, H-10).
 */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { HoldfastApi } from "@holdfast/protocol/http"
import { answer, json, jsonText, taken } from "./answer.ts"
import { filterOf } from "./event-filter.ts"
import { parseCursor } from "./cursor.ts"
import { principalOf } from "./Exchange.ts"
import { exportLog } from "./export.ts"
import { followAsSse } from "./follow.ts"
import { withKey } from "./idempotency-key.ts"
import { theSession } from "./sessions.ts"

/** Events of a page when the request does not say. */
const PAGE_DEFAULT = 1000

/** The handlers. */
export const logHandlers = HttpApiBuilder.group(HoldfastApi, "log", (handlers) =>
  handlers
    .handle("events", ({ params, query }) =>
      answer(
        Effect.gen(function* () {
          const { hub, id } = yield* theSession(params.id)
          const { after: text, log, limit = PAGE_DEFAULT } = query
          const filter = yield* filterOf(query)
          const after = (yield* parseCursor(text)) ?? 0
          return yield* hub.events(id, { after, limit, ...(log === undefined ? {} : { log }), ...filter })
        }),
        (page) => {
          const { firstSeq, lastSeq, next, atHead, log } = page
          return jsonText(
            `{"events":[${page.events.join(",")}],${JSON.stringify({ firstSeq, lastSeq, next, atHead, log }).slice(1)}`,
          )
        },
      ),
    )
    .handle("follow", ({ params, query }) =>
      Effect.flatMap(theSession(params.id), ({ hub, exchange, id }) => followAsSse(hub, exchange, id, query)).pipe(
        Effect.matchEffect({ onFailure: (error) => answer(Effect.fail(error), json), onSuccess: () => taken }),
      ),
    )
    .handle("mark", ({ params, payload, headers }) =>
      answer(
        Effect.gen(function* () {
          const { hub, exchange, id } = yield* theSession(params.id)
          return yield* hub.mark(id, yield* withKey(payload, headers), principalOf(exchange))
        }),
        ({ seq }) => json({ seq }),
      ),
    )
    .handle("export", ({ params, query }) =>
      Effect.flatMap(theSession(params.id), ({ hub, exchange, id }) => exportLog(hub, exchange, id, query.format)).pipe(
        Effect.matchEffect({ onFailure: (error) => answer(Effect.fail(error), json), onSuccess: () => taken }),
      ),
    ),
)
