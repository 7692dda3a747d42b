/** The trace of a session's whole log, as wide as its pane. */
import type { ReactElement } from "react"

interface WholeTraceProps {
  readonly session: string
  /** Goes to a place in the log. */
  readonly onSeek: (seq: number) => void
}

/** A hairline. */
export function WholeTrace({ session }: WholeTraceProps): ReactElement {
  return (
    <hr
      aria-hidden="true"
      data-trace={session}
      style={{ margin: "6px 0 0", border: 0, borderBlockStart: "1px solid var(--line-2)" }}
    />
  )
}
