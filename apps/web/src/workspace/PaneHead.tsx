/** The title line of a pane. It is also what a pane is dragged by. */
import type { ReactElement } from "react"
import type { Tab } from "@holdfast/core/layout/tree"
import { useSession } from "@holdfast/react"
import { useForm } from "../app/media.ts"
import { useGo } from "../app/use-route.ts"
import { ChangesButton } from "../panes/changes/ChangesButton.tsx"
import { CommandButton, IconButton } from "../ui/Button.tsx"
import { Menu } from "../ui/Menu.tsx"
import { StateMark } from "../ui/StateMark.tsx"
import { PanePlace, PaneUse } from "./PaneFacts.tsx"
import { PaneName } from "./PaneName.tsx"
import { paneMenu } from "./pane-menu.ts"
import { useTabDrag } from "./drag.ts"
import styles from "./PaneHead.module.css"
import { useLayoutNow } from "./layout-now.ts"

interface PaneHeadProps {
  readonly tab: Tab
  readonly tile: string
  readonly isFocused: boolean
  /** Takes the element that a pane's own items go into. */
  readonly slot: (element: HTMLElement | null) => void
}

const WHAT: Readonly<Record<string, string>> = { changes: "Changes", player: "Playback" }

/** State, label, what the pane adds, and what can be done with it. */
export function PaneHead({ tab, tile, isFocused, slot }: PaneHeadProps): ReactElement {
  const session = tab.session ?? ""
  const { session: record } = useSession(session)
  const isPhone = useForm() === "phone"
  const go = useGo()
  const isZoomed = useLayoutNow().zoomed !== undefined
  const drag = useTabDrag(tab.id, tile)
  const what = WHAT[tab.what]
  return (
    <header className={styles["head"]} {...(isPhone ? {} : drag)}>
      {isPhone ? <IconButton label="All sessions" icon="back" onClick={() => go("/")} /> : null}
      <StateMark session={session} />
      <PaneName session={session} isFocused={isFocused} />
      {what === undefined ? isPhone ? null : <PanePlace session={record} /> : <span className={styles["what"]}>{what}</span>}
      <span className={styles["own"]} ref={slot} />
      {what !== undefined || isPhone || record === undefined || record.status === "offline" ? null : (
        <PaneUse agent={record.agent} />
      )}
      {tab.what === "session" && session !== "" ? <ChangesButton session={session} isShown={!isPhone} /> : null}
      {isPhone ? null : (
        <>
          {isZoomed ? <CommandButton command="pane.zoom" icon="zoom" /> : null}
          {what === undefined && session !== "" ? <CommandButton command="session.fork" session={session} icon="fork" /> : null}
          <CommandButton command="pane.split.right" icon="split" />
        </>
      )}
      <Menu
        label={`What can be done with ${record?.label ?? "this pane"}`}
        trigger={<IconButton label="More" icon="more" data-focused={isFocused ? "" : undefined} />}
        items={() => paneMenu(session, isPhone)}
      />
    </header>
  )
}
