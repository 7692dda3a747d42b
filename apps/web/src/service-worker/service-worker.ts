/**
 * The service worker: starts the app without a network, and shows notifications (docs/protocol/app-rules.md, APP-80 to APP-88).
 *
 * A new version waits until a person takes it over. Answers of the hub are never kept.
 */
import type { PushNotice } from "@holdfast/protocol/push"
import { type Build, KeptFiles } from "./kept-files.ts"
import { type OpenPath, TAKE_OVER } from "./messages.ts"
import type { Window, WorkerScope } from "./worker-scope.ts"

/** Put in by the build. */
declare const BUILD: Build

const worker = globalThis as unknown as WorkerScope
const { clients, registration } = worker
const files = new KeptFiles(BUILD, {
  caches: worker.caches,
  fetch: (...request) => worker.fetch(...request),
  scope: registration.scope,
})

worker.addEventListener("install", (event) => event.waitUntil(files.fill()))

worker.addEventListener("activate", (event) => event.waitUntil(files.clean().then(() => clients.claim())))

worker.addEventListener("fetch", (event) => {
  const answer = files.answer(event.request)
  if (answer !== undefined) event.respondWith(answer)
})

worker.addEventListener("message", (event) => {
  if (event.data === TAKE_OVER) event.waitUntil(worker.skipWaiting())
})

worker.addEventListener("push", (event) => {
  const notice = event.data?.json() as PushNotice | undefined
  if (notice !== undefined) event.waitUntil(show(notice).then(count))
})

worker.addEventListener("notificationclick", (event) => {
  const { data } = event.notification
  event.notification.close()
  event.waitUntil(Promise.all([open((data as { readonly path: string }).path), count()]))
})

worker.addEventListener("notificationclose", (event) => event.waitUntil(count()))

/** Shows a notification, in place of an earlier one of the session. */
function show({ body, path, tag, time, title }: PushNotice): Promise<void> {
  const image = (name: string): string => `${registration.scope}icons/${name}`
  const look = { icon: image("icon-192.png"), badge: image("badge-96.png"), timestamp: time, renotify: true }
  return registration.showNotification(title, { body, tag, ...look, data: { path } })
}

/** The app's icon shows how many notifications wait; an open app shows how many sessions do. */
async function count(): Promise<void> {
  const shown = await registration.getNotifications()
  await worker.navigator.setAppBadge?.(shown.length)
}

/** Shows what a notification is about: in a window that is there, otherwise in a new one. */
async function open(path: string): Promise<void> {
  const windows = await clients.matchAll({ type: "window", includeUncontrolled: true })
  const own = windows.filter(({ url }) => url.startsWith(registration.scope))
  const chosen = own.find(({ focused }) => focused) ?? own.find(({ visibilityState }) => visibilityState === "visible") ?? own[0]
  if (chosen === undefined) return void (await clients.openWindow(registration.scope + path))
  // A window that may not be focused shows it nevertheless.
  const window: Window = await chosen.focus().catch(() => chosen)
  window.postMessage({ open: path } satisfies OpenPath)
}
