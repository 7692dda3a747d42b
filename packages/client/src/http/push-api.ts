/**
 * The HTTP routes for devices that get notifications as typed functions (docs/protocol/rules.md, PN-1, PN-2).
 *
 * Each fails with `HoldfastError`, as those of `makeApi` do.
 */
import type { PushDevice, PushList, PushTested, PutPush } from "@holdfast/protocol/push"
import type { CallOptions } from "../signals.ts"
import { operationCalls } from "./call.ts"
import type { HttpOptions } from "./request.ts"

/** The routes, called with the given options, such as `http` of a client. */
export function makePushApi(options: HttpOptions) {
  const { call } = operationCalls(options)
  return {
    /** Your devices, and the key that a browser subscribes with. */
    devices: (how?: CallOptions): Promise<PushList> => call<"push.list">("GET /api/push", {}, how),
    /** Has a device told from now on; `subscription` is what the browser's own `toJSON` gives. */
    put: (client: string, subscription: PutPush, how?: CallOptions): Promise<PushDevice> =>
      call<"push.put">("PUT /api/push/:client", { ...subscription, client }, how),
    remove: (client: string, how?: CallOptions): Promise<{ readonly removed: boolean }> =>
      call<"push.remove">("DELETE /api/push/:client", { client }, how),
    /** Sends a device a notification at once. */
    test: (client: string, how?: CallOptions): Promise<PushTested> =>
      call<"push.test">("POST /api/push/:client/test", { client }, how),
  }
}
