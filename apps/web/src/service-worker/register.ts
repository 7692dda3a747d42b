/**
 * Registers the service worker, says when a new version waits, and passes on taps on notifications (docs/protocol/app-rules.md, APP-81).
 *
 * It looks for a new version when the page is shown after an hour, and when the hub was restarted; nothing is polled.
 */
import { useSyncExternalStore } from "react"
import { openPathOf, TAKE_OVER } from "./messages.ts"

/** Milliseconds between two looks. */
const LOOK_AGAIN = 3_600_000

/** A new version that waits: `takeOver` loads this page again with it. */
export interface WaitingVersion {
  readonly takeOver: () => void
}

let waiting: WaitingVersion | undefined
let registration: ServiceWorkerRegistration | undefined
let looked = Date.now()
const listeners = new Set<() => void>()

/** The new version that waits to be taken over; `undefined` while there is none. */
export function useNewVersion(): WaitingVersion | undefined {
  return useSyncExternalStore(listen, waitingNow, none)
}

const listen = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
const waitingNow = (): WaitingVersion | undefined => waiting
const none = (): undefined => undefined

/** Looks for a new version of the app now. */
export function lookForVersion(): void {
  looked = Date.now()
  // Without a network there is none to be found.
  registration?.update().catch(() => undefined)
}

/** Registers the worker for the app's address; calls back with the path that a tapped notification leads to. */
export async function registerServiceWorker(onOpen: (path: string) => void): Promise<void> {
  const { serviceWorker } = navigator as { readonly serviceWorker?: ServiceWorkerContainer }
  if (serviceWorker === undefined) return
  serviceWorker.addEventListener("message", ({ data }: { readonly data: unknown }) => {
    const path = openPathOf(data)
    if (path !== undefined) onOpen(path)
  })
  serviceWorker.startMessages()
  try {
    registration = await serviceWorker.register(new URL("service-worker.js", document.baseURI), { updateViaCache: "none" })
  } catch (cause) {
    console.warn(`the app cannot start without a network: ${String(cause)}`)
    return
  }
  // A browser that is driven may block them without a word.
  if ((registration as ServiceWorkerRegistration | undefined) === undefined) return
  watch(registration)
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && Date.now() - looked > LOOK_AGAIN) lookForVersion()
  })
}

/** Tells when a version is ready that is not the one that is shown. */
function watch(from: ServiceWorkerRegistration): void {
  const { serviceWorker } = navigator
  let isControlled = serviceWorker.controller !== null
  const look = (): void => {
    // The first one takes over by itself: there is nothing to say.
    if (from.waiting !== null && serviceWorker.controller !== null) tell(from)
  }
  look()
  from.addEventListener("updatefound", () => from.installing?.addEventListener("statechange", look))
  serviceWorker.addEventListener("controllerchange", () => {
    // Another tab has loaded it: this page is still of the version before.
    if (isControlled) tell(from)
    isControlled = true
  })
}

function tell(from: ServiceWorkerRegistration): void {
  waiting = { takeOver: () => loadNew(from, navigator.serviceWorker, () => location.reload()) }
  for (const listener of listeners) listener()
}

/** Loads the page with the newest version: at once where another tab has had it take over, otherwise as soon as it has. */
export function loadNew(
  from: Pick<ServiceWorkerRegistration, "waiting">,
  container: Pick<ServiceWorkerContainer, "addEventListener">,
  reload: () => void,
): void {
  if (from.waiting === null) return reload()
  container.addEventListener("controllerchange", reload, { once: true })
  from.waiting.postMessage(TAKE_OVER)
}
