/** The answers that are remembered for one session: seen, and forgotten (docs/protocol/app-rules.md, APP-143). */
import { useCallback, useState } from "react"
import type { ReactElement } from "react"
import { coverWords } from "@holdfast/core/agent/rule-words"
import type { Hub } from "@holdfast/client/model"
import { useSession } from "@holdfast/react"
import { useGo } from "../app/use-route.ts"
import { Things } from "../settings/Part.tsx"
import { useAsked } from "../settings/use-asked.ts"
import { Button } from "../ui/Button.tsx"
import { PageDialog } from "../ui/PageDialog.tsx"
import { shownRules } from "./session-rules-state.ts"
import styles from "./SessionRules.module.css"
import { Written } from "./Written.tsx"

const close = (): void => shownRules.set(undefined)

/** Shows the rules of a session over the page. */
// oxlint-disable-next-line import/no-default-export -- it is loaded when it is first shown
export default function SessionRules({ session }: { readonly session: string }): ReactElement {
  const { session: record } = useSession(session)
  const go = useGo()
  return (
    <PageDialog title="Rules of this session" about={record?.label} onClose={close}>
      <Remembered session={session} />
      <footer className={styles["foot"]}>
        <Button
          kind="quiet"
          onClick={() => {
            close()
            go("/settings/rules")
          }}
        >
          Rules for all sessions
        </Button>
      </footer>
    </PageDialog>
  )
}

function Remembered({ session }: { readonly session: string }): ReactElement {
  const read = useCallback(async (hub: Hub) => (await hub.agents.rules(session)).rules, [session])
  const { value, problem, change } = useAsked(read)
  const [told, tell] = useState("")
  return (
    <div className={styles["list"]}>
      <p className={styles["about"]}>Answers that were given for this session. What is forgotten is asked again.</p>
      {problem === undefined ? null : (
        <p className={styles["problem"]} role="alert">
          {problem}
        </p>
      )}
      <Things value={value} none="There are none. “Always” on a request makes one.">
        {(rule) => (
          <li key={JSON.stringify(rule)} data-rule="">
            <b>{rule.allow ? "Allow" : "Refuse"}</b>
            <span dir="auto">
              <Written text={coverWords(rule)} />
            </span>
            <Button
              onClick={() =>
                void change((hub) => hub.agents.forgetRule(rule, session)).then((isDone) => isDone && tell(coverWords(rule)))
              }
              aria-label={`Forget: ${coverWords(rule)}`}
            >
              Forget
            </Button>
          </li>
        )}
      </Things>
      <p className={styles["about"]} role="status">
        {told === "" ? null : <>Forgotten: {told}</>}
      </p>
    </div>
  )
}
