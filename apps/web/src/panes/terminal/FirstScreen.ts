/**
 * Whether an emulator has shown a screen yet (docs/protocol/app-rules.md, APP-6): one that was kept is for an empty emulator alone. Where a
 * pane is returned to, or the connection was away, what is shown is newer than what was kept.
 */
import type { SessionView } from "@holdfast/client/model"

/** The first screen of one emulator. */
export class FirstScreen {
  readonly #view: Pick<SessionView, "record" | "status">
  #hasShown = false

  constructor(view: Pick<SessionView, "record" | "status">) {
    this.#view = view
  }

  /** The session's own screen may have come. */
  look(): void {
    const isThere = this.#view.record.get() !== undefined && this.#view.status.get()._tag !== "Away"
    if (isThere) this.#hasShown = true
  }

  /** Whether a screen that was kept may be shown; once it was, no other one. */
  takesKept(): boolean {
    this.look()
    const takes = !this.#hasShown
    this.#hasShown = true
    return takes
  }
}
