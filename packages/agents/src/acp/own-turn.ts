/**
 * Turns that an ACP agent begins by itself: the protocol has none, but agents report things outside of a prompt, such as their
 * last words after its answer, or what came of background work. Nothing says when such a turn is over: silence does.
 */

/** Silence after which a turn of the agent's own is over, in milliseconds. */
export const OWN_TURN_QUIET = 1500

/** How often that passes with a tool call open before the turn is over anyway: its result begins another. */
const OPEN_ROUNDS = 40

/** Updates that are shown wherever they come; others tell of the agent's state and belong to a prompt, or to nothing. */
const SHOWN = new Set([
  "agent_message_chunk",
  "agent_thought_chunk",
  "tool_call",
  "tool_call_update",
  "plan",
  "notice",
  "compaction_update",
])

/** Whether an update of this kind begins a turn when none streams. */
export function beginsTurn(kind: unknown): boolean {
  return typeof kind === "string" && SHOWN.has(kind)
}

/** Ends a turn once nothing was reported for a while; for a longer while when something in it is open. */
export class Silence {
  readonly #isOpen: () => boolean
  readonly #over: () => void
  #timer: NodeJS.Timeout | undefined

  constructor(isOpen: () => boolean, over: () => void) {
    this.#isOpen = isOpen
    this.#over = over
  }

  /** Something was reported. */
  broken(): void {
    this.#wait(0)
  }

  #wait(round: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      if (this.#isOpen() && round < OPEN_ROUNDS) this.#wait(round + 1)
      else this.#over()
    }, OWN_TURN_QUIET)
    this.#timer.unref()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
