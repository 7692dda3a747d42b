/** Keeps layout, address and sessions together: an address opens what it names, the focus shows in the address, and what the server has named takes the place of what stood for it. */
import { useEffect, useRef } from "react"
import { useCell, useHub } from "@holdfast/react"
import { useForm } from "../app/media.ts"
import { sessionPath } from "../app/routes.ts"
import { useGo, useRoute } from "../app/use-route.ts"
import { focusPane } from "./pane-focus.ts"
import { seekTo } from "./seek.ts"
import { focusedTab, placedTabs } from "./tabs.ts"
import { useLayoutNow } from "./layout-now.ts"

/** Does it for as long as the workspace is there. */
export function useLayoutUpkeep(): void {
  useAddress()
  useNamed()
}

const NOWHERE: { readonly session?: string; readonly message?: string; readonly seq?: number } = {}

/** The address and the focus. */
function useAddress(): void {
  const { desk } = useHub()
  const layout = useLayoutNow()
  const route = useRoute()
  const go = useGo()
  const isPhone = useForm() === "phone"
  const { session, message, seq } = route.name === "session" ? route : NOWHERE
  useEffect(() => {
    if (session === undefined) return
    const seen = focusedTab(desk.layout.latest)
    // A moment is shown by the player.
    const what = seq === undefined ? "session" : "player"
    if (seen?.session !== session || (seq !== undefined && seen.what !== what)) {
      desk.arrange({ do: "open", shown: { what, session } })
      focusPane()
    }
    if (message !== undefined) seekTo(session, { message })
    if (seq !== undefined) seekTo(session, { seq })
  }, [desk, session, message, seq])
  const focused = focusedTab(layout)?.session
  const before = useRef(focused)
  useEffect(() => {
    if (before.current === focused) return
    before.current = focused
    const isHere = route.name === "session" || (route.name === "workspace" && !isPhone)
    if (!isHere || (route.name === "session" && route.session === focused)) return
    // A step of the history was made by whoever went there; that the focus moved is none.
    if (focused !== undefined) go(sessionPath(focused), { replace: true })
    else go("/", { replace: true })
  }, [focused, route, go, isPhone])
}

/** Sessions that were opened before the server had made them. */
function useNamed(): void {
  const { desk, table } = useHub()
  const layout = useLayoutNow()
  const tab = placedTabs(layout.root).find(({ tab: { session } }) => session?.startsWith("new:") === true)?.tab
  const record = useCell(table.record(tab?.session ?? ""))
  const named = record?.status === "offline" ? undefined : record?.id
  useEffect(() => {
    if (tab === undefined || named === undefined || named === tab.session) return
    const isFocused = focusedTab(desk.layout.latest)?.id === tab.id
    desk.arrange({ do: "open", shown: { what: tab.what, session: named }, ...(isFocused ? {} : { behind: true }) })
    desk.arrange({ do: "close", tab: tab.id })
    if (isFocused) focusPane()
  }, [desk, tab, named])
}
