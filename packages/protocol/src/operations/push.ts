/** Operations on the devices that are told by web push. */
import * as Schema from "effect/Schema"
import { ClientId } from "../desk.ts"
import { PushDevice, PushList, PushTested, PutPush } from "../push.ts"
import { operation } from "./operation.ts"

const ofClient = {
  client: ClientId.annotate({ description: "Id of the device's client, as it says in Hello", examples: ["4f1d2c3b5a697887"] }),
} as const

/** The operations. */
export const push = {
  "push.list": operation({
    scope: "read",
    bound: "free",
    http: "GET /api/push",
    output: PushList,
    summary: "List the caller's devices that get notifications, and the key that a browser subscribes with",
    changes: false,
  }),
  "push.put": operation({
    scope: "write",
    bound: "free",
    http: "PUT /api/push/:client",
    params: ofClient,
    body: PutPush,
    output: PushDevice,
    summary: "Send a device of the caller a notification when something waits or ends that the caller does not see",
    changes: true,
    example: {
      endpoint: "https://push.example.org/send/4f1d2c3b",
      keys: {
        p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        auth: "BTBZMqHH6r4Tts7J_aSIgg",
      },
      name: "phone",
    },
  }),
  "push.remove": operation({
    scope: "write",
    bound: "free",
    http: "DELETE /api/push/:client",
    params: ofClient,
    output: Schema.Struct({ removed: Schema.Boolean }),
    summary: "Send a device no notifications any more",
    changes: true,
  }),
  "push.test": operation({
    scope: "write",
    bound: "free",
    http: "POST /api/push/:client/test",
    params: ofClient,
    output: PushTested,
    summary: "Send a device a notification at once, and say what its service answered",
    changes: true,
  }),
} as const
