/** What stopping does and how far it is, in words: an interrupt first, and the end of the process when that is not heeded. */
import type { TurnState } from "@holdfast/client/model"

/** Milliseconds after an interrupt until the agent's process is ended, where the server's setting `interruptGrace` is as it comes. */
export const GRACE = 10_000

/** A stop as it is shown. */
export interface StopWords {
  readonly words: string
  readonly title: string
  readonly isStopping: boolean
}

/** The words of a stop; `undefined` when no turn streams. `since`: when it was seen that the turn is being stopped. */
export function stopWords(
  turn: Pick<TurnState, "status" | "interrupting" | "silentSince">,
  since: number | undefined,
  now: number,
): StopWords | undefined {
  if (turn.status !== "streaming") return undefined
  if (turn.interrupting !== true)
    return { words: "Stop", title: "Interrupts the turn and keeps what it did; the queue is held", isStopping: false }
  const left = Math.ceil(((since ?? now) + GRACE - now) / 1000)
  return left > 0
    ? {
        words: `Stopping, ${left} s`,
        title: `Interrupted. If the agent does not react, its process is ended in ${left} s`,
        isStopping: true,
      }
    : { words: "Ending its process", title: "It did not react to the interrupt: its process is being ended", isStopping: true }
}
