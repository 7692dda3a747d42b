/**
 * Notifications as a browser shows them to a person. The worker is the app's own, a push reaches it through the browser's own
 * protocol, and what it shows is read back from the browser. One without a screen may refuse to show any: there a list stands for
 * what it would show. No browser lets a test tap one, so the tap is the event that it makes.
 */
import { expect } from "vitest"
import type { PushNotice } from "@holdfast/protocol/push"
import type { AppPage } from "./app.ts"
import type { Page, Worker } from "./playwright.ts"

/** Puts down what is shown, in a page or a worker, and shows it where the browser does not refuse. */
const PUT_DOWN = `(() => {
  if (globalThis.shown !== undefined || typeof ServiceWorkerRegistration === "undefined") return
  globalThis.shown = []
  globalThis.badges = []
  Object.getPrototypeOf(navigator).setAppBadge = async (count) => void badges.push(count)
  const registrations = ServiceWorkerRegistration.prototype
  const isRefused = Notification.permission === "denied"
  const { showNotification } = registrations
  const there = new Map()
  registrations.showNotification = async function (title, look) {
    if (isRefused) there.set(look.tag, { ...look, title, close: () => there.delete(look.tag) })
    else await showNotification.call(this, title, look)
    shown.push({ title, body: look.body, tag: look.tag, path: look.data.path, icon: look.icon })
  }
  if (!isRefused) return
  registrations.getNotifications = async () => [...there.values()]
  Object.defineProperty(Notification, "permission", { get: () => "granted" })
  Notification.requestPermission = async () => "granted"
})()`

/** One that was shown. */
export interface ShownNotice {
  readonly title: string
  readonly body: string
  readonly tag: string
  readonly path: string
  readonly icon: string
}

/** The notifications of a page of the app, and of its worker. */
export interface Notices {
  /** Gives the worker what the push service would. */
  readonly deliver: (notice: PushNotice) => Promise<void>
  /** All that were ever shown, by the worker and by the page, in their order. */
  readonly shown: () => Promise<ReadonlyArray<ShownNotice>>
  /** The tags of those that are there now. */
  readonly there: () => Promise<ReadonlyArray<string>>
  /** The last number at the app's icon, as the page and the worker have set it. */
  readonly badges: () => Promise<{ readonly page: number | undefined; readonly worker: number | undefined }>
  /** Taps one that was shown. */
  readonly tap: (tag: string) => Promise<void>
  /** In the worker. */
  readonly worker: Worker
}

/** Puts down what a page and its worker show; the page is loaded again for it. */
export async function followNotices({ context, kept, page }: AppPage): Promise<Notices> {
  await context.grantPermissions(["notifications"])
  await context.addInitScript({ content: PUT_DOWN })
  await kept()
  await page.reload()
  await expect.poll(() => context.serviceWorkers().length).toBe(1)
  const [worker] = context.serviceWorkers() as [Worker]
  await worker.evaluate(PUT_DOWN)
  const registration = await registrationOf({ context, page })
  const shownBy = async (one: Pick<Page, "evaluate">) => (await one.evaluate("shown")) as ReadonlyArray<ShownNotice>
  const badgeOf = async (one: Pick<Page, "evaluate">) => (await one.evaluate("badges.at(-1)")) as number | undefined
  return {
    worker,
    shown: async () => [...(await shownBy(worker)), ...(await shownBy(page))],
    there: async () =>
      (await worker.evaluate(
        "registration.getNotifications().then((all) => all.map(({ tag }) => tag))",
      )) as ReadonlyArray<string>,
    badges: async () => ({ page: await badgeOf(page), worker: await badgeOf(worker) }),
    deliver: async (notice) => {
      const { devtools, origin, registrationId } = registration
      await devtools.send("ServiceWorker.deliverPushMessage", { origin, registrationId, data: JSON.stringify(notice) })
    },
    tap: async (tag) => {
      const all = [...(await shownBy(worker)), ...(await shownBy(page))]
      const path = all.findLast((one) => one.tag === tag)?.path
      await worker.evaluate(`registration.getNotifications().then(async (all) => {
        const shown = all.find((one) => one.tag === ${JSON.stringify(tag)})
        const notification = shown ?? { data: { path: ${JSON.stringify(path)} }, close() {} }
        const works = []
        dispatchEvent(Object.assign(new Event("notificationclick"), { notification, waitUntil: (work) => works.push(work) }))
        await Promise.all(works)
      })`)
    },
  }
}

async function registrationOf({ context, page }: Pick<AppPage, "context" | "page">) {
  const origin = new URL(page.url()).origin
  const devtools = await context.newCDPSession(page)
  const known = new Promise<string>((resolve) => {
    devtools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const own = registrations.find(({ scopeURL }) => scopeURL.startsWith(origin))
      if (own !== undefined) resolve(own.registrationId)
    })
  })
  await devtools.send("ServiceWorker.enable")
  return { devtools, origin, registrationId: await known }
}

/**
 * A push service in the place of the browser's, which reaches for its maker's: it gives the subscription that is set as
 * `subscription`, and says whether it is still held.
 */
export const PUSH_SERVICE = `(() => {
  const keep = "push-service-of-the-test"
  const read = () => {
    const stored = localStorage.getItem(keep)
    if (stored === null) return null
    const { key, ...json } = JSON.parse(stored)
    const bytes = Uint8Array.from(atob(key.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0))
    return Object.create(PushSubscription.prototype, {
      options: { value: { applicationServerKey: bytes.buffer } },
      toJSON: { value: () => json },
      unsubscribe: { value: async () => (localStorage.removeItem(keep), true) },
    })
  }
  PushManager.prototype.getSubscription = async () => read()
  PushManager.prototype.subscribe = async ({ applicationServerKey: key }) => {
    localStorage.setItem(keep, JSON.stringify({ ...JSON.parse(localStorage.getItem("subscription-of-the-test")), key }))
    return read()
  }
})()`
