/** Why the queue does not continue, with how long that lasts and what ends it. */
import type { TrustState } from "@holdfast/protocol/agent/trust"
import { useQueue, useSession } from "@holdfast/react"
import { useGo } from "../app/use-route.ts"
import { Button } from "../ui/Button.tsx"
import { clockTime, fullTime } from "../ui/time.ts"
import styles from "./Held.module.css"
import { holdWords, isHeldByTrust, trustHoldWords, untilText } from "./hold-words.ts"
import { useSeconds } from "./use-seconds.ts"

/** Shows a hold. */
export function Held({ session, onTold }: { readonly session: string; readonly onTold: (told: string) => void }) {
  const { hold, items, release } = useQueue(session)
  const { now } = useSeconds(hold?.until !== undefined)
  const { session: record } = useSession(session)
  const trust = record === undefined || record.status === "offline" ? undefined : record.agent?.trust?.state
  if (hold === undefined) return null
  if (isHeldByTrust(hold, trust)) return <HeldByTrust trust={trust} />
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

/** A queue that continues once its directory is trusted, and not by itself. */
function HeldByTrust({ trust }: { readonly trust: TrustState | undefined }) {
  const go = useGo()
  return (
    <div className={styles["held"]} data-hold="trust" role="status">
      <p>{trustHoldWords(trust)}</p>
      {trust === "refused" ? <Button onClick={() => go("/settings/trust")}>Trusted directories</Button> : null}
    </div>
  )
}
