/** A terminal session: its screen, what has to be said about it, and on a phone the keys that phones do not have. */
import { useEffect, useRef, useState } from "react"
import type { ReactElement } from "react"
import { useSessionView } from "@holdfast/react"
import { isTouched, useForm } from "../../app/media.ts"
import { useStore } from "../../ui/store.ts"
import type { PaneProps } from "../../workspace/pane-props.ts"
import { Ended } from "./Ended.tsx"
import { FindBar } from "./FindBar.tsx"
import { PhoneKeys } from "./PhoneKeys.tsx"
import { bell } from "./ring.ts"
import { Questions } from "./Questions.tsx"
import { TerminalSigns } from "./TerminalSigns.tsx"
import { TerminalTitle } from "./TerminalTitle.tsx"
import { useTerminalCommands } from "./use-terminal-commands.ts"
import { useEmulator, useKeptScreen, useLooking } from "./use-emulator.ts"
import type { Shown } from "./use-emulator.ts"
import { useSizing } from "./use-sizing.ts"
import { useTouch } from "./use-touch.ts"
import { bellSound, programKeys, terminalTheme } from "./preferences.ts"
import styles from "./terminal.module.css"
import "@xterm/xterm/css/xterm.css"

/** The pane of a terminal. */
export default function TerminalPane({ pane, session, isSeen }: PaneProps): ReactElement {
  const view = useSessionView(session)
  const element = useRef<HTMLDivElement>(null)
  const shown = useEmulator(pane, view, element)
  const colors = useStore(terminalTheme)
  const isGivenUp = useStore(programKeys).includes(session)
  const [isFinding, setIsFinding] = useState(false)
  const isPhone = useForm() === "phone"
  const hasBar = isPhone || isTouched()
  useLooking(shown, view, isSeen)
  useKeptScreen(shown, isSeen)
  const sizing = useSizing(shown?.emulator, view, element, isSeen)
  useTerminalCommands(shown, view, () => setIsFinding(true))
  useFocus(shown, element)
  useBell(shown, element)
  useTouch(shown, element, hasBar)
  const closeFind = (): void => {
    setIsFinding(false)
    if (!isPhone) shown?.emulator.terminal.focus()
  }
  return (
    <div className={styles["pane"]}>
      <TerminalTitle view={view} sizing={sizing} emulator={shown?.emulator} isPhone={isPhone} />
      <div className={styles["stage"]} data-theme={colors === "page" ? undefined : colors}>
        <div
          ref={element}
          className={styles["screen"]}
          data-when="terminal"
          data-keys={isGivenUp ? "program" : undefined}
          data-session={session}
          role="group"
          aria-label="Terminal"
          tabIndex={-1}
          data-autofocus={isPhone ? undefined : ""}
        />
        {shown === undefined ? null : <TerminalSigns shown={shown} view={view} />}
        {shown !== undefined && isFinding ? <FindBar shown={shown} onClose={closeFind} /> : null}
        {shown === undefined ? null : <Questions emulator={shown.emulator} />}
      </div>
      <Ended view={view} emulator={shown?.emulator} />
      {hasBar && shown !== undefined ? <PhoneKeys emulator={shown.emulator} session={session} /> : null}
    </div>
  )
}

/** Hands the focus that the pane is given on to the emulator, also when that comes later. */
function useFocus(shown: Shown | undefined, element: { readonly current: HTMLDivElement | null }): void {
  useEffect(() => {
    const { current } = element
    if (shown === undefined || current === null) return undefined
    const { terminal } = shown.emulator
    const pass = ({ target }: FocusEvent): void => {
      if (target === current) terminal.focus()
    }
    if (document.activeElement === current) terminal.focus()
    current.addEventListener("focus", pass)
    return () => current.removeEventListener("focus", pass)
  }, [shown, element])
}

/** Has the edge of the pane flash when the bell rings. */
function useBell(shown: Shown | undefined, element: { readonly current: HTMLDivElement | null }): void {
  useEffect(() => {
    if (shown === undefined) return undefined
    return shown.emulator.bells.subscribe(() => {
      if (bellSound.get()) bell()
      const { current } = element
      if (current === null) return
      delete current.dataset["rings"]
      requestAnimationFrame(() => (current.dataset["rings"] = ""))
    })
  }, [shown, element])
}
