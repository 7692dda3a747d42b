/** What shows kept screens, and draws a terminal's past again; an emulator does it, which the hub does not know. */
import type { Screen } from "@holdfast/protocol/session"
import type { Checkpoint } from "@holdfast/store/Store"

/** A terminal as escape sequences for an empty one of that size. */
export interface Picture {
  readonly cols: number
  readonly rows: number
  readonly screen: Uint8Array
}

/** A terminal that is drawn again, without what scrolled off it. */
export interface Redrawn {
  output(bytes: Uint8Array): void
  resize(cols: number, rows: number): void
  /** What it shows after all that; rejects when the emulator fails. */
  picture(): Promise<Picture>
  /** It is not needed any more. */
  end(): void
}

/** Renders checkpoints. */
export interface PastScreens {
  /** The visible screen of a checkpoint; rejects when the emulator fails. */
  show(checkpoint: Checkpoint): Promise<Screen>
  /** Begins to draw from a picture; rejects when there is no emulator. */
  redraw(from: Picture): Promise<Redrawn>
  /** Ends the emulator. */
  stop(): Promise<void>
}
