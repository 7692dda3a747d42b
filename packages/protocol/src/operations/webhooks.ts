/** Operations on webhooks. */
import * as Schema from "effect/Schema"
import { WebhookList, WebhookLog, WebhookMade, WebhookRequest, WebhookRetry, WebhookRotated, WebhookTested } from "../webhook.ts"
import { ItemId, operation } from "./operation.ts"

const ofWebhook = { webhookId: ItemId.annotate({ description: "Id of the webhook" }) } as const

/** The operations. */
export const webhooks = {
  "webhooks.list": operation({
    scope: "all",
    http: "GET /api/webhooks",
    output: WebhookList,
    summary: "List webhooks without their secrets",
    changes: false,
  }),
  "webhooks.create": operation({
    scope: "all",
    http: "POST /api/webhooks",
    body: WebhookRequest,
    output: WebhookMade,
    status: 201,
    summary: "Send events to a receiver from now on. The secret that signs them is shown only in this answer",
    changes: true,
    example: { url: "https://example.org/holdfast", on: ["turn-ended", "permission-asked", "session-lost"] },
  }),
  "webhooks.remove": operation({
    scope: "all",
    http: "DELETE /api/webhooks/:webhookId",
    params: ofWebhook,
    output: Schema.Struct({ removed: Schema.Boolean }),
    summary: "Remove a webhook with all deliveries that wait",
    changes: true,
    errors: ["WebhookNotFound"],
  }),
  "webhooks.rotate": operation({
    scope: "all",
    http: "POST /api/webhooks/:webhookId/rotate",
    params: ofWebhook,
    output: WebhookRotated,
    summary: "Replace the secret of a webhook. For a day the former one signs as well",
    changes: true,
    errors: ["WebhookNotFound"],
  }),
  "webhooks.test": operation({
    scope: "all",
    http: "POST /api/webhooks/:webhookId/test",
    params: ofWebhook,
    output: WebhookTested,
    summary: "Send the receiver an event of the type test, once, and say what it answered",
    changes: true,
    errors: ["WebhookNotFound"],
  }),
  "webhooks.log": operation({
    scope: "all",
    http: "GET /api/webhooks/:webhookId/deliveries",
    params: ofWebhook,
    query: Schema.Struct({
      state: Schema.optionalKey(
        Schema.Literals(["delivered", "retrying", "dead"]).annotate({ description: "Only deliveries in this state" }),
      ),
    }),
    output: WebhookLog,
    summary: "List the last deliveries of a webhook, newest first",
    changes: false,
    errors: ["WebhookNotFound"],
  }),
  "webhooks.retry": operation({
    scope: "all",
    http: "POST /api/webhooks/:webhookId/retry",
    params: ofWebhook,
    body: WebhookRetry,
    output: Schema.Struct({ retried: Schema.Finite }),
    summary: "Try deliveries again at once that were given up or wait, and turn a webhook on again that was turned off",
    changes: true,
    errors: ["WebhookNotFound"],
    example: {},
  }),
} as const
