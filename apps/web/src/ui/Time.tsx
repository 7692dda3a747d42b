/** A time as how long ago it was, with the whole of it on hover. */
import type { ReactElement } from "react"
import { useAgo } from "./clock.ts"
import { fullTime, timeAgo } from "./time.ts"

/** How long ago `at`, in epoch milliseconds, was. */
export function Time({ at, className }: { readonly at: number; readonly className?: string | undefined }): ReactElement {
  const ago = useAgo(at, (now) => timeAgo(at, now))
  return (
    <time dateTime={new Date(at).toISOString()} title={fullTime(at)} className={className}>
      {ago}
    </time>
  )
}
