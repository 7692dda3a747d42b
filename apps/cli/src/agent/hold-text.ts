/**
 * Why a queue does not go on, as people read it.
 */
import type { Hold } from "@holdfast/protocol/agent/queue"
import { clock } from "../text/amounts.ts"
import { printable } from "../text/printable.ts"

/** Why a queue does not go on, in words. */
export function holdText(hold: Hold | undefined): string | undefined {
  if (hold === undefined) return undefined
  const reasons = {
    interrupted: "held after an interrupt",
    error: "held after an error",
    lost: "held because the runner was lost",
    "usage-limit": "held by a usage limit",
    person: "held by a person",
  } as const
  const until = hold.until === undefined ? "" : `; ${hold.goesOn === true ? "goes on" : "the limit ends"} at ${clock(hold.until)}`
  const message = hold.message === undefined ? "" : `: ${printable(hold.message)}`
  return `${reasons[hold.reason]}${message}${until}`
}
