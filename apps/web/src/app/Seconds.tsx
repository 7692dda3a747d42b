/** Seconds until a time, counted down. */
import { useEffect, useState } from "react"
import type { ReactElement } from "react"

/** How many seconds are left until `until`, in epoch milliseconds. */
export function Seconds({ until }: { readonly until: number }): ReactElement {
  const [now, setNow] = useState(Date.now)
  const left = Math.max(0, Math.ceil((until - now) / 1000))
  useEffect(() => {
    const timer = setTimeout(() => setNow(Date.now()), ((until - Date.now()) % 1000) + 5 || 1000)
    return () => clearTimeout(timer)
  }, [until, now])
  return <>{left} s</>
}
