/** Tabs of sessions that were opened before the server had made them. */
import type { LayoutNode } from "@holdfast/core/layout/tree"
import type { HubModel } from "@holdfast/client/model"
import { createOf } from "../list/offline.ts"
import { focusedTab, placedTabs, type Placed, tabOf } from "./tabs.ts"

/** All of them, in reading order. */
export function unnamedTabs(root: LayoutNode): ReadonlyArray<Placed> {
  return placedTabs(root).filter(({ tab: { session } }) => session !== undefined && createOf(session) !== undefined)
}

/** What is read and arranged. */
export interface NamedParts {
  readonly desk: Pick<HubModel["desk"], "arrange" | "layout">
  readonly table: Pick<HubModel["table"], "record">
}

/**
 * Puts each session that the server has named meanwhile in the place of what stood for it; `moved` is told of each once. Returns whether
 * what has the focus is among them.
 */
export function followNamed({ desk, table }: NamedParts, moved: (from: string, to: string) => void): boolean {
  const told = new Set<string>()
  let isFocused = false
  for (const { tab, tile } of unnamedTabs(desk.layout.latest.root)) {
    const { session: from = "", what } = tab
    const record = table.record(from).get()
    if (record === undefined || record.status === "offline" || record.id === from) continue
    const to = record.id
    if (!told.has(from)) moved(from, to)
    told.add(from)
    const hasFocus = focusedTab(desk.layout.latest)?.id === tab.id
    desk.arrange({ do: "open", shown: { what, session: to }, tile: tile.id, ...(hasFocus ? {} : { behind: true }) })
    // Where no more tabs are taken, what stood for it stays.
    if (tabOf(desk.layout.latest, what, to) === undefined) continue
    desk.arrange({ do: "close", tab: tab.id })
    isFocused ||= hasFocus
  }
  return isFocused
}
