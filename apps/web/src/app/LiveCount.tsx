/** How many sessions are followed at this moment, and how many would be at most with what is shown. */
import { useEffect, useState } from "react"
import type { ReactElement } from "react"
import { HIDDEN_ATTACHMENTS } from "@holdfast/client/AttachmentCache"
import { useConnection, useHub } from "@holdfast/react"
import { useLayoutNow } from "../workspace/layout-now.ts"

/** Milliseconds after which what a layout shows is attached, and what it does not show is let go of: at most. */
const SETTLED = [300, 1300, 4000]

/** The numbers: those that are shown, and those that were shown last and stay at hand. */
export function LiveCount(): ReactElement | null {
  const hub = useHub()
  const layout = useLayoutNow()
  const { isConnected } = useConnection()
  const [shown, setShown] = useState(0)
  const [hidden, setHidden] = useState(0)
  useEffect(() => {
    const count = (): void => {
      setShown(hub.attached.shown)
      setHidden(hub.attached.hidden)
    }
    const timers = SETTLED.map((after) => setTimeout(count, after))
    return () => timers.forEach(clearTimeout)
  }, [hub, layout, isConnected])
  if (shown + hidden === 0) return null
  return (
    <span
      title={`Sessions whose events arrive here as they happen: what the panes show, and up to ${HIDDEN_ATTACHMENTS} that were shown last, which are there at once.`}
    >
      {shown + hidden} of {shown + HIDDEN_ATTACHMENTS} live
    </span>
  )
}
