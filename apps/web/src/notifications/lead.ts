/** Where a tap on a notification leads: to the session, and in it to the request that the notification was of (APP-84, PN-6). */
import type { OpenRequest } from "../requests/use-settled.ts"
import { openInbox } from "../requests/inbox-state.ts"
import { requestKey } from "../requests/snooze.ts"
import { snoozeStore } from "../requests/snooze-store.ts"
import { readRoute } from "../app/routes.ts"
import { Store } from "../ui/store.ts"

/** A request that a person wants to see. */
export interface Lead {
  readonly session: string
  readonly request: string
}

/** What is to be shown as soon as it is known to wait. */
export const lead = new Store<Lead | undefined>(undefined)

/** Reads the path of a notification, below the app's: the path to go to, and the request that it names. */
export function leadOf(path: string): { readonly path: string; readonly lead: Lead | undefined } {
  const [plain = "", query = ""] = path.split("?")
  const request = new URLSearchParams(query).get("request")
  const to = `/${plain}`
  const route = readRoute(to)
  return { path: to, lead: request === null || route.name !== "session" ? undefined : { session: route.session, request } }
}

/** Shows the wanted request once it waits; whatever hid it here does not any more. */
export function follow(wanted: Lead | undefined, requests: ReadonlyArray<OpenRequest>): void {
  if (wanted === undefined) return
  const { session, request } = wanted
  if (!requests.some((one) => one.session === session && one.request.id === request)) return
  lead.set(undefined)
  const key = requestKey(session, request)
  snoozeStore.unsnooze(key)
  // A frame later its session is there, unless that is still being loaded.
  requestAnimationFrame(() => {
    const found = document.querySelector(`[data-dock="${CSS.escape(session)}"] [data-request="${CSS.escape(request)}"]`)
    if (found instanceof HTMLElement) found.scrollIntoView({ block: "nearest" })
    else openInbox(key)
  })
}
