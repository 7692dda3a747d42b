/** How old the list is when it is not the server's of now: started offline, it is the one that was kept here. */
import type { ReactElement } from "react"
import { listAge } from "../app/kept.ts"
import { useStore } from "../ui/store.ts"
import { Time } from "../ui/Time.tsx"
import css from "./rail.module.css"

/** The line with the age, while the list is not the server's. */
export function KeptAge(): ReactElement | null {
  const at = useStore(listAge)
  if (at === undefined) return null
  return (
    <p className={css["kept"]} role="status">
      The list as it was kept here (<Time at={at} />
      ). It is asked for again.
    </p>
  )
}
