/** Shows kept screens as text: an emulator of the runner's, started when it is needed and ended when it is not. */
import type { PastScreens } from "@holdfast/hub/terminal/PastScreens"
import type { Screen } from "@holdfast/protocol/session"
import type { Emulators } from "@holdfast/runner/emulator/Emulators"
import type { Checkpoint } from "@holdfast/store/Store"

/** The emulator ends after this long without a request, in milliseconds. */
const IDLE = 30_000

/** Renders checkpoints. */
export class EmulatedScreens implements PastScreens {
  #emulators: Promise<Emulators> | undefined
  #timer: NodeJS.Timeout | undefined
  #child = 0

  /** The visible screen of a checkpoint; rejects when the emulator fails. */
  async show(checkpoint: Checkpoint): Promise<Screen> {
    clearTimeout(this.#timer)
    const emulators = await (this.#emulators ??= this.#start())
    const child = ++this.#child
    emulators.open(child, checkpoint.cols, checkpoint.rows, 0)
    emulators.feed(child, 1, checkpoint.screen)
    try {
      const { position: _, ...shown } = await emulators.screen(child)
      return { ...shown, seq: checkpoint.seq }
    } finally {
      emulators.close(child)
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => void this.stop(), IDLE)
      this.#timer.unref()
    }
  }

  /** Ends the emulator. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    const started = this.#emulators
    this.#emulators = undefined
    await (await started)?.stop()
  }

  async #start(): Promise<Emulators> {
    const { startEmulators } = await import("@holdfast/runner/emulator/Emulators")
    return startEmulators({
      // A kept screen asks nothing that anybody would answer (T-4).
      answer: () => {},
      title: () => {},
      drained: () => {},
      failed: () => {
        this.#emulators = undefined
      },
    })
  }
}
