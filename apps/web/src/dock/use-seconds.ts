/** The time, as it passes. */
import { useEffect, useState } from "react"

/** A time that passes, and since when it is counted, both in epoch milliseconds. */
export interface Seconds {
  readonly now: number
  readonly since: number
}

/** The time, once a second while there is something to count. */
export function useSeconds(isCounting: boolean): Seconds {
  const [seconds, setSeconds] = useState((): Seconds => ({ now: Date.now(), since: Date.now() }))
  useEffect(() => {
    if (!isCounting) return undefined
    const since = Date.now()
    const tick = (): void => setSeconds({ now: Date.now(), since })
    const first = setTimeout(tick, 0)
    const timer = setInterval(tick, 1000)
    return () => {
      clearTimeout(first)
      clearInterval(timer)
    }
  }, [isCounting])
  return seconds
}
