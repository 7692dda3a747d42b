/** What the title line says of a terminal: the program's own title, and who looks, types and gives the size where several do. */
import type { ReactElement } from "react"
import type { SessionView } from "@holdfast/client/model"
import { useCell, useHub } from "@holdfast/react"
import { PaneTitle } from "../../workspace/PaneTitle.tsx"
import { Menu } from "../../ui/Menu.tsx"
import type { MenuItem } from "../../ui/menu-item.ts"
import type { Emulator } from "./Emulator.ts"
import type { Sizing, Viewer } from "./sizing.ts"
import { chooseSize } from "./use-sizing.ts"
import { keyboardOf, nameOf, releaseKeyboard, takeKeyboard, takeSize, typingWords } from "./sharing.ts"
import type { Resize } from "./sharing.ts"
import styles from "./terminal.module.css"

interface TerminalTitleProps {
  readonly view: SessionView
  readonly sizing: Sizing
  readonly emulator: Emulator | undefined
  readonly isPhone: boolean
}

/** Items of the pane's title line. */
export function TerminalTitle({ view, sizing, emulator, isPhone }: TerminalTitleProps): ReactElement {
  const hub = useHub()
  const record = useCell(view.record)
  const viewers = useCell(view.viewers)
  const seat = view.attachment?.seat
  const title = record?.terminal?.title ?? ""
  const others = viewers.filter((viewer) => viewer.seat !== seat)
  const isShared = others.length > 0
  const isTheirs = sizing.owner !== undefined && !sizing.asks
  const words = isPhone && isTheirs ? `${nameOf(sizing.owner)}’s size, read wide` : sharedWords(view, viewers)
  const items = (): ReadonlyArray<MenuItem> => menuOf(view, viewers, sizing, emulator, hub.hub.sessions.resize)
  return (
    <PaneTitle>
      {title === "" || title === record?.label || isPhone ? null : (
        <span className={styles["title"]} dir="auto" title={title}>
          {title}
        </span>
      )}
      {isShared ? (
        <Menu
          label="Who is at this terminal"
          items={items}
          trigger={
            <button type="button" className={styles["shared"]}>
              {words}
            </button>
          }
        />
      ) : null}
    </PaneTitle>
  )
}

function sharedWords(view: SessionView, viewers: ReadonlyArray<Viewer>): string {
  const terminal = view.record.get()?.terminal
  const size = terminal === undefined ? "" : ` · ${terminal.cols}×${terminal.rows}`
  return `${viewers.length} viewers · ${typingWords(view, viewers)}${size}`
}

function menuOf(
  view: SessionView,
  viewers: ReadonlyArray<Viewer>,
  sizing: Sizing,
  emulator: Emulator | undefined,
  resize: Resize,
): ReadonlyArray<MenuItem> {
  const seat = view.attachment?.seat
  const failed = (cause: unknown): void => emulator?.say(cause instanceof Error ? cause.message : String(cause))
  const people = viewers.map((viewer): MenuItem => {
    const size = viewer.cols === undefined ? "" : `, ${viewer.cols}×${viewer.rows}`
    const who = viewer.seat === seat ? "You" : nameOf(viewer)
    return { title: `${who}${size}${viewer.mode === "viewer" ? ", reads only" : ""}`, isDisabled: true, isChecked: viewer.sizes }
  })
  const isHeld = keyboardOf(view) === "mine"
  return [
    ...people,
    "line",
    {
      title: "Fit this pane",
      isChecked: sizing.asks && sizing.owner === undefined,
      run: () => void takeSize(view, emulator, resize).catch(failed),
    },
    { title: "Leave the size to others", isChecked: !sizing.asks, run: () => chooseSize(view.id, "theirs") },
    "line",
    isHeld
      ? { title: "Let everyone type", run: () => void releaseKeyboard(view).catch(failed) }
      : { title: "Take the keyboard", run: () => void takeKeyboard(view).catch(failed) },
  ]
}
