/** Why the queue does not continue, with how long that lasts and what ends it. */
import { useQueue } from "@holdfast/react"
import { Button } from "../ui/Button.tsx"
import { clockTime, fullTime } from "../ui/time.ts"
import styles from "./Held.module.css"
import { holdWords, untilText } from "./hold-words.ts"
import { useSeconds } from "./use-seconds.ts"

/** Shows a hold. */
export function Held({ session, onTold }: { readonly session: string; readonly onTold: (told: string) => void }) {
  const { hold, items, release } = useQueue(session)
  const { now } = useSeconds(hold?.until !== undefined)
  if (hold === undefined) return null
  const { words, until, release: verb } = holdWords(hold)
  const left = until === undefined ? "" : untilText(until, now)
  return (
    <div className={styles["held"]} data-hold={hold.reason} role="status">
      <p dir="auto">
        {words}
        {until === undefined || left === "" ? null : (
          <>
            {" "}
            <time dateTime={new Date(until).toISOString()} title={fullTime(until)}>
              {hold.continues === true ? "Continues" : "Ends"} at {clockTime(until)}, in {left}.
            </time>
          </>
        )}
      </p>
      {items.length === 0 && hold.reason !== "person" ? null : (
        <Button onClick={() => release().catch((cause: Error) => onTold(cause.message))} data-act="release">
          {verb}
        </Button>
      )}
    </div>
  )
}
