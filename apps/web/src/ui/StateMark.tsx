/** The sign of how a session stands: by shape and colour, with words for those who do not see it. */
import type { ReactElement } from "react"
import { useSeen, useSession } from "@holdfast/react"
import { STANDING_WORDS, standingOf } from "./state.ts"
import type { SessionStanding } from "./state.ts"
import styles from "./StateMark.module.css"

/** How a session stands, and whether it is a terminal; `undefined` while its record is not known. */
export function useStanding(session: string): { readonly standing: SessionStanding; readonly isTerminal: boolean } | undefined {
  const record = useSession(session).session
  const { isUnread } = useSeen(session)
  return record === undefined ? undefined : { standing: standingOf(record, isUnread), isTerminal: record.kind === "terminal" }
}

/** The sign of a session, as it changes. */
export function StateMark({ session }: { readonly session: string }): ReactElement {
  const { standing, isTerminal } = useStanding(session) ?? { standing: "idle" as const, isTerminal: false }
  return <StandingMark standing={standing} isTerminal={isTerminal} />
}

interface StandingMarkProps {
  readonly standing: SessionStanding
  readonly isTerminal?: boolean
}

/** The sign of a standing. A terminal that does nothing else of note has its own. */
export function StandingMark({ standing, isTerminal = false }: StandingMarkProps): ReactElement {
  const isPrompt = isTerminal && (standing === "idle" || standing === "working")
  const words = STANDING_WORDS[standing]
  return (
    <svg
      className={styles["mark"]}
      data-standing={standing}
      viewBox="0 0 16 16"
      width="16"
      height="16"
      role="img"
      aria-label={words}
    >
      {isPrompt ? <path d="M3 5l3 3-3 3M8 11.5h5" className={styles["prompt"]} /> : <Shape standing={standing} />}
    </svg>
  )
}

function Shape({ standing }: { readonly standing: SessionStanding }): ReactElement {
  switch (standing) {
    case "waits":
      return <path d="M8 2.4 13.6 8 8 13.6 2.4 8Z" className={styles["solid"]} />
    case "working":
      return (
        <g className={styles["pulse"]}>
          <circle cx="8" cy="8" r="4.6" className={styles["ring"]} />
          <path d="M8 3.4a4.6 4.6 0 0 1 0 9.2Z" className={styles["solid"]} />
        </g>
      )
    case "finished":
      return <circle cx="8" cy="8" r="4" className={styles["solid"]} />
    case "failed":
      return <path d="M4.4 4.4l7.2 7.2M11.6 4.4l-7.2 7.2" className={styles["cross"]} />
    case "offline":
      return <circle cx="8" cy="8" r="4" className={styles["dashed"]} />
    case "idle":
      return <circle cx="8" cy="8" r="3.6" className={styles["ring"]} />
  }
}
