/** How many sessions are followed at this moment. */
import { useEffect, useState } from "react"
import type { ReactElement } from "react"
import { useConnection, useHub, useLayout } from "@holdfast/react"

/** Milliseconds after which what a layout shows is attached, and what it does not show is let go of. */
const SETTLED = 1300

/** The number, and how many stay so although they are not shown. */
export function LiveCount(): ReactElement {
  const hub = useHub()
  const { layout } = useLayout()
  const { isConnected } = useConnection()
  const [count, setCount] = useState(0)
  useEffect(() => {
    const count = (): void => setCount(hub.attached.shown + hub.attached.hidden)
    const timer = setTimeout(count, SETTLED)
    return () => clearTimeout(timer)
  }, [hub, layout, isConnected])
  return (
    <span title="Sessions whose events arrive here as they happen. Those that were shown last stay so, and are there at once.">
      {count} live
    </span>
  )
}
