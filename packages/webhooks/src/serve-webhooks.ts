/** Webhooks as a part of a hub: their operations, and what sends them for as long as the scope is open. */
import * as Effect from "effect/Effect"
import type { DoorError } from "@holdfast/protocol/errors"
import type { WebhookName } from "@holdfast/protocol/operations"
import type { Settings } from "@holdfast/protocol/settings"
import { type Caller, type Done, type Handlers, Hub, type Running } from "@holdfast/hub/Hub"
import { reportTo, type Telemetry } from "@holdfast/hub/Telemetry"
import { Store } from "@holdfast/store/Store"
import { scheduleOf } from "./schedule.ts"
import { Webhooks } from "./Webhooks.ts"

/** Adds them to the hub. Fails when the store cannot be read. */
export const serveWebhooks = Effect.fnUntraced(function* (
  settings: Pick<Settings, "webhookSchedule" | "webhookTimeout">,
  telemetry: Telemetry,
) {
  const store = yield* Store
  const hub = yield* Hub
  const context = yield* Effect.context<never>()
  const fork = Effect.runForkWith(context)
  const webhooks = new Webhooks({
    store,
    run: Effect.runPromiseWith(context),
    schedule: scheduleOf(settings.webhookSchedule) ?? [],
    timeout: settings.webhookTimeout,
    now: Date.now,
    report: reportTo(telemetry),
  })
  const run =
    <I, A>(operation: (input: I, by: Caller) => Effect.Effect<A, DoorError>) =>
    (input: I, by: Caller, done: Done<A>): Running => {
      const fiber = fork(operation(input, by))
      fiber.addObserver(done)
      return fiber
    }
  const handlers: Handlers<WebhookName> = {
    "webhooks.list": run(() => Effect.sync(() => ({ webhooks: webhooks.list }))),
    "webhooks.create": run((request, by) => webhooks.create(request, by)),
    "webhooks.remove": run(({ webhookId }) => webhooks.remove(webhookId)),
    "webhooks.rotate": run(({ webhookId }) => webhooks.rotate(webhookId)),
    "webhooks.test": run(({ webhookId }) => webhooks.test(webhookId)),
    "webhooks.log": run(({ webhookId, state }) => Effect.map(webhooks.log(webhookId, state), (deliveries) => ({ deliveries }))),
    "webhooks.retry": run(({ webhookId, delivery }) => webhooks.retry(webhookId, delivery)),
  }
  hub.serve(handlers)
  yield* Effect.addFinalizer(() => Effect.sync(() => webhooks.close()))
  yield* webhooks.open
})
