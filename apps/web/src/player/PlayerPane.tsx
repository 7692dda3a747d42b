/** Playback of a session's log. */
import type { ReactElement } from "react"
import type { PaneProps } from "../workspace/pane-props.ts"

/** Says that it cannot be shown. */
export default function PlayerPane({ session }: PaneProps): ReactElement {
  return <p style={{ padding: 16 }}>The log of {session} cannot be played by this version.</p>
}
