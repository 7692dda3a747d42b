/**
 * Why a queue does not continue, and what continues it, as people read it.
 */
import type { Hold } from "@holdfast/protocol/agent/hold"
import type { AlsoSends } from "@holdfast/protocol/agent/message"
import { hint, hubWords } from "../hint.ts"
import { clock } from "../text/amounts.ts"
import { printable } from "../text/printable.ts"

const REASONS = {
  interrupted: "held after an interrupt",
  stalled: "held because the agent was silent for too long",
  error: "held after an error",
  lost: "held because the runner was lost",
  "usage-limit": "held by a usage limit",
  "rate-limit": "held by a short provider limit",
  person: "held by a person",
} as const

/** Why a queue does not continue, in words. */
export function holdText(hold: Hold | undefined): string | undefined {
  if (hold === undefined) return undefined
  const { reason, continues, until: time } = hold
  const until =
    time === undefined ? "" : `; ${continues === true ? "continues automatically" : "the limit ends"} at ${clock(time)}`
  const message = hold.message === undefined ? "" : `: ${hubWords(hold.message)}`
  return `${REASONS[reason]}${message}${until}`
}

/** The same with the command that continues it now; `id` names the session. */
export function heldText(hold: Hold, id: string): string {
  return `${holdText(hold) ?? ""}; to continue now: ${hint(`queue release ${id}`)}`
}

/** What was held and is sent along with a message that released it (Q-20). */
export function alsoSendsText({ count, first }: AlsoSends): string {
  return `also sends ${count} held message${count === 1 ? "" : "s"}: ${printable(first)}${count === 1 ? "" : `, and ${count - 1} more`}`
}
