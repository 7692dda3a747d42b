/** What shows kept screens as text; an emulator does it, which the hub does not know. */
import type { Screen } from "@holdfast/protocol/session"
import type { Checkpoint } from "@holdfast/store/Store"

/** Renders checkpoints. */
export interface PastScreens {
  /** The visible screen of a checkpoint; rejects when the emulator fails. */
  show(checkpoint: Checkpoint): Promise<Screen>
  /** Ends the emulator. */
  stop(): Promise<void>
}
