/** How long what is asked of a process waits for a runner that cannot be spoken to (docs/protocol/rules.md, R-22). */
import { Unavailable } from "@holdfast/protocol/errors"

/** The longest wait, in milliseconds: a hub that was just started, or a connection that broke, has its runner again long before. */
export const RUNNER_WAIT = 5000

/** The answer when it is over. */
export function runnerAway(): Unavailable {
  return new Unavailable({
    message:
      "the runner of this session cannot be reached, and requests in flight may or may not have arrived; try again, or see /health/ready",
  })
}

/** One wait of a session: begun when something is asked while no runner is there, ended when it is back. */
export class RunnerWait {
  readonly #over: () => void
  readonly #isStarting: () => boolean
  #timer: NodeJS.Timeout | undefined

  /** A process that is being started is waited for, however long its start takes: it ends by itself. */
  constructor(over: () => void, isStarting: () => boolean) {
    this.#over = over
    this.#isStarting = isStarting
  }

  /** Begins, unless it runs. */
  begin(): void {
    this.#timer ??= setTimeout(this.#look, RUNNER_WAIT)
  }

  /** The runner is there, or nothing waits any more. */
  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  readonly #look = (): void => {
    this.#timer = undefined
    if (this.#isStarting()) this.begin()
    else this.#over()
  }
}
