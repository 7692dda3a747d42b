/**
 * The clock of a replay: waits between events as long as they were apart, at a speed that can be changed meanwhile.
 */

const SLOWEST = 1 / 16
const FASTEST = 1024

/** A film that plays. */
export class Film {
  #speed: number
  readonly #idle: number
  #before: number | undefined
  #paused = false
  #steps = 0
  #wake: () => void = () => undefined
  /** True once it was told to end. */
  stopped = false
  /** Milliseconds of the recording that were shown. */
  shown = 0

  /** `speed` 0 waits for nothing; `idle` is the longest pause, in seconds of the recording. */
  constructor(speed: number, idle: number | undefined) {
    this.#speed = speed
    this.#idle = idle === undefined ? Number.POSITIVE_INFINITY : idle * 1000
  }

  /** Waits until an event of that time, in epoch milliseconds, is due. */
  async until(time: number): Promise<void> {
    const before = this.#before ?? time
    this.#before = time
    let left = Math.min(Math.max(0, time - before), this.#idle)
    this.shown += left
    while (!this.stopped && (this.#paused || (left > 0 && this.#speed > 0))) {
      if (this.#steps > 0) {
        this.#steps -= 1
        return
      }
      const speed = this.#speed
      const begun = performance.now()
      await this.#pause(this.#paused ? undefined : left / speed)
      if (!this.#paused || left > 0) left -= this.#paused ? 0 : (performance.now() - begun) * speed
    }
  }

  /** Keys that were pressed. */
  keys(text: string): void {
    for (const key of text) {
      if (key === "q" || key === "\u0003" || key === "\u0004") this.stop()
      else if (key === " ") this.#paused = !this.#paused
      else if (key === "." && this.#paused) this.#steps += 1
      else if (key === "+" || key === "=") this.#speed = Math.min(FASTEST, this.#speed * 2)
      else if (key === "-") this.#speed = Math.max(SLOWEST, this.#speed / 2)
    }
    this.#wake()
  }

  /** Ends the film. */
  stop(): void {
    this.stopped = true
    this.#wake()
  }

  #pause(milliseconds: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const timer = milliseconds === undefined ? undefined : setTimeout(resolve, Math.min(milliseconds, 2 ** 30))
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
