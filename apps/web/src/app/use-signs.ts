/** What tells of the page while another one is looked at: its title, its icon, the badge of the installed app; and what is announced. */
import { useEffect, useRef } from "react"
import { useConnection, useHub, useSession, useUnread } from "@holdfast/react"
import { focusedTab } from "../workspace/tabs.ts"
import { announce } from "./announce.ts"
import { useAnnounced } from "./use-announced.ts"
import { iconOf } from "./page-icon.ts"
import { useWaitingNow } from "./waiting.ts"
import { useRoute } from "./use-route.ts"
import { useLayoutNow } from "../workspace/layout-now.ts"

/** Keeps them up to date. */
export function useSigns(): void {
  useTitle()
  useAnnouncements()
  useAnnounced()
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

/** What waits is said by what asks it (`RequestCommands`). */
function useAnnouncements(): void {
  const unread = useUnread()
  const { table } = useHub()
  const { state } = useConnection()
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
