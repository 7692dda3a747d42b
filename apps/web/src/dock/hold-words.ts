/** Why a queue does not continue, and what ends that, in words. */
import type { Hold } from "@holdfast/protocol/agent/hold"

/** What is said of a hold. `until` is when it ends by itself. */
export interface HoldWords {
  readonly words: string
  readonly until: number | undefined
  readonly release: string
}

const WHY: Readonly<Record<Hold["reason"], string>> = {
  interrupted: "Stopped by a person. What waits is held.",
  stalled: "The agent was silent for too long and was stopped. What waits is held.",
  error: "The turn failed. What waits is held.",
  lost: "The agent's process was lost. What waits is held.",
  "usage-limit": "The provider's usage limit is reached.",
  "rate-limit": "Too many requests in a short time.",
  person: "You held the queue.",
}

/** The words of a hold. */
export function holdWords({ reason, message, until, continues }: Hold): HoldWords {
  const why = WHY[reason]
  const words = message === undefined || message === "" ? why : `${why} ${message}`
  return {
    words,
    until: continues === true || reason === "usage-limit" || reason === "rate-limit" ? until : undefined,
    release: reason === "usage-limit" || reason === "rate-limit" ? "Try now" : "Continue",
  }
}

/** How long it is until a time: `4 s`, `12 min`, `2 h 5 min`; empty once it has come. */
export function untilText(until: number, now: number): string {
  const seconds = Math.ceil((until - now) / 1000)
  if (seconds <= 0) return ""
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.ceil(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const rest = minutes % 60
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`
}
