/** The buttons of a request: as large as the thumb needs on a phone. */
import type { ReactNode } from "react"
import { Button } from "../ui/Button.tsx"
import styles from "./Request.module.css"

/** What a button is given. */
export interface ActProps {
  readonly children: ReactNode
  readonly onAct: () => void
  /** The key that does the same, in the words of tinykeys. */
  readonly keys?: string
  readonly tone?: "go" | "plain" | "quiet"
  readonly isDisabled?: boolean
  readonly title?: string | undefined
  /** What a test finds it by. */
  readonly name?: string
}

const KINDS = { go: "wait", plain: "plain", quiet: "quiet" } as const

/** A button. */
export function Act({ children, onAct, keys, tone = "plain", isDisabled = false, title, name }: ActProps) {
  return (
    <Button
      kind={KINDS[tone]}
      keys={keys}
      className={`${styles["act"]} ${styles[tone] ?? ""}`}
      disabled={isDisabled}
      onClick={onAct}
      title={title}
      data-act={name}
    >
      {children}
    </Button>
  )
}
