/** How a terminal's process ended, and what can be done then. */
import { useState } from "react"
import type { ReactElement } from "react"
import type { SessionView } from "@holdfast/client/model"
import { useCell, useSessionService } from "@holdfast/react"
import type { Session } from "@holdfast/protocol/session"
import { Button } from "../../ui/Button.tsx"
import type { Emulator } from "./Emulator.ts"
import styles from "./terminal.module.css"

/** How the process of a record ended, in words; `undefined` while it has not. */
export function endOf({
  process,
  exitCode,
  signal,
  problem,
}: Pick<Session, "process" | "exitCode" | "signal" | "problem">):
  | { readonly words: string; readonly detail: string | undefined; readonly isBad: boolean }
  | undefined {
  if (process === "exited") {
    const words = signal === undefined ? `Exited ${exitCode ?? 0}` : `Ended by ${signal}`
    return { words, detail: undefined, isBad: signal !== undefined || (exitCode ?? 0) !== 0 }
  }
  if (process === "lost")
    return { words: "Lost", detail: problem ?? "the program that ran it is gone; its output is kept", isBad: true }
  if (process === "failed") return { words: "Did not start", detail: problem, isBad: true }
  return undefined
}

interface EndedProps {
  readonly view: SessionView
  readonly emulator: Emulator | undefined
}

/** A line below the screen; nothing while the process runs. */
export function Ended({ view, emulator }: EndedProps): ReactElement | null {
  const record = useCell(view.record)
  const service = useSessionService()
  const [isAsked, setIsAsked] = useState(false)
  const [refusal, setRefusal] = useState<string>()
  const end = record === undefined ? undefined : endOf(record)
  if (record === undefined || end === undefined) return null
  const restart = (): void => {
    setIsAsked(true)
    setRefusal(undefined)
    service
      .restart(view.id, { key: crypto.randomUUID(), ...view.size })
      .then(
        () => emulator?.terminal.focus(),
        (cause: unknown) => setRefusal(cause instanceof Error ? cause.message : String(cause)),
      )
      .finally(() => setIsAsked(false))
  }
  const command = [record.terminal?.command, ...(record.terminal?.args ?? [])].join(" ")
  return (
    <div className={styles["ended"]} role="status" data-bad={end.isBad ? "" : undefined}>
      <span className={styles["mark"]} aria-hidden="true">
        {end.isBad ? "✕" : "○"}
      </span>
      <b>{end.words}</b>
      <span className={styles["detail"]} dir="auto">
        {refusal ?? end.detail}
      </span>
      {record.status === "active" ? (
        <Button icon="restart" onClick={restart} disabled={isAsked} title={`Start again: ${command}`}>
          {isAsked ? "Starting" : "Start again"}
        </Button>
      ) : null}
    </div>
  )
}
