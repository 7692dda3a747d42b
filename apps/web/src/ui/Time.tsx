/** A time as how long ago it was, with the whole of it on hover. */
import type { ReactElement } from "react"
import { useAgo } from "./clock.ts"
import { fullTime, saidAgo, timeAgo } from "./time.ts"

interface TimeProps {
  /** Epoch milliseconds. */
  readonly at: number
  /** It stands in a sentence: `3 s ago`, where it is not a date. */
  readonly isSaid?: boolean
  readonly className?: string | undefined
}

/** How long ago something was. */
export function Time({ at, isSaid = false, className }: TimeProps): ReactElement {
  const ago = useAgo(at, (now) => (isSaid ? saidAgo(at, now) : timeAgo(at, now)))
  return (
    <time dateTime={new Date(at).toISOString()} title={fullTime(at)} className={className}>
      {ago}
    </time>
  )
}
