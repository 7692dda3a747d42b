/** How many sessions are followed at this moment. */
import { useEffect, useState } from "react"
import type { ReactElement } from "react"
import { useConnection, useHub } from "@holdfast/react"
import { useLayoutNow } from "../workspace/layout-now.ts"

/** Milliseconds after which what a layout shows is attached, and what it does not show is let go of: at most. */
const SETTLED = [300, 1300, 4000]

/** The number, and how many stay so although they are not shown. */
export function LiveCount(): ReactElement | null {
  const hub = useHub()
  const layout = useLayoutNow()
  const { isConnected } = useConnection()
  const [count, setCount] = useState(0)
  useEffect(() => {
    const count = (): void => setCount(hub.attached.shown + hub.attached.hidden)
    const timers = SETTLED.map((after) => setTimeout(count, after))
    return () => timers.forEach(clearTimeout)
  }, [hub, layout, isConnected])
  if (count === 0) return null
  return (
    <span title="Sessions whose events arrive here as they happen. Those that were shown last stay so, and are there at once.">
      {count} live
    </span>
  )
}
