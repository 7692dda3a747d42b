/** A door's sink whose mistakes stay its own (docs/protocol/rules.md, D-16). */
import type { Viewers } from "@holdfast/protocol/frame"
import type { AttachmentSink } from "../Hub.ts"

/** Passes on to a sink until a call of it throws; then `failed` is called once, and nothing is passed on any more. */
export class GuardedSink implements AttachmentSink {
  readonly #sink: AttachmentSink
  readonly #failed: (error: unknown) => void
  #hasFailed = false
  readonly released?: (by: string) => void

  constructor(sink: AttachmentSink, failed: (error: unknown) => void) {
    this.#sink = sink
    this.#failed = failed
    if (sink.released !== undefined) this.released = (by) => this.#attempt(() => sink.released?.(by))
  }

  events(records: ReadonlyArray<Uint8Array>, last: number): void {
    if (this.#hasFailed) return
    try {
      this.#sink.events(records, last)
    } catch (error) {
      this.#fail(error)
    }
  }

  full(): boolean {
    return this.#sink.full?.() ?? false
  }

  snapshot(...given: Parameters<AttachmentSink["snapshot"]>): void {
    this.#attempt(() => this.#sink.snapshot(...given))
  }

  synced(seq: number): void {
    this.#attempt(() => this.#sink.synced(seq))
  }

  viewers(viewers: Viewers): void {
    this.#attempt(() => this.#sink.viewers(viewers))
  }

  /** Told also to a sink that failed: its door closes what it opened. */
  detached(reason: string): void {
    try {
      this.#sink.detached(reason)
    } catch (error) {
      this.#fail(error)
    }
  }

  #attempt(give: () => void): void {
    if (this.#hasFailed) return
    try {
      give()
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    if (this.#hasFailed) return
    this.#hasFailed = true
    this.#failed(error)
  }
}
