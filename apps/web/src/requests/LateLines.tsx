/** Answers of this page that came to nothing, with what was typed, until a person has seen them (docs/protocol/app-rules.md, APP-43, APP-44). */
import { useHub } from "@holdfast/react"
import { appendToDraft } from "../dock/append-to-draft.ts"
import { useStore } from "../ui/store.ts"
import { Act } from "./Act.tsx"
import { forgetLate, type LateAnswer, lateAnswers } from "./late-answers.ts"
import styles from "./Settled.module.css"
import { requestKey } from "./snooze.ts"
import type { OpenRequest } from "./use-settled.ts"
import { forgetWords } from "./use-words.ts"

/** What the lines are given. */
export interface LateLinesProps {
  /** Of one session, or of all. */
  readonly session?: string
  /** Requests that are shown anyway, and tell it themselves. */
  readonly open: ReadonlyArray<OpenRequest>
}

/** Shows them. */
export function LateLines({ session, open }: LateLinesProps) {
  const shown = new Set(open.map((one) => requestKey(one.session, one.request.id)))
  const late = useStore(lateAnswers).filter((one) => !shown.has(one.key) && (session === undefined || one.session === session))
  return late.map((one) => <Line key={one.key} late={one} />)
}

function Line({ late: { key, session, told, words } }: { readonly late: LateAnswer }) {
  const hub = useHub()
  const putAway = (): void => {
    forgetLate(key, hub.box)
    forgetWords(key)
  }
  return (
    <div className={styles["late"]} role="alert" data-late={key}>
      <p dir="auto">{told}</p>
      {words === "" ? null : (
        <>
          <blockquote dir="auto">{words}</blockquote>
          <Act
            onAct={() => {
              appendToDraft(hub, session, words)
              putAway()
            }}
          >
            Put your words into the message
          </Act>
        </>
      )}
      <Act tone="quiet" onAct={putAway}>
        Put away
      </Act>
    </div>
  )
}
