/** What stands in for a part of the page that is loaded. */
import type { ReactElement } from "react"
import { useStore } from "../ui/store.ts"
import { partsAwaited } from "./part.ts"
import styles from "./ErrorBoundary.module.css"

/** Nothing while a part is on its way, and that the server is away while it waits for that. `what`: "This pane". */
export function PartAwaited({ what }: { readonly what: string }): ReactElement | null {
  if (useStore(partsAwaited) === 0) return null
  return (
    <p className={styles["awaited"]} role="status">
      {what} has not been loaded yet, and the server does not answer. It is shown once the server is back.
    </p>
  )
}
