/** The commands of the workspace, each with what it does to the layout of this moment. */
import { useMemo } from "react"
import type { HubModel, LayoutAction, Side } from "@holdfast/client/model"
import { tilesOf } from "@holdfast/core/layout/tree"
import { useHub } from "@holdfast/react"
import { tellNotice } from "../app/notices.ts"
import { isInSight } from "../app/sight.ts"
import { useGo } from "../app/use-route.ts"
import type { Command } from "../commands/command.ts"
import { askPalette } from "../commands/palette-state.ts"
import { useCommands } from "../commands/use-commands.ts"
import { closeOver } from "../ui/close-over.ts"
import { focusPane } from "./pane-focus.ts"
import { focusedTab, placedTabs } from "./tabs.ts"

const SIDES: ReadonlyArray<readonly [side: Side, arrow: string, words: string]> = [
  ["left", "ArrowLeft", "to the left"],
  ["right", "ArrowRight", "to the right"],
  ["up", "ArrowUp", "up"],
  ["down", "ArrowDown", "down"],
]

/** Whether the app runs in a window of its own, where more keys are free. */
const isInstalled = (): boolean => matchMedia("(display-mode: standalone)").matches

type Desk = HubModel["desk"]

/** Moves what has the focus to a side: next to its tile, or into the tile that lies there when it is alone in its own. */
function move(desk: Desk, side: Side): void {
  const { latest } = desk.layout
  const tab = focusedTab(latest)
  const tile = tilesOf(latest.root).find(({ id }) => id === latest.focus)
  if (tab === undefined || tile === undefined) return
  if (tile.tabs.length > 1) return desk.arrange({ do: "move-beside", tab: tab.id, tile: tile.id, side })
  desk.arrange({ do: "go", side })
  const target = desk.layout.latest.focus
  if (target !== tile.id) desk.arrange({ do: "move", tab: tab.id, tile: target })
}

/** Closes a tab; it can be opened again. */
function close(desk: Desk): void {
  const { latest } = desk.layout
  const tab = focusedTab(latest)
  if (tab === undefined) return
  desk.arrange({ do: "close", tab: tab.id })
  const { session } = tab
  const after = desk.layout.latest
  tellNotice("Closed the pane; the session continues.", () => {
    // Where nothing was arranged since, it is back in its place.
    if (desk.layout.latest === after) desk.layout.set(latest)
    else desk.arrange({ do: "open", shown: { what: tab.what, ...(session === undefined ? {} : { session }) } })
    focusPane()
  })
}

const isCovered = (): boolean => document.querySelector("[data-cover]") !== null

/** Closes what is in front: what is open over the page, what covers the panes, or else the pane. */
function closeFront(desk: Desk, leave: () => void): void {
  if (closeOver()) return
  if (isCovered()) return leave()
  if (![...document.querySelectorAll("[data-pane][data-focused]")].some(isInSight)) return
  close(desk)
  focusPane()
}

/** The commands, for the layout of a page; `leave` goes back to the panes. */
export function workspaceCommands(desk: Desk, leave: () => void): ReadonlyArray<Command> {
  const act = (action: LayoutAction) => (): void => {
    desk.arrange(action)
    focusPane()
  }
  const later = (f: () => void) => (): void => {
    f()
    focusPane()
  }
  const go = (at: number): void => {
    const tab = placedTabs(desk.layout.latest.root)[at - 1]?.tab
    if (tab === undefined) return
    closeOver()
    if (isCovered()) leave()
    act({ do: "activate", tab: tab.id })()
  }
  return [
    ...SIDES.map(([side, arrow, words]): Command => ({
      id: `pane.go.${side}`,
      isMotion: true,
      title: `Go to the pane ${words}`,
      keys: [`Alt+Shift+${arrow}`],
      when: "anywhere",
      run: act({ do: "go", side }),
    })),
    {
      id: "pane.zoom",
      title: "Show this pane alone, or all again",
      keys: ["Alt+Shift+Enter"],
      when: "anywhere",
      run: act({ do: "zoom" }),
    },
    {
      id: "pane.next",
      title: "Next tab of the tile",
      keys: ["Alt+Shift+PageDown"],
      when: "anywhere",
      run: act({ do: "turn", by: 1 }),
    },
    {
      id: "pane.previous",
      title: "Previous tab of the tile",
      keys: ["Alt+Shift+PageUp"],
      when: "anywhere",
      run: act({ do: "turn", by: -1 }),
    },
    ...SIDES.map(([side, arrow, words]): Command => ({
      id: `pane.move.${side}`,
      isMotion: true,
      title: `Move the pane ${words}`,
      keys: [`Control+Alt+Shift+${arrow}`],
      when: "anywhere",
      run: later(() => move(desk, side)),
    })),
    { id: "pane.split.right", title: "Split to the right", keys: ["v"], when: "pane", run: () => askPalette({ split: "right" }) },
    { id: "pane.split.down", title: "Split downwards", keys: ["h"], when: "pane", run: () => askPalette({ split: "down" }) },
    { id: "pane.close", title: "Close the pane", keys: ["x"], when: "pane", run: later(() => close(desk)) },
    { id: "pane.close-others", title: "Close the other panes", run: later(() => closeOthers(desk)) },
    { id: "pane.even", title: "Make all panes the same size", run: act({ do: "even" }) },
    ...Array.from({ length: 9 }, (_, at): Command => ({
      id: `pane.number.${at + 1}`,
      title: `Go to pane ${at + 1}`,
      run: () => go(at + 1),
      ...(isInstalled() ? { keys: [`$mod+${at + 1}`], when: "anywhere" } : {}),
    })),
    ...(isInstalled() ? [frontCommand(() => closeFront(desk, leave))] : []),
  ]
}

/** In a window of its own the browser would close that, with all panes: so it counts wherever the focus is, in text too. */
const frontCommand = (run: () => void): Command => ({
  id: "pane.close-front",
  title: "Close what is in front",
  keys: ["$mod+w"],
  when: "anywhere",
  run,
})

/** Closes the tabs that do not have the focus; they can be opened again. */
export function closeOthers(desk: Pick<Desk, "arrange" | "layout">): void {
  const before = desk.layout.latest
  const own = focusedTab(before)?.id
  const others = placedTabs(before.root).flatMap(({ tab }) => (tab.id === own ? [] : [tab]))
  for (const { id } of others) desk.arrange({ do: "close", tab: id })
  const after = desk.layout.latest
  if (after === before) return
  tellNotice("Closed the other panes; their sessions continue.", () => {
    // Where nothing was arranged since, they are back in their places.
    if (desk.layout.latest === after) return desk.layout.set(before)
    for (const { what, session } of [...others].reverse())
      desk.arrange({ do: "open", shown: { what, ...(session === undefined ? {} : { session }) }, behind: true })
  })
}

/** Registers them. */
export function useWorkspaceCommands(): void {
  const { desk } = useHub()
  const go = useGo()
  useCommands(useMemo(() => workspaceCommands(desk, () => go("/")), [desk, go]))
}
