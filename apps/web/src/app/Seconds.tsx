/** Seconds until a time, counted down. */
import { useEffect, useState } from "react"
import type { ReactElement } from "react"
import { nextSecond } from "../ui/time.ts"

/** How many seconds are left until `until`, in epoch milliseconds. */
export function Seconds({ until }: { readonly until: number }): ReactElement {
  const [now, setNow] = useState(Date.now)
  const left = Math.max(0, Math.ceil((until - now) / 1000))
  useEffect(() => {
    const wait = nextSecond(until, Date.now())
    if (wait === undefined) return undefined
    const timer = setTimeout(() => setNow(Date.now()), wait)
    return () => clearTimeout(timer)
  }, [until, now])
  return <>{left} s</>
}
