/**
 * The HTTP routes for webhooks as typed functions (docs/protocol/rules.md, Y-1 to Y-9).
 *
 * Each fails with `HoldfastError`, as those of `makeApi` do.
 */
import type { Webhook, WebhookDelivery, WebhookMade, WebhookRequest, WebhookTested } from "@holdfast/protocol/webhook"
import { operationCalls } from "./call.ts"
import type { HttpOptions } from "./request.ts"
import type { CallOptions } from "../signals.ts"

/** The routes for webhooks, called with the given options. */
export function makeWebhookApi(options: HttpOptions) {
  const { call } = operationCalls(options)
  return {
    webhooks: (how?: CallOptions): Promise<{ readonly webhooks: ReadonlyArray<Webhook> }> =>
      call<"webhooks.list">("GET /api/webhooks", {}, how),
    /** Makes one; its secret is in this answer alone. */
    create: (request: WebhookRequest, how?: CallOptions): Promise<WebhookMade> =>
      call<"webhooks.create">("POST /api/webhooks", request, how),
    remove: (webhookId: string, how?: CallOptions): Promise<{ readonly removed: boolean }> =>
      call<"webhooks.remove">("DELETE /api/webhooks/:webhookId", { webhookId }, how),
    /** A new secret; the former one signs as well until `formerUntil`. */
    rotate: (webhookId: string, how?: CallOptions): Promise<{ readonly secret: string; readonly formerUntil: number }> =>
      call<"webhooks.rotate">("POST /api/webhooks/:webhookId/rotate", { webhookId }, how),
    test: (webhookId: string, how?: CallOptions): Promise<WebhookTested> =>
      call<"webhooks.test">("POST /api/webhooks/:webhookId/test", { webhookId }, how),
    /** The last deliveries, newest first. */
    log: (
      webhookId: string,
      state?: WebhookDelivery["state"],
      how?: CallOptions,
    ): Promise<{ readonly deliveries: ReadonlyArray<WebhookDelivery> }> =>
      call<"webhooks.log">("GET /api/webhooks/:webhookId/deliveries", { webhookId, state }, how),
    /** Tries again what is late, one delivery or all. */
    retry: (webhookId: string, delivery?: string, how?: CallOptions): Promise<{ readonly retried: number }> =>
      call<"webhooks.retry">("POST /api/webhooks/:webhookId/retry", { webhookId, delivery }, how),
  }
}

/** The routes of a hub for webhooks. */
export type WebhookApi = ReturnType<typeof makeWebhookApi>
