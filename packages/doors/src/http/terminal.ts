/**
 * Handlers of the group `terminal`: input, size, signals, screen (H-7, H-8).
 */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { BadRequest, InvalidSize } from "@holdfast/protocol/errors"
import { TERMINAL_SIZE } from "@holdfast/protocol/terminal-size"
import { HoldfastApi } from "@holdfast/protocol/http"
import { Hub } from "@holdfast/hub/Hub"
import { answer, json } from "./answer.ts"
import { principalOf } from "./Exchange.ts"
import { withKey } from "./idempotency-key.ts"
import { theSession } from "./sessions.ts"

const { minimum, maximum } = TERMINAL_SIZE
const isSize = (value: number): boolean => Number.isInteger(value) && value >= minimum && value <= maximum

const inputBytes = (input: { readonly text?: string; readonly base64?: string }): Uint8Array | undefined => {
  if (input.text !== undefined) return input.base64 === undefined ? Buffer.from(input.text, "utf8") : undefined
  return input.base64 === undefined ? undefined : Buffer.from(input.base64, "base64")
}

/** The handlers. */
export const terminalHandlers = HttpApiBuilder.group(HoldfastApi, "terminal", (handlers) =>
  handlers
    .handle("input", ({ params, payload, headers }) =>
      answer(
        Effect.gen(function* () {
          const bytes = inputBytes(payload)
          if (bytes === undefined) return yield* new BadRequest({ message: "give exactly one of text and base64", field: "text" })
          const { hub, exchange, id } = yield* theSession(params.id)
          const { key } = yield* withKey(payload, headers)
          return yield* hub.input(id, key, bytes, principalOf(exchange))
        }),
        (appended) => json(appended),
      ),
    )
    .handle("resize", ({ params, payload: { cols, rows } }) =>
      answer(
        Effect.gen(function* () {
          if (!isSize(cols) || !isSize(rows))
            return yield* new InvalidSize({ message: `cols and rows are whole numbers from ${minimum} to ${maximum}` })
          const { hub, exchange, id } = yield* theSession(params.id)
          yield* hub.resize(id, cols, rows, principalOf(exchange))
        }),
        () => json({}),
      ),
    )
    .handle("signal", ({ params, payload }) =>
      answer(
        Effect.flatMap(theSession(params.id), ({ hub, exchange, id }) => hub.signal(id, payload.signal, principalOf(exchange))),
        () => json({}),
      ),
    )
    .handle("restart", ({ params, payload, headers }) =>
      answer(
        Effect.gen(function* () {
          const { hub, exchange, id } = yield* theSession(params.id)
          return yield* hub.restart(id, yield* withKey(payload, headers), principalOf(exchange))
        }),
        (session) => json(session),
      ),
    )
    .handle("viewers", ({ query }) =>
      answer(
        Effect.gen(function* () {
          const hub = yield* Hub
          return yield* hub.viewers(query.session === undefined ? undefined : (yield* theSession(query.session)).id)
        }),
        (sessions) => json({ sessions }),
      ),
    )
    .handle("detach", ({ params, payload }) =>
      answer(
        Effect.flatMap(theSession(params.id), ({ hub, exchange, id }) => {
          const principal = principalOf(exchange)
          return hub.release(id, payload.except, principal.name, principal)
        }),
        (detached) => json({ detached }),
      ),
    )
    .handle("screen", ({ params }) =>
      answer(
        Effect.flatMap(theSession(params.id), ({ hub, id }) => hub.screen(id)),
        (screen) => json(screen),
      ),
    ),
)
