/** The name of a pane's session in its title line; it is renamed and tagged there. */
import type { ReactElement } from "react"
import { useSession } from "@holdfast/react"
import { useEditing } from "../list/editing.ts"
import { EditLabel, EditTags } from "../list/RowEdit.tsx"
import styles from "./PaneHead.module.css"

interface PaneNameProps {
  readonly session: string
  readonly isFocused: boolean
}

/** The name, or the field for it. */
export function PaneName({ session, isFocused }: PaneNameProps): ReactElement {
  const { session: record } = useSession(session)
  const { edited } = useEditing()
  const isEdited = isFocused && edited?.place === "pane" && edited.id === session
  if (isEdited && record !== undefined && record.status !== "offline") {
    const Field = edited.what === "label" ? EditLabel : EditTags
    return <Field key={session} session={record} className={styles["edit"]} />
  }
  return (
    <h2 className={styles["label"]} dir="auto" title={record?.label}>
      {record?.label ?? "…"}
    </h2>
  )
}
