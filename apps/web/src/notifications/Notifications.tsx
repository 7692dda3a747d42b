/** Keeps this device's notifications going while the app is open; shows nothing itself. */
import { useEffect } from "react"
import { useLocation } from "wouter"
import { useAllPermissions, useConnection, useHub, useSessionIds } from "@holdfast/react"
import { useGo } from "../app/use-route.ts"
import { NEW_VERSION, removeStatusItem, setStatusItem } from "../app/status-items.ts"
import { lookForVersion, registerServiceWorker, useNewVersion } from "../service-worker/register.ts"
import { useStore } from "../ui/store.ts"
import { Changes } from "./changes.ts"
import { delivery, renew, wanted } from "./delivery.ts"
import { follow, lead, leadOf } from "./lead.ts"
import { isShown } from "./shown.ts"

/** The part of the app that is not seen: service worker, new versions, notifications. */
export function Notifications(): null {
  useServiceWorker()
  useSubscription()
  usePageNotices()
  useLead()
  return null
}

function useServiceWorker(): void {
  const go = useGo()
  useEffect(() => {
    const open = (tapped: string): void => {
      const to = leadOf(tapped)
      lead.set(to.lead)
      go(to.path)
    }
    void registerServiceWorker(open)
  }, [go])
  const version = useNewVersion()
  useEffect(() => {
    if (version === undefined) return
    const action = { title: "Load it", run: version.takeOver }
    setStatusItem({ id: NEW_VERSION, text: "A new version of Holdfast is ready.", action })
    return () => removeStatusItem(NEW_VERSION)
  }, [version])
}

/** Leads to the request of a notification: of one that was tapped, or in whose address the page was opened. */
function useLead(): void {
  const { requests } = useAllPermissions()
  const wanted = useStore(lead)
  const [path] = useLocation()
  useEffect(() => {
    const named = leadOf(`${path.slice(1)}${location.search}`).lead
    if (named !== undefined) lead.set(named)
    // Once, for the address with which the page was opened.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [])
  useEffect(() => follow(wanted, requests), [wanted, requests])
}

/** The server learns of this device at each start, and whenever it was started itself. */
function useSubscription(): void {
  const { hub } = useHub()
  const { state } = useConnection()
  const server = state._tag === "Online" ? state.hub : undefined
  useEffect(() => {
    if (server === undefined) return
    void renew(hub.connection)
    lookForVersion()
  }, [server, hub])
}

/** Where there is no push service, the page itself tells, for as long as it is open. One tab does so for all. */
function usePageNotices(): void {
  const { table } = useHub()
  // Keeps the table up to date.
  useSessionIds()
  const isOn = useStore(delivery).kind === "page"
  useEffect(() => {
    if (!isOn) return
    const gone = Promise.withResolvers<void>()
    const changes = new Changes()
    const { sessions } = table.list({})
    let isFirst = false
    const look = (): void => {
      const told = changes.take(sessions.get())
      if (!isFirst) return
      for (const { reason, ...notice } of told) if (wanted.get().includes(reason) && !isShown(notice.tag)) void show(notice)
    }
    void navigator.locks.request("holdfast-notices", () => {
      isFirst = true
      return gone.promise
    })
    look()
    const end = sessions.subscribe(look)
    return () => {
      end()
      gone.resolve()
    }
  }, [isOn, table])
}

async function show({
  body,
  path,
  tag,
  time,
  title,
}: {
  readonly body: string
  readonly path: string
  readonly tag: string
  readonly time: number
  readonly title: string
}): Promise<void> {
  const registration = await navigator.serviceWorker.ready
  const icon = new URL("icons/icon-192.png", document.baseURI).href
  const look = { body, tag, icon, timestamp: time, renotify: true, data: { path } }
  await registration.showNotification(title, look)
}
