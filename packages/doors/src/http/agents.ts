/**
 * Handlers of the group `agents`: turns, permission requests, which agents there are (H-17 to H-19).
 */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { HoldfastApi } from "@holdfast/protocol/http"
import type { DoorError } from "@holdfast/protocol/errors"
import { Agents } from "@holdfast/hub/Agents"
import { Hub, type Principal } from "@holdfast/hub/Hub"
import { answer, json } from "./answer.ts"
import { Exchange, principalOf } from "./Exchange.ts"
import { theSession } from "./sessions.ts"

const asPrincipal = <A extends object>(ask: (agents: Agents["Service"], by: Principal) => Effect.Effect<A, DoorError>) =>
  answer(
    Effect.gen(function* () {
      const exchange = yield* Exchange
      const agents = yield* Agents
      return yield* ask(agents, principalOf(exchange))
    }),
    (result) => json(result),
  )

/** The handlers. */
export const agentHandlers = HttpApiBuilder.group(HoldfastApi, "agents", (handlers) =>
  handlers
    .handle("interrupt", ({ params }) =>
      answer(
        Effect.gen(function* () {
          const { exchange, id } = yield* theSession(params.id)
          const agents = yield* Agents
          return yield* agents.interrupt(id, principalOf(exchange))
        }),
        (result) => json(result),
      ),
    )
    .handle("tasks", ({ params }) =>
      answer(
        Effect.gen(function* () {
          const { id } = yield* theSession(params.id)
          const hub = yield* Hub
          return yield* hub.get(id)
        }),
        ({ tasks = [] }) => json({ tasks }),
      ),
    )
    .handle("stopTask", ({ params }) =>
      answer(
        Effect.gen(function* () {
          const { exchange, id } = yield* theSession(params.id)
          const agents = yield* Agents
          return yield* agents.stopTask(id, params.taskId, principalOf(exchange))
        }),
        ({ session }) => json(session),
      ),
    )
    .handle("configure", ({ params, payload }) =>
      answer(
        Effect.gen(function* () {
          const { exchange, id } = yield* theSession(params.id)
          const agents = yield* Agents
          return yield* agents.configure(id, payload, principalOf(exchange))
        }),
        ({ session }) => json(session),
      ),
    )
    .handle("renew", ({ params, payload }) =>
      answer(
        Effect.gen(function* () {
          const { exchange, id } = yield* theSession(params.id)
          const agents = yield* Agents
          return yield* agents.renew(id, payload, principalOf(exchange))
        }),
        ({ session }) => json(session),
      ),
    )
    .handle("answer", ({ params, payload }) =>
      answer(
        Effect.gen(function* () {
          const { exchange, id } = yield* theSession(params.id)
          const agents = yield* Agents
          return yield* agents.answer(id, params.requestId, payload, principalOf(exchange))
        }),
        (decision) => json(decision),
      ),
    )
    .handle("permission", ({ params }) =>
      answer(
        Effect.gen(function* () {
          const { id } = yield* theSession(params.id)
          const agents = yield* Agents
          return yield* agents.permission(id, params.requestId)
        }),
        (detail) => json(detail),
      ),
    )
    .handle("sessionRules", ({ params }) =>
      answer(
        Effect.gen(function* () {
          const { id } = yield* theSession(params.id)
          const agents = yield* Agents
          return yield* agents.rules(id)
        }),
        (rules) => json({ rules }),
      ),
    )
    .handle("forgetSessionRule", ({ params, payload }) =>
      answer(
        Effect.gen(function* () {
          const { exchange, id } = yield* theSession(params.id)
          const agents = yield* Agents
          return yield* agents.forgetRule(payload, principalOf(exchange), id)
        }),
        (result) => json(result),
      ),
    )
    .handle("waiting", () =>
      answer(
        Effect.flatMap(Agents, ({ waiting }) => waiting),
        (permissions) => json({ permissions }),
      ),
    )
    .handle("rules", () =>
      answer(
        Effect.flatMap(Agents, ({ rules }) => rules()),
        (rules) => json({ rules }),
      ),
    )
    .handle("forgetRule", ({ payload }) =>
      answer(
        Effect.gen(function* () {
          const exchange = yield* Exchange
          const agents = yield* Agents
          return yield* agents.forgetRule(payload, principalOf(exchange))
        }),
        (result) => json(result),
      ),
    )
    .handle("trust", () =>
      answer(
        Effect.flatMap(Agents, ({ trust }) => trust),
        (list) => json(list),
      ),
    )
    .handle("look", ({ payload }) => asPrincipal((agents, by) => agents.look(payload, by)))
    .handle("setTrust", ({ payload }) => asPrincipal((agents, by) => agents.setTrust(payload, by)))
    .handle("revokeTrust", ({ payload }) => asPrincipal((agents, by) => agents.revokeTrust(payload.directory, by)))
    .handle("importable", () =>
      answer(
        Effect.flatMap(Agents, ({ importable }) => importable),
        (sessions) => json({ sessions }),
      ),
    )
    .handle("importClaude", ({ payload }) =>
      answer(
        Effect.gen(function* () {
          const exchange = yield* Exchange
          const agents = yield* Agents
          return yield* agents.importClaude(payload.id, principalOf(exchange))
        }),
        ({ session, created }) => json(session, created ? 201 : 200),
      ),
    )
    .handle("list", () =>
      answer(
        Effect.flatMap(Agents, ({ list }) => list),
        (agents) => json({ agents }),
      ),
    ),
)
