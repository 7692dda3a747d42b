/** Keeps layout, address and sessions together: an address opens what it names, the focus shows in the address, and what the server has named takes the place of what stood for it. */
import { useEffect, useRef } from "react"
import type { HubModel } from "@holdfast/client/model"
import { useCell, useHub } from "@holdfast/react"
import { useForm } from "../app/media.ts"
import { sessionPath } from "../app/routes.ts"
import { useGo, useRoute } from "../app/use-route.ts"
import { useLayoutNow } from "./layout-now.ts"
import { followNamed, unnamedTabs } from "./named.ts"
import { focusPane } from "./pane-focus.ts"
import { seekTo } from "./seek.ts"
import { focusedTab } from "./tabs.ts"

/** Does it for as long as the workspace is there. */
export function useLayoutUpkeep(): void {
  useAddress()
  useNamed()
  useParting()
}

const NOWHERE: { readonly session?: string; readonly message?: string; readonly seq?: number } = {}

/** The address and the focus. */
function useAddress(): void {
  const { desk } = useHub()
  const { value: layout, status } = useCell(desk.layout.state)
  const route = useRoute()
  const go = useGo()
  const isPhone = useForm() === "phone"
  const { session, message, seq } = route.name === "session" ? route : NOWHERE
  const isLoaded = status !== "loading"
  const wasLoaded = useRef(false)
  // Again when the server's layout takes the place of the one that was kept here: it may not have what the address names.
  useEffect(() => {
    if (session === undefined) return
    const seen = focusedTab(desk.layout.latest)
    // A moment is shown by the player.
    const what = seq === undefined ? "session" : "player"
    // What was played last is not what a new page is opened for.
    const isOther = seen?.what !== what && (seq !== undefined || (seen?.what === "player" && !wasLoaded.current))
    wasLoaded.current = isLoaded
    if (seen?.session !== session || isOther) {
      desk.arrange({ do: "open", shown: { what, session } })
      focusPane()
    }
    if (message !== undefined) seekTo(session, { message })
    if (seq !== undefined) seekTo(session, { seq, isMoment: true })
  }, [desk, session, message, seq, isLoaded])
  const focused = focusedTab(layout)?.session
  const before = useRef(focused)
  useEffect(() => {
    const now = focusedTab(desk.layout.latest)?.session
    if (before.current === now) return
    before.current = now
    const isHere = route.name === "session" || (route.name === "workspace" && !isPhone)
    if (!isHere || (route.name === "session" && route.session === now)) return
    // A step of the history was made by whoever went there; that the focus moved is none.
    if (now !== undefined) go(sessionPath(now), { replace: true })
    else go("/", { replace: true })
  }, [desk, focused, route, go, isPhone])
}

/** What was arranged last is on its way before the page goes. */
function useParting(): void {
  const { desk } = useHub()
  useEffect(() => {
    const leave = (): void => void desk.layout.flush()
    addEventListener("pagehide", leave)
    return () => removeEventListener("pagehide", leave)
  }, [desk])
}

/** Sessions that were opened before the server had made them. */
function useNamed(): void {
  const hub = useHub()
  const { root } = useLayoutNow()
  const unnamed = [...new Set(unnamedTabs(root).map(({ tab }) => tab.session))].join(" ")
  useEffect(() => {
    if (unnamed === "") return undefined
    const follow = (): void => {
      if (followNamed(hub, (from, to) => void moveDraft(hub, from, to))) focusPane()
    }
    follow()
    const ends = unnamed.split(" ").map((session) => hub.table.record(session).subscribe(follow))
    return () => {
      for (const end of ends) end()
    }
  }, [hub, unnamed])
}

/** What was typed to a session that was still to be made goes to it; its composer has loaded what is needed. */
async function moveDraft(hub: HubModel, from: string, to: string): Promise<void> {
  const { draftOf } = await import("../dock/SessionDraft.ts")
  await draftOf(hub, from).moveTo(draftOf(hub, to))
}
