/** An edit as lines that it takes away and adds: all of them, as it is to be read before it is allowed (APP-40). */
import { DiffView } from "../ui/diff/DiffView.tsx"
import type { AskedEdit } from "./asked-edits.ts"
import styles from "./Request.module.css"

/** Shows an edit. */
export function EditDiff({ edit: { path, before, after, isWhole } }: { readonly edit: AskedEdit }) {
  return (
    <div className={styles["diff"]} data-read="" role="region" aria-label={`The change of ${path}`}>
      <DiffView before={before} after={after} path={path} isWhole={isWhole} isFolded={false} isUnified fills />
    </div>
  )
}
