/**
 * How this device gets notifications: through the browser's push service, or, where there is none, from this page while it is open
 * (docs/protocol/app-rules.md, APP-83 to APP-86). Off until a person asks.
 */
import type { Connection } from "@holdfast/client"
import type { PushReason } from "@holdfast/protocol/push"
import { deviceName } from "../app/device.ts"
import { Preference } from "../app/preferences.ts"
import { Store } from "../ui/store.ts"

/** How it is. `page`: while the app is open; `missing`: the browser has no notifications here. */
export type Delivery =
  | { readonly kind: "off" | "push" | "asking" }
  | { readonly kind: "page" | "blocked" | "missing" | "failed"; readonly why: string }

const reasons = (stored: unknown): ReadonlyArray<PushReason> | undefined =>
  Array.isArray(stored) ? (["waiting", "ended"] as const).filter((reason) => stored.includes(reason)) : undefined

/** What a person wants to be told of on this device; nothing until they asked. */
export const wanted = new Preference<ReadonlyArray<PushReason>>("notifications", [], reasons)

/** How this device gets them now. */
export const delivery = new Store<Delivery>({ kind: "off" })

const BLOCKED = "The browser blocks notifications of this page: allow them in its settings for this site."
const MISSING =
  "This browser has no notifications here. It needs https, or this machine's own address; on an iPhone, add the app to the home screen first."

/** Says what holds without asking for anything: why there can be none, if that is so. */
export function obstacle(): Delivery | undefined {
  if (!isSecureContext || !("Notification" in globalThis) || !("serviceWorker" in navigator))
    return { kind: "missing", why: MISSING }
  return Notification.permission === "denied" ? { kind: "blocked", why: BLOCKED } : undefined
}

/** Turns them on for these reasons, asking the person if need be; called from a click. */
export async function turnOn(connection: Connection, on: ReadonlyArray<PushReason>): Promise<void> {
  const before = obstacle()
  if (before !== undefined) return delivery.set(before)
  delivery.set({ kind: "asking" })
  if ((await Notification.requestPermission()) !== "granted") return delivery.set(obstacle() ?? { kind: "off" })
  wanted.choose(on)
  await renew(connection)
}

/** Turns them off, here and at the server. */
export async function turnOff(connection: Connection): Promise<void> {
  wanted.choose([])
  delivery.set({ kind: "off" })
  const registration = await navigator.serviceWorker.getRegistration(document.baseURI)
  const subscription = await registration?.pushManager.getSubscription()
  await Promise.all([subscription?.unsubscribe(), connection.call("push.remove", { client: connection.client })])
}

/** Makes sure that the server knows this device as it is: at each start, as browsers change their addresses without a word. */
export async function renew(connection: Connection): Promise<void> {
  const on = wanted.get()
  const before = obstacle()
  if (on.length === 0) return delivery.set(before?.kind === "missing" ? before : { kind: "off" })
  if (before !== undefined) return delivery.set(before)
  try {
    const { key } = await connection.call("push.list", {})
    const subscription = await subscribed(key)
    if (!(subscription instanceof PushSubscription)) return delivery.set(subscription)
    const { endpoint = "", keys = {} } = subscription.toJSON()
    const { p256dh = "", auth = "" } = keys
    await connection.call("push.put", { client: connection.client, endpoint, keys: { p256dh, auth }, name: deviceName(), on })
    delivery.set({ kind: "push" })
  } catch (cause) {
    delivery.set({ kind: "failed", why: cause instanceof Error ? cause.message : String(cause) })
  }
}

/** The subscription for the server's key; why there is none where the browser cannot have one. */
async function subscribed(key: string): Promise<PushSubscription | Delivery> {
  const { pushManager } = (await navigator.serviceWorker.ready) as { readonly pushManager?: PushManager }
  if (pushManager === undefined) return { kind: "page", why: "This browser has no push service." }
  const there = await pushManager.getSubscription()
  if (there !== null && textOf(there.options.applicationServerKey) === key) return there
  // It is bound to another key, such as that of a server that was set up again.
  await there?.unsubscribe()
  try {
    return await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })
  } catch (cause) {
    return {
      kind: "page",
      why: `The browser's push service cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`,
    }
  }
}

function textOf(key: ArrayBuffer | null): string {
  const bytes = String.fromCharCode(...new Uint8Array(key ?? new ArrayBuffer(0)))
  return btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")
}
