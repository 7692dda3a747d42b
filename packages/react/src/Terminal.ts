/**
 * A terminal session as a component. Its bytes go from the attachment to the emulator and never through React
 * (docs/protocol/rules.md, U-6): it is rendered once, whatever the program prints.
 */
import { createElement, useEffect, useRef, useState } from "react"
import type { CSSProperties, ReactElement } from "react"
import { openTerminal } from "@holdfast/client/model"
import type { TerminalLike, TerminalPaneOptions } from "@holdfast/client/model"
import { useHub } from "./provider.ts"

/** A class such as xterm's `Terminal`. */
export type TerminalClass = new (options?: object) => TerminalLike

/** What a terminal is given. */
export interface TerminalProps extends TerminalPaneOptions {
  readonly session: string
  /** The emulator's class; without it `@xterm/xterm` is loaded when it is first needed. Its style sheet is for the page to load. */
  readonly terminal?: TerminalClass
  /** Options of the emulator; those of the first rendering count. */
  readonly options?: object
  /** Called with the emulator once it is in the page, for add-ons and focus. */
  readonly onReady?: (terminal: TerminalLike) => void
  readonly className?: string
  readonly style?: CSSProperties
}

const load = async (): Promise<TerminalClass> => (await import("@xterm/xterm")).Terminal

/** Shows a terminal and types into it. The element's size is its own; with `fit` the session is asked to take it. */
export function Terminal(props: TerminalProps): ReactElement {
  const { session, terminal: given, readOnly = false, fit = true, className, style } = props
  const hub = useHub()
  const element = useRef<HTMLDivElement>(null)
  const latest = useRef(props)
  const [failure, setFailure] = useState<Error>()
  useEffect(() => {
    latest.current = props
  })
  useEffect(() => {
    const release = hub.holdSession(session)
    let end: (() => void) | undefined
    let isGone = false
    const begin = (Emulator: TerminalClass): void => {
      if (isGone || element.current === null) return
      const emulator = new Emulator(latest.current.options)
      const onRefused: TerminalPaneOptions["onRefused"] = (error) => latest.current.onRefused?.(error)
      const onSkipped = (): void => latest.current.onSkipped?.()
      const { close } = openTerminal(hub.view(session), emulator, element.current, { readOnly, fit, onRefused, onSkipped })
      end = () => {
        close()
        emulator.dispose()
      }
      latest.current.onReady?.(emulator)
    }
    if (given !== undefined) begin(given)
    else load().then(begin, (cause: unknown) => setFailure(cause instanceof Error ? cause : new Error(String(cause))))
    return () => {
      isGone = true
      end?.()
      release()
    }
  }, [hub, session, given, readOnly, fit])
  // What cannot be loaded is for the error boundary of the page.
  if (failure !== undefined) throw failure
  return createElement("div", { ref: element, className, style, "data-holdfast": "terminal" })
}
