/** Making a session as an effect, from a store's callback. */
import * as Effect from "effect/Effect"
import type { Store } from "./Store.ts"

/** The `create` of a store that has `createThen`. */
export const createEffect =
  (createThen: Store["Service"]["createThen"]): Store["Service"]["create"] =>
  (request) =>
    Effect.callback((resume) =>
      createThen(request, (outcome) =>
        resume(outcome._tag === "StoreFull" || outcome._tag === "StoreUnusable" ? Effect.fail(outcome) : Effect.succeed(outcome)),
      ),
    )
