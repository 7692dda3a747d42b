/** What waits for a person, to be gone to. */
import type { ReactElement } from "react"
import { useWaitingNow } from "../app/waiting.ts"
import { Button } from "../ui/Button.tsx"
import { Time } from "../ui/Time.tsx"
import { useOpen } from "../workspace/use-open.ts"

/** The sessions that wait, the longest first; `onOpen` when one is gone to. */
export default function Inbox({ onOpen }: { readonly onOpen: () => void }): ReactElement {
  const waiting = useWaitingNow()
  const open = useOpen()
  return (
    <ul>
      {waiting.map(({ session, label, since }) => (
        <li key={session}>
          <Button
            kind="quiet"
            onClick={() => {
              onOpen()
              open.session(session)
            }}
          >
            <span dir="auto">{label}</span> <Time at={since} />
          </Button>
        </li>
      ))}
    </ul>
  )
}
