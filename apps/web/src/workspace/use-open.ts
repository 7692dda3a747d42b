/** Opening sessions in the workspace, from anywhere on the page. */
import { useMemo } from "react"
import type { HubModel } from "@holdfast/client/model"
import { useHub } from "@holdfast/react"
import { sessionPath } from "../app/routes.ts"
import { useGo } from "../app/use-route.ts"
import { focusPane } from "./pane-focus.ts"
import { preview } from "./preview.ts"
import { hasRoom } from "./room.ts"
import { seekTo } from "./seek.ts"
import { focusedTab, tabOf } from "./tabs.ts"

/** How a session is opened. */
export interface OpenOptions {
  /** In a tile of its own, beside the one that has the focus; without it in a tab, or where it is already. */
  readonly split?: "right" | "down"
  /** Where in it. */
  readonly seq?: number
  readonly message?: string
}

/** What opens. */
export interface Open {
  readonly session: (id: string, options?: OpenOptions) => void
  /** Something else about a session: `changes`, `player`; in a tile beside the one that has the focus. */
  readonly pane: (what: string, session: string) => void
}

/** The functions that open sessions; always the same object. */
export function useOpen(): Open {
  const { desk } = useHub()
  const go = useGo()
  return useMemo(() => {
    const session = (id: string, { split, seq, message }: OpenOptions = {}): void => {
      const shown = { what: "session", session: id }
      if (split === undefined || !hasRoom(split)) look(desk, shown)
      else desk.arrange({ do: "split", side: split, shown })
      if (seq !== undefined || message !== undefined) seekTo(id, { seq, message })
      go(sessionPath(id, message))
      focusPane()
    }
    const pane = (what: string, id: string): void => {
      const shown = { what, session: id }
      const before = desk.layout.latest
      desk.arrange({ do: "open", shown, behind: true })
      const isNew = desk.layout.latest !== before
      focusPane()
      if (!isNew || !hasRoom("right")) return desk.arrange({ do: "open", shown })
      // It is there now, behind: a tile of its own is what a person wants to see it in.
      const tab = tabOf(desk.layout.latest, what, id)
      if (tab !== undefined) desk.arrange({ do: "move-beside", tab, tile: desk.layout.latest.focus, side: "right" })
    }
    return { session, pane }
  }, [desk, go])
}

/** Opens something to look at it: in place of what was only looked at before. */
function look(desk: HubModel["desk"], shown: { readonly what: string; readonly session: string }): void {
  const before = desk.layout.latest
  const seen = focusedTab(before)?.id
  desk.arrange({ do: "open", shown })
  const tab = tabOf(desk.layout.latest, shown.what, shown.session)
  if (tab === undefined || tabOf(before, shown.what, shown.session) !== undefined) return
  if (seen !== undefined && seen === preview.get()) desk.arrange({ do: "close", tab: seen })
  preview.set(tab)
}
