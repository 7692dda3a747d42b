/** An edit as lines that it takes away and adds. */
import { useMemo } from "react"
import type { AskedEdit } from "./asked.ts"
import { editLines } from "./edit-lines.ts"
import styles from "./Request.module.css"
import { Written } from "./Written.tsx"

const CLASS = { "+": "add", "−": "del", " ": "same" } as const
const SAID = { "+": "added", "−": "removed", " ": undefined } as const

/** Shows an edit. */
export function EditDiff({ edit }: { readonly edit: AskedEdit }) {
  const lines = useMemo(() => editLines(edit), [edit])
  return (
    <pre className={styles["diff"]} tabIndex={0} aria-label={`The change of ${edit.path}`}>
      {lines.map(({ sign, text }, index) => (
        // Lines do not move: the place names them.
        <span key={index} className={styles[CLASS[sign]]}>
          <i aria-label={SAID[sign]}>{sign}</i>
          <Written text={text} />
          {"\n"}
        </span>
      ))}
    </pre>
  )
}
