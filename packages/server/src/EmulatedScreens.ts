/** Shows kept screens as text: an emulator of the runner's, started when it is needed and ended when it is not. */
import type { PastScreens, Picture, Redrawn } from "@holdfast/hub/terminal/PastScreens"
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
  /** Terminals that are drawn now. */
  #used = 0

  /** The visible screen of a checkpoint; rejects when the emulator fails. */
  async show(checkpoint: Checkpoint): Promise<Screen> {
    const { emulators, child } = await this.#open(checkpoint)
    try {
      const { position: _, ...shown } = await emulators.screen(child)
      return { ...shown, seq: checkpoint.seq }
    } finally {
      this.#close(emulators, child)
    }
  }

  /** Begins to draw from a picture; rejects when there is no emulator. */
  async redraw(from: Picture): Promise<Redrawn> {
    const { emulators, child } = await this.#open(from)
    let position = 1
    return {
      output: (bytes) => void emulators.feed(child, ++position, bytes),
      resize: (cols, rows) => emulators.resize(child, ++position, cols, rows),
      picture: async () => {
        const { cols, rows, screen } = await emulators.checkpoint(child)
        return { cols, rows, screen: Buffer.from(screen) }
      },
      end: () => this.#close(emulators, child),
    }
  }

  /** A terminal that shows a picture, without what scrolled off it. */
  async #open({ cols, rows, screen }: Picture): Promise<{ readonly emulators: Emulators; readonly child: number }> {
    clearTimeout(this.#timer)
    this.#used++
    try {
      const emulators = await (this.#emulators ??= this.#start())
      const child = ++this.#child
      emulators.open(child, cols, rows, 0)
      emulators.feed(child, 1, screen)
      return { emulators, child }
    } catch (error) {
      this.#used--
      throw error
    }
  }

  #close(emulators: Emulators, child: number): void {
    emulators.close(child)
    this.#used--
    if (this.#used > 0) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.stop(), IDLE)
    this.#timer.unref()
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
