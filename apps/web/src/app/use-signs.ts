/** What tells of the page while another one is looked at: its title, its icon, the badge of the installed app; and what is announced. */
import { useEffect, useRef } from "react"
import { useConnection, useHub, useSession, useUnread } from "@holdfast/react"
import { focusedTab } from "../workspace/tabs.ts"
import { announce } from "./announce.ts"
import { iconOf } from "./page-icon.ts"
import { useWaiting, useWaitingNow } from "./waiting.ts"
import { useRoute } from "./use-route.ts"
import { useLayoutNow } from "../workspace/layout-now.ts"

/** Keeps them up to date. */
export function useSigns(): void {
  useTitle()
  useAnnouncements()
}

function useTitle(): void {
  const waiting = useWaitingNow().length
  const layout = useLayoutNow()
  const route = useRoute()
  const { session } = useSession(focusedTab(layout)?.session ?? "")
  const label = route.name === "new" ? "New session" : route.name === "settings" ? "Settings" : session?.label
  const { state } = useConnection()
  const isOnline = state._tag === "Online" || state._tag === "Connecting"
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ""}${label === undefined ? "" : `${label} · `}Holdfast`
  }, [waiting, label])
  useEffect(() => {
    document.querySelector<HTMLLinkElement>('link[rel="icon"]')?.setAttribute("href", iconOf(waiting, isOnline))
    const { setAppBadge } = navigator as { readonly setAppBadge?: (count: number) => Promise<void> }
    // Only an installed app has one.
    setAppBadge?.call(navigator, waiting).catch(() => undefined)
  }, [waiting, isOnline])
}

function useAnnouncements(): void {
  const waiting = useWaiting()
  const unread = useUnread()
  const { table } = useHub()
  const { state } = useConnection()
  const waitedBefore = useRef<ReadonlySet<string> | undefined>(undefined)
  useEffect(() => {
    const before = waitedBefore.current
    waitedBefore.current = new Set(waiting.map(({ session }) => session))
    const fresh = before === undefined ? [] : waiting.filter(({ session }) => !before.has(session))
    for (const { label } of fresh) announce(`${label} waits for you`)
  }, [waiting])
  const unreadBefore = useRef<ReadonlySet<string> | undefined>(undefined)
  useEffect(() => {
    const before = unreadBefore.current
    unreadBefore.current = new Set(unread)
    for (const id of before === undefined ? [] : unread.filter((one) => !before.has(one))) {
      const record = table.record(id).get()
      if (record !== undefined && record.status !== "offline")
        announce(`${record.label} ${record.news?.what === "failed" ? "has failed" : "has finished"}`)
    }
  }, [unread, table])
  const wasAway = useRef(false)
  useEffect(() => {
    const isAway = state._tag === "Reconnecting"
    if (isAway && !wasAway.current) announce("The connection to the server is lost")
    if (state._tag === "Online" && wasAway.current) announce("Connected again")
    if (isAway || state._tag === "Online") wasAway.current = isAway
  }, [state])
}
