/** Why a queue does not continue, and what ends that, in words. */
import type { Hold } from "@holdfast/protocol/agent/hold"
import type { TrustState } from "@holdfast/protocol/agent/trust"

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

/** What the hub says of a queue that is held until its directory is trusted. */
const UNTRUSTED = "DirectoryUntrusted"

/** Whether a queue is held until its directory is trusted: then no one can continue it otherwise. */
export function isHeldByTrust(hold: Hold | undefined, trust: TrustState | undefined): boolean {
  return hold?.tag === UNTRUSTED && (trust === "waiting" || trust === "refused")
}

/** Why a queue is held until its directory is trusted, and what ends that. */
export function trustHoldWords(trust: TrustState | undefined): string {
  return trust === "refused"
    ? "This directory is refused, and the agent would run what is in it. What waits is sent once the directory is trusted: revoke the decision in the settings."
    : "The agent would run what is in this directory. What waits is sent once you trust it."
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
