/** Notifications on devices, by web push (docs/protocol/rules.md, PN-1 to PN-8). */
import * as Schema from "effect/Schema"
import { without } from "./field-default.ts"
import { matching, uncontrolled, visible, wellFormed } from "./text.ts"

/** What a device can be told of: that something waits for an answer, and that a turn or a program's work has ended. */
export const PUSH_REASONS = ["waiting", "ended"] as const
/** One of them. */
export type PushReason = (typeof PUSH_REASONS)[number]

/** Most devices of a person, of which the oldest goes for one more, and of a hub. */
export const PUSH_DEVICES = { person: 20, hub: 500 } as const

const Reasons = Schema.Array(Schema.Literals(PUSH_REASONS)).check(Schema.isMinLength(1), Schema.isMaxLength(PUSH_REASONS.length))
const DeviceName = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(100), wellFormed, uncontrolled, visible)

/** Body of `PUT /api/push/:client`: what the browser's `PushSubscription` says of itself. */
export const PutPush = Schema.Struct({
  /** Address at the browser's push service. */
  endpoint: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(2048)),
  keys: Schema.Struct({
    p256dh: Schema.String.check(matching(/^[\w-]{87}=?$/, "p256dh is a public key of 65 bytes as base64url")),
    auth: Schema.String.check(matching(/^[\w-]{22}={0,2}$/, "auth has 16 bytes as base64url")),
  }),
  /** Name of the device, for people. */
  name: Schema.optionalKey(DeviceName),
  on: Schema.optionalKey(Reasons.annotate(without("both"))),
  /** The service may be on loopback, in a private or a link-local network; for credentials with all rights. */
  allowPrivate: Schema.optionalKey(Schema.Boolean.annotate({ default: false })),
}).annotate({ identifier: "PutPush" })
export type PutPush = typeof PutPush.Type

/** A device that is told. Times are epoch milliseconds. */
export const PushDevice = Schema.Struct({
  client: Schema.String,
  name: Schema.optionalKey(Schema.String),
  /** Origin of its push service. */
  service: Schema.String,
  on: Reasons,
  since: Schema.Finite,
  /** What the last try came to, where it did not succeed. */
  problem: Schema.optionalKey(Schema.String),
}).annotate({ identifier: "PushDevice" })
export type PushDevice = typeof PushDevice.Type

/** The caller's devices, and the hub's public key (RFC 8292), which a browser subscribes with. */
export const PushList = Schema.Struct({ key: Schema.String, devices: Schema.Array(PushDevice) }).annotate({
  identifier: "PushList",
})
export type PushList = typeof PushList.Type

/** What became of one try. */
export const PushTested = Schema.Struct({
  delivered: Schema.Boolean,
  status: Schema.optionalKey(Schema.Finite),
  problem: Schema.optionalKey(Schema.String),
}).annotate({ identifier: "PushTested" })
export type PushTested = typeof PushTested.Type

/** What a device gets, encrypted: a notification to show. It replaces an earlier one with the same tag. */
export interface PushNotice {
  readonly title: string
  readonly body: string
  /** The session's id; `test` for a test. */
  readonly tag: string
  readonly reason: PushReason | "test"
  /** Where a tap leads, relative to the app. */
  readonly path: string
  /** When it happened, in epoch milliseconds. */
  readonly time: number
}
