/** The tabs of a tile, where it has more than one. */
import type { CSSProperties, KeyboardEvent, ReactElement, RefObject } from "react"
import type { LayoutAction } from "@holdfast/client/model"
import type { Tab, Tile } from "@holdfast/core/layout/tree"
import { useSession } from "@holdfast/react"
import { alongLine } from "../ui/direction.ts"
import { ContextMenu } from "../ui/Menu.tsx"
import { Icon } from "../ui/icons.tsx"
import type { IconName } from "../ui/icons.tsx"
import { StateMark } from "../ui/StateMark.tsx"
import { useStore } from "../ui/store.ts"
import { useTabDrag } from "./drag.ts"
import { focusPane } from "./pane-focus.ts"
import { paneMenu } from "./pane-menu.ts"
import { keepTab, preview } from "./preview.ts"
import styles from "./TabStrip.module.css"

interface TabStripProps {
  readonly tile: Tile
  readonly style: CSSProperties
  readonly arrange: (action: LayoutAction) => void
}

/** One line of tabs. */
export function TabStrip({ tile, style, arrange }: TabStripProps): ReactElement {
  const turn = (event: KeyboardEvent): void => {
    const by = alongLine(event)
    if (by === 0) return
    event.preventDefault()
    const next = tile.tabs[(tile.active + by + tile.tabs.length) % tile.tabs.length]
    if (next === undefined) return
    arrange({ do: "activate", tab: next.id })
    document.getElementById(`tab-${next.id}`)?.focus()
  }
  return (
    <div className={styles["strip"]} style={style} role="tablist" aria-label="Panes of this tile" tabIndex={-1} onKeyDown={turn}>
      {tile.tabs.map((tab, at) => (
        <OneTab key={tab.id} tab={tab} tile={tile.id} isActive={at === tile.active} arrange={arrange} />
      ))}
    </div>
  )
}

interface OneTabProps {
  readonly tab: Tab
  readonly tile: string
  readonly isActive: boolean
  readonly arrange: (action: LayoutAction) => void
}

/** What a tab shows of a session, where that is not the session itself: its name may be cut. */
const SIGNS: Readonly<Record<string, IconName>> = { changes: "changes", player: "play" }

function OneTab({ tab, tile, isActive, arrange }: OneTabProps): ReactElement {
  const { session: record } = useSession(tab.session ?? "")
  const { ref, onPointerEnter } = useTabDrag(tab.id, tile)
  const sign = SIGNS[tab.what]
  const isPreview = useStore(preview) === tab.id
  const label = record?.label ?? "…"
  const close = (): void => arrange({ do: "close", tab: tab.id })
  const activate = (): void => {
    arrange({ do: "activate", tab: tab.id })
    focusPane()
  }
  return (
    <ContextMenu
      label={`What can be done with ${label}`}
      items={() => paneMenu(tab.session ?? "")}
      onOpen={() => arrange({ do: "activate", tab: tab.id })}
    >
      <div
        ref={ref as RefObject<HTMLDivElement | null>}
        className={styles["tab"]}
        data-active={isActive ? "" : undefined}
        data-preview={isPreview ? "" : undefined}
        onPointerEnter={onPointerEnter}
        onDoubleClick={() => keepTab(tab.id)}
        onAuxClick={(event) => event.button === 1 && close()}
      >
        <button
          type="button"
          role="tab"
          id={`tab-${tab.id}`}
          className={styles["name"]}
          aria-selected={isActive}
          tabIndex={isActive ? 0 : -1}
          onClick={activate}
        >
          {sign === undefined ? <StateMark session={tab.session ?? ""} /> : <Icon name={sign} size={12} />}
          <span className={styles["label"]} dir="auto">
            {tab.what === "session" ? label : `${label}: ${tab.what}`}
          </span>
        </button>
        {/* For the pointer alone: a list of tabs holds nothing else, and there are a key and the menu. */}
        <button
          type="button"
          className={styles["close"]}
          aria-hidden="true"
          title={`Close ${label}`}
          tabIndex={-1}
          onClick={close}
        >
          <Icon name="close" size={12} />
        </button>
      </div>
    </ContextMenu>
  )
}
