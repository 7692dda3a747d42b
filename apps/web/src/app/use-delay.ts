/** How long an answer of the server takes: measured when the connection begins and whenever the page is looked at again. */
import { useEffect, useState } from "react"
import { useConnection, useHub } from "@holdfast/react"

/** Milliseconds from a question to its answer; `undefined` before the first. */
export function useDelay(): number | undefined {
  const hub = useHub()
  const { isConnected } = useConnection()
  const [delay, setDelay] = useState<number | undefined>(undefined)
  useEffect(() => {
    if (!isConnected) return undefined
    let isOver = false
    const measure = (): void => {
      if (document.visibilityState === "hidden") return
      const began = performance.now()
      // The least that it can be asked.
      hub.hub.connection.request("traces.list", { sessions: [] }, ({ ok }) => {
        if (ok && !isOver) setDelay(Math.max(1, Math.round(performance.now() - began)))
      })
    }
    // What a page asks for when it connects comes first.
    const timer = setTimeout(measure, 1500)
    addEventListener("focus", measure)
    document.addEventListener("visibilitychange", measure)
    return () => {
      isOver = true
      clearTimeout(timer)
      removeEventListener("focus", measure)
      document.removeEventListener("visibilitychange", measure)
    }
  }, [hub, isConnected])
  return delay
}
