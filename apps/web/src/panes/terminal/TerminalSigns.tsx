/** What lies over the screen of a terminal for as long as it is true: that it is behind, in the past, away; where a link leads. */
import { useEffect, useState } from "react"
import type { ReactElement } from "react"
import type { SessionView } from "@holdfast/client/model"
import { useCell } from "@holdfast/react"
import { Written } from "../../requests/Written.tsx"
import { useStore } from "../../ui/store.ts"
import { LINK_KEY } from "./bind-links.ts"
import { fateOf, hostOf } from "./links.ts"
import type { PastState } from "./Past.ts"
import type { Shown } from "./use-emulator.ts"
import styles from "./terminal.module.css"

/** How long it is said that output was left out, in milliseconds. */
const SKIP_SAID = 8000

interface TerminalSignsProps {
  readonly shown: Shown
  readonly view: SessionView
}

/** The signs of a screen. */
export function TerminalSigns({ shown: { emulator, past }, view }: TerminalSignsProps): ReactElement {
  const status = useCell(view.status)
  const state = useStore(past.state)
  const said = useStore(emulator.said)
  const age = useStore(emulator.age)
  const hovered = useStore(emulator.hovered)
  const isSkipped = useRecent(useStore(emulator.skippedAt), SKIP_SAID)
  return (
    <>
      <div className={styles["signs"]} role="status">
        {age === undefined ? null : <p className={styles["sign"]}>As it was {momentOf(age)}. Not connected yet.</p>}
        {status._tag === "Away" ? (
          <p className={styles["sign"]}>Connection lost. What you type is sent when it is back.</p>
        ) : null}
        {status._tag === "Ended" && status.error !== undefined ? (
          <p className={styles["sign"]} data-bad="">
            {status.error.message}
          </p>
        ) : null}
        {isSkipped && state._tag === "None" ? (
          <p className={styles["sign"]}>
            Skipped to now. The log has everything.
            <button type="button" onClick={() => void past.open()}>
              Show it
            </button>
          </p>
        ) : null}
        <PastSign state={state} leave={() => past.leave()} />
        {said === undefined ? null : <p className={styles["sign"]}>{said}</p>}
      </div>
      {hovered === undefined ? null : (
        <p className={styles["hovered"]}>
          {fateOf(hovered) === "refuse" ? (
            "Never opened: "
          ) : (
            <>
              <kbd>{LINK_KEY}</kbd> click opens{" "}
            </>
          )}
          {hostOf(hovered) === undefined ? null : <b dir="ltr">{hostOf(hovered)}</b>}{" "}
          <code dir="ltr">
            <Written text={hovered} />
          </code>
        </p>
      )}
    </>
  )
}

function PastSign({ state, leave }: { readonly state: PastState; readonly leave: () => void }): ReactElement | null {
  if (state._tag === "None") return null
  if (state._tag === "Reading") return <p className={styles["sign"]}>Reading older output</p>
  const { since, edge, isReading } = state
  const from =
    since === undefined ? "" : ` since ${new Date(since).toLocaleString([], { dateStyle: "short", timeStyle: "short" })}`
  const end = edge === "trimmed" ? " What is older was trimmed." : edge === "beginning" ? " The log begins here." : ""
  return (
    <p className={styles["sign"]} data-past="">
      {isReading ? "Reading older output" : `Older output${from}.${end}`}
      <button type="button" onClick={leave}>
        Back to now
      </button>
    </p>
  )
}

const momentOf = (at: number): string => new Date(at).toLocaleString([], { dateStyle: "short", timeStyle: "short" })

/** Whether something happened less than this many milliseconds ago. */
function useRecent(at: number | undefined, milliseconds: number): boolean {
  const [past, setPast] = useState<number>()
  useEffect(() => {
    if (at === undefined) return undefined
    const timer = setTimeout(() => setPast(at), Math.max(0, at + milliseconds - Date.now()))
    return () => clearTimeout(timer)
  }, [at, milliseconds])
  return at !== undefined && past !== at
}
