/** The panes by what they show, each loaded when it is first needed. */
import type { ComponentType } from "react"
import type { Tab } from "@holdfast/core/layout/tree"
import { lazyPart } from "../app/part.ts"
import type { PaneProps } from "./pane-props.ts"

const LOADS = {
  chat: () => import("../panes/chat/ChatPane.tsx"),
  terminal: () => import("../panes/terminal/TerminalPane.tsx"),
  changes: () => import("../panes/changes/ChangesPane.tsx"),
  player: () => import("../player/PlayerPane.tsx"),
} satisfies Record<string, () => Promise<{ readonly default: ComponentType<PaneProps> }>>

type PaneName = keyof typeof LOADS

const PANES: Readonly<Record<PaneName, ComponentType<PaneProps>>> = {
  chat: lazyPart(LOADS.chat),
  terminal: lazyPart(LOADS.terminal),
  changes: lazyPart(LOADS.changes),
  player: lazyPart(LOADS.player),
}

/** Which pane a tab needs; `undefined` while its session's kind is not known, and for what this version does not have. */
function nameOf(what: string, kind: string | undefined): PaneName | undefined {
  if (what === "session") return kind === undefined ? undefined : kind === "terminal" ? "terminal" : "chat"
  return what === "changes" || what === "player" ? what : undefined
}

/** The component of a tab. */
export function paneOf({ what }: Pick<Tab, "what">, kind: string | undefined): ComponentType<PaneProps> | undefined {
  const name = nameOf(what, kind)
  return name === undefined ? undefined : PANES[name]
}

/** Loads the pane of a session before it is needed, as when the pointer is on its row; that it cannot be is said when it is shown. */
export function preloadPane(kind: string): void {
  void LOADS[kind === "terminal" ? "terminal" : "chat"]().catch(() => undefined)
}
