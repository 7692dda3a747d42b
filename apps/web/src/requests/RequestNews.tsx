/** What became of an answer while its request is open: on its way, kept until the hub is back, refused. */
import { useStore } from "../ui/store.ts"
import { Act } from "./Act.tsx"
import { wordsOf } from "./answer.ts"
import { lateAnswers } from "./late-answers.ts"
import styles from "./Request.module.css"
import type { RequestNow } from "./request-now.ts"
import { requestKey } from "./snooze.ts"

/** Says how the answer stands. */
export function RequestNews({ now, session }: { readonly now: RequestNow; readonly session: string }) {
  const { answer, detail, lack, request } = now
  const late = useStore(lateAnswers).find(({ key }) => key === requestKey(session, request.id))
  const { state, isKept, takeBack } = answer
  if (state._tag === "Sending") {
    const option = request.options.find(({ id }) => id === state.answer.optionId)
    const words = wordsOf(state.answer)
    return (
      <div className={styles["news"]} role="status">
        <p>
          {isKept ? "Not connected. Your answer will be sent: " : "Your answer is on its way: "}
          {option?.label ?? state.answer.optionId}
          {words === "" ? "" : `, ${words}`}
        </p>
        {isKept ? <Act onAct={takeBack}>Take it back</Act> : null}
      </div>
    )
  }
  if (late !== undefined)
    return (
      <p className={styles["problem"]} role="alert">
        {late.told}
      </p>
    )
  if (detail.problem !== undefined && detail.detail === undefined && lack !== undefined)
    return (
      <div className={styles["news"]} role="alert">
        <p>{lack}</p>
        <Act onAct={detail.again}>Try again</Act>
      </div>
    )
  return lack === undefined || request.kind === "question" ? null : <p className={styles["soft"]}>{lack}</p>
}
