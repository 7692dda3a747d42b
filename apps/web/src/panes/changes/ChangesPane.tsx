/** What a session changed in its directory. */
import type { ReactElement } from "react"
import type { PaneProps } from "../../workspace/pane-props.ts"

/** Says that it cannot be shown. */
export default function ChangesPane({ session }: PaneProps): ReactElement {
  return <p style={{ padding: 16 }}>Changes of {session} cannot be shown by this version.</p>
}
