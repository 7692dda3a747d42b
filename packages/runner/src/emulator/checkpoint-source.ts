/** A terminal as a checkpoint is made of it. */
import type { Core } from "./xterm-internals.ts"

/** What a checkpoint needs beside the core. */
export interface CheckpointSource {
  readonly core: Core
  readonly convertEol: boolean
  readonly cursorBlink: boolean
  /** Sequences that set the colours the child set. */
  readonly colors: string
  /** Sequences that set the states that the library does not keep. */
  readonly states: string
  /** The same of the alternate screen, for when it is shown. */
  readonly alternateStates: string
  /** How many lines of the session begin before a row of the normal screen. */
  readonly linesBefore: (row: number) => number
}
