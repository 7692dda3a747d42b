/** A terminal in a film. */
import { useEffect, useRef, useState } from "react"
import type { ReactElement } from "react"
import css from "./Player.module.css"
import type { FilmScreen } from "./xterm-screen.ts"
import type { TerminalStage } from "./TerminalStage.ts"

/** Shows what the stage draws. */
export function FilmTerminal({ stage, label }: { readonly stage: TerminalStage; readonly label: string }): ReactElement {
  const host = useRef<HTMLDivElement>(null)
  const [problem, setProblem] = useState<string>()
  useEffect(() => {
    const element = host.current
    if (element === null) return undefined
    let screen: FilmScreen | undefined
    let isOver = false
    const failed = (cause: unknown): void => setProblem(cause instanceof Error ? cause.message : String(cause))
    void import("./xterm-screen.ts")
      .then(async ({ filmScreen }) => {
        const made = await filmScreen(element)
        if (isOver) return made.end()
        screen = made
        await stage.drawOn(made)
      })
      .catch(failed)
    const sizes = new ResizeObserver(() => screen?.fit())
    sizes.observe(element)
    return () => {
      isOver = true
      sizes.disconnect()
      void stage.drawOn(undefined)
      screen?.end()
    }
  }, [stage])
  return (
    <div className={css["terminal"]} role="group" aria-label={`Screen of ${label}`} data-film="terminal">
      <div className={css["screen"]} ref={host} />
      {problem === undefined ? null : <p role="alert">The screen cannot be drawn: {problem}</p>}
    </div>
  )
}
