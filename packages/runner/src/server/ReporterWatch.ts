/**
 * Whether the program that reports of itself is still there (docs/protocol/rules.md, T-55): one that is killed, in a shell that
 * marks no prompts, cannot say that it works no more.
 */
import { isGroup } from "@holdfast/adapter/process/processes"

/** How often it is looked for, in milliseconds. */
const INTERVAL = 2000

/** Looks for the process group that was in front when something was reported that ends with it. */
export class ReporterWatch {
  readonly #gone: () => void
  #group: number | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(gone: () => void) {
    this.#gone = gone
  }

  /** Something was reported from this group; `undefined` when nothing is to be looked for. */
  reported(group: number | undefined): void {
    if (group === undefined) return this.stop()
    // What a program prints is read a moment later: of one that has ended by then its shell is in front.
    this.#group = group
    this.#timer ??= setInterval(() => this.#look(), INTERVAL).unref()
  }

  /** Looks no more. */
  stop(): void {
    clearInterval(this.#timer)
    this.#timer = this.#group = undefined
  }

  #look(): void {
    if (this.#group === undefined || isGroup(this.#group)) return
    this.stop()
    this.#gone()
  }
}
