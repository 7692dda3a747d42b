/** The frame of a pane: title line, trace, and what it shows; with the line on top of the one that has the focus. */
import { memo, Suspense, useEffect, useRef, useState } from "react"
import type { ComponentType, CSSProperties, ReactElement } from "react"
import type { Tab } from "@holdfast/core/layout/tree"
import { useConnection, useHub, useSession } from "@holdfast/react"
import { ErrorBoundary } from "../app/ErrorBoundary.tsx"
import { PartAwaited } from "../app/PartAwaited.tsx"
import { SessionHistory } from "../fork/SessionHistory.tsx"
import { SessionCommands } from "../list/SessionCommands.tsx"
import { useShown } from "../notifications/shown.ts"
import { useStore } from "../ui/store.ts"
import { WholeTrace } from "../ui/WholeTrace.tsx"
import { focusInside, focusWishes, isFocusWished, settleFocus } from "./pane-focus.ts"
import { paneOf } from "./panes.tsx"
import type { PaneProps } from "./pane-props.ts"
import { PaneHead } from "./PaneHead.tsx"
import { TitleSlot } from "./PaneTitle.tsx"
import { keepTab } from "./preview.ts"
import { seekTo } from "./seek.ts"
import { focusedTab } from "./tabs.ts"
import { useOpen } from "./use-open.ts"
import styles from "./PaneFrame.module.css"

interface PaneFrameProps {
  readonly tab: Tab
  readonly tile: string
  readonly style: CSSProperties
  readonly isFocused: boolean
  readonly isSeen: boolean
  /** The tile is to get the focus of the workspace. */
  readonly onFocus: (tile: string) => void
}

/** One pane in its place. */
export function PaneFrame({ tab, tile, style, isFocused, isSeen, onFocus }: PaneFrameProps): ReactElement {
  const { id, what, session = "" } = tab
  const { session: record, isLoading } = useSession(session)
  const { desk } = useHub()
  useShown(session, isSeen)
  const [slot, setSlot] = useState<HTMLElement | null>(null)
  const frame = useRef<HTMLElement>(null)
  const wishes = useStore(focusWishes)
  const asked = useRef(0)
  const open = useOpen()
  const [isThere, setIsThere] = useState(false)
  useEffect(() => {
    // What a wish is about is in the layout at once, and on the page a frame later.
    if (!isFocused || !isSeen || frame.current === null || !isFocusWished() || focusedTab(desk.layout.latest)?.id !== id) return
    const { activeElement } = document
    const hasMoved = activeElement !== frame.current && activeElement !== document.body
    // Once more when its content has arrived, unless the person has gone elsewhere meanwhile.
    if (asked.current !== wishes || !hasMoved) focusInside(frame.current)
    asked.current = wishes
    if (isThere) settleFocus()
  }, [desk, id, isFocused, isSeen, wishes, isThere])
  const Pane = paneOf(tab, record?.kind)
  const label = record?.label ?? "Session"
  /** A transcript goes there by itself; what a terminal showed is played. */
  const toMoment = (seq: number): void => {
    seekTo(session, { seq })
    if (record?.kind === "terminal") open.pane("player", session)
  }
  const toFocus = (): void => {
    if (!isFocused) onFocus(tile)
  }
  return (
    <section
      ref={frame}
      className={styles["pane"]}
      style={style}
      data-pane={id}
      data-session={session}
      data-focused={isFocused ? "" : undefined}
      data-neutral=""
      data-hidden={isSeen ? undefined : ""}
      inert={!isSeen}
      tabIndex={-1}
      aria-label={label}
      onPointerDownCapture={toFocus}
      onFocusCapture={toFocus}
      onKeyDownCapture={() => keepTab(id)}
      onPointerUpCapture={() => keepTab(id)}
    >
      <PaneHead tab={tab} tile={tile} isFocused={isFocused} slot={setSlot} />
      {what === "player" ? null : (
        <div className={styles["trace"]}>
          {record === undefined || record.status === "offline" ? null : <WholeTrace session={session} onSeek={toMoment} />}
        </div>
      )}
      <SessionCommands session={session} />
      {record === undefined || record.status === "offline" || what !== "session" ? null : (
        <SessionHistory session={session} kind={record.kind} />
      )}
      <div className={styles["content"]}>
        <ErrorBoundary what="This pane">
          <TitleSlot value={slot}>
            {Pane === undefined ? (
              <Nothing what={what} isLoading={isLoading} isKnown={record !== undefined} />
            ) : (
              <Suspense fallback={<PartAwaited what="This pane" />}>
                <Content Pane={Pane} pane={id} session={session} isFocused={isFocused} isSeen={isSeen} />
                <Arrived onArrived={setIsThere} />
              </Suspense>
            )}
          </TitleSlot>
        </ErrorBoundary>
      </div>
    </section>
  )
}

interface ContentProps extends PaneProps {
  readonly Pane: ComponentType<PaneProps>
}

/** What a pane shows; it is not rendered again because its place changes. */
const Content = memo(function Content({ Pane, ...rest }: ContentProps): ReactElement {
  return <Pane {...rest} />
})

/** Tells that what stands before it is in the page. */
function Arrived({ onArrived }: { readonly onArrived: (isThere: boolean) => void }): null {
  useEffect(() => onArrived(true), [onArrived])
  return null
}

interface NothingProps {
  readonly what: string
  readonly isLoading: boolean
  readonly isKnown: boolean
}

/** What is said in place of a pane. */
function Nothing({ what, isLoading, isKnown }: NothingProps): ReactElement {
  const { state } = useConnection()
  const text = isKnown
    ? `This version cannot show "${what}". Load the page again.`
    : state._tag === "Refused"
      ? "It is shown once this browser is signed in."
      : isLoading
        ? "Waiting for the server."
        : "There is no such session: it was deleted for good, or it is on another server."
  return <p className={styles["nothing"]}>{text}</p>
}
