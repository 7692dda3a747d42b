/** The list of sessions. */
import type { ReactElement } from "react"
import { useSession, useSessionIds } from "@holdfast/react"
import { StateMark } from "../ui/StateMark.tsx"
import { useOpen } from "../workspace/use-open.ts"
import styles from "./Rail.module.css"

/** Every active session, those active last first. */
export function Rail(): ReactElement {
  const ids = useSessionIds()
  return (
    <ul className={styles["list"]}>
      {ids.map((id) => (
        <Row key={id} session={id} />
      ))}
    </ul>
  )
}

function Row({ session }: { readonly session: string }): ReactElement {
  const { session: record } = useSession(session)
  const open = useOpen()
  return (
    <li>
      <button type="button" className={styles["row"]} data-row={session} onClick={() => open.session(session)}>
        <StateMark session={session} />
        <span className={styles["label"]} dir="auto">
          {record?.label}
        </span>
      </button>
    </li>
  )
}
