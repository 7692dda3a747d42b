/** Webhooks: requests of the hub to a program, when something happens (docs/protocol/rules.md, Y-1). */
import * as Schema from "effect/Schema"
import { UUID_V7 } from "./uuid.ts"
import { Tag } from "./session.ts"
import { matching } from "./text.ts"

/** What a webhook can be sent, by the name that people give it: which event of a log it is. */
export const WEBHOOK_EVENTS = {
  "session-created": ["session/created"],
  "session-renamed": ["session/renamed"],
  "session-archived": ["session/archived"],
  "session-restored": ["session/restored"],
  "session-deleted": ["session/deleted"],
  "session-exited": ["terminal/exit", "session/agent-exited"],
  "session-failed": ["terminal/failed", "session/agent-failed"],
  "session-lost": ["terminal/lost", "session/agent-lost"],
  "turn-started": ["turn/started"],
  "turn-silent": ["turn/silent"],
  "turn-ended": ["turn/ended"],
  "message-added": ["message/added"],
  "permission-asked": ["permission/asked"],
  "permission-answered": ["permission/answered"],
  "permission-ended": ["permission/expired", "permission/cancelled"],
  "task-ended": ["task/ended"],
  "program-reported": ["terminal/program"],
} as const

/** Name of what a webhook is sent. */
export type WebhookEvent = keyof typeof WEBHOOK_EVENTS

/** All names. */
export const WEBHOOK_NAMES = Object.keys(WEBHOOK_EVENTS) as ReadonlyArray<WebhookEvent>

const named = new Map<string, WebhookEvent>(
  WEBHOOK_NAMES.flatMap((name) => WEBHOOK_EVENTS[name].map((event) => [event, name] as const)),
)

/** The name of an event of a log; `undefined` for one that no webhook is sent. */
export function webhookEvent(event: string): WebhookEvent | undefined {
  return named.get(event)
}

/** Most webhooks of a hub. */
export const WEBHOOKS_MAX = 50

const Names = Schema.Array(Schema.Literals(WEBHOOK_NAMES as [WebhookEvent, ...ReadonlyArray<WebhookEvent>])).check(
  Schema.isMinLength(1),
  Schema.isMaxLength(WEBHOOK_NAMES.length),
)

const fields = {
  /** Address of the receiver, `https` or `http`. */
  url: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(2048)),
  on: Names,
  /** These sessions alone. */
  sessions: Schema.optionalKey(
    Schema.Array(Schema.String.check(matching(UUID_V7, "name sessions by their whole ids"))).check(
      Schema.isMinLength(1),
      Schema.isMaxLength(100),
    ),
  ),
  /** Sessions that have one of these tags alone. */
  tags: Schema.optionalKey(Schema.Array(Tag).check(Schema.isMinLength(1), Schema.isMaxLength(64))),
} as const

/** Body of `POST /api/webhooks`. With `allowPrivate` the receiver may be on loopback, in a private or a link-local network (Y-6). */
export const WebhookRequest = Schema.Struct({
  ...fields,
  allowPrivate: Schema.optionalKey(Schema.Boolean.annotate({ default: false })),
}).annotate({ identifier: "WebhookRequest" })
export type WebhookRequest = typeof WebhookRequest.Type

/** A webhook without its secret. Times are epoch milliseconds. */
export const Webhook = Schema.Struct({
  id: Schema.String,
  ...fields,
  allowPrivate: Schema.Boolean,
  createdAt: Schema.Finite,
  /** Name of who made it. */
  by: Schema.String,
  /** False once its receiver answered 410: nothing is sent until it is retried. */
  active: Schema.Boolean,
  /** Deliveries that are tried again, and those that were given up. */
  retrying: Schema.Finite,
  dead: Schema.Finite,
}).annotate({ identifier: "Webhook" })
export type Webhook = typeof Webhook.Type

/** All webhooks, oldest first. */
export const WebhookList = Schema.Struct({ webhooks: Schema.Array(Webhook) }).annotate({ identifier: "WebhookList" })

/** A new webhook with the secret that its requests are signed with, which is not shown again. */
export const WebhookMade = Schema.Struct({ ...Webhook.fields, secret: Schema.String }).annotate({ identifier: "WebhookMade" })
export type WebhookMade = typeof WebhookMade.Type

/** A new secret; the former one signs as well until `formerUntil`. */
export const WebhookRotated = Schema.Struct({ secret: Schema.String, formerUntil: Schema.Finite }).annotate({
  identifier: "WebhookRotated",
})

/** What became of one request to a receiver. */
export const WebhookTested = Schema.Struct({
  delivered: Schema.Boolean,
  status: Schema.optionalKey(Schema.Finite),
  problem: Schema.optionalKey(Schema.String),
  milliseconds: Schema.Finite,
}).annotate({ identifier: "WebhookTested" })
export type WebhookTested = typeof WebhookTested.Type

/** One delivery: what it is of, how often it was tried, what the last try came to. `id` is the header `webhook-id`. */
export const WebhookDelivery = Schema.Struct({
  id: Schema.String,
  type: Schema.String,
  session: Schema.String,
  seq: Schema.Finite,
  state: Schema.Literals(["delivered", "retrying", "dead"]),
  tries: Schema.Finite,
  /** When it was tried last. */
  at: Schema.Finite,
  /** When it is tried again. */
  nextAt: Schema.optionalKey(Schema.Finite),
  status: Schema.optionalKey(Schema.Finite),
  problem: Schema.optionalKey(Schema.String),
  milliseconds: Schema.optionalKey(Schema.Finite),
}).annotate({ identifier: "WebhookDelivery" })
export type WebhookDelivery = typeof WebhookDelivery.Type

/** The last deliveries, newest first; those that are tried again or were given up are all there. */
export const WebhookLog = Schema.Struct({ deliveries: Schema.Array(WebhookDelivery) }).annotate({ identifier: "WebhookLog" })

/** Body of `POST …/retry`: one delivery that was given up or is tried again, or all of them. */
export const WebhookRetry = Schema.Struct({ delivery: Schema.optionalKey(Schema.String) }).annotate({
  identifier: "WebhookRetry",
})
