/**
 * The adapter contract: one kind of child process, behind the same few verbs. `contract/` holds the suite that every
 * adapter passes.
 *
 * Invariants: the sink is called on the runner's loop, output first, `exit` once and last; after `exit` the adapter
 * holds no process and no descriptor. A paused adapter reads nothing, so that the child itself is paced; a child that has ended
 * is read to its end anyway.
 */
import type { JournalNote, RunnerFailure } from "@holdfast/link/messages"

/** A child could not be started or asked for something; `tag` is that of a door error. */
export class AdapterRefused extends Error {
  readonly _tag = "AdapterRefused"
  readonly failure: RunnerFailure
  constructor(tag: string, message: string) {
    super(message)
    this.failure = { tag, message }
  }
}

/** How a child ended: its exit code, or 128 + the signal's number with the signal's name. */
export interface ChildExit {
  readonly code: number
  readonly signal?: string
}

/** Where a child's output goes. Output is bytes (a terminal) or notes (an agent's events). */
export interface AdapterSink {
  /** The bytes may be read during the call only. */
  readonly output: (bytes: Uint8Array) => void
  readonly note: (note: JournalNote) => void
  readonly exit: (exit: ChildExit) => void
}

/** A running child. */
export interface AdapterHandle {
  readonly pid: number
  /** Takes input in order, whole (T-13); `settled` is called once it went to the child, or with why it did not. */
  readonly write: (bytes: Uint8Array, settled: (failure: RunnerFailure | undefined) => void) => void
  /** Size in cells; false when it is the size the child has. Throws `AdapterRefused`. */
  readonly resize: (cols: number, rows: number) => boolean
  /** Sends a signal by name; throws `AdapterRefused` for an unknown one. */
  readonly signal: (name: string) => void
  /** The process group that the child's terminal is with; absent or `undefined` where that is not known. */
  readonly foreground?: () => number | undefined
  /** Stops reading, so that the child waits; `continue` continues. */
  readonly pause: () => void
  readonly continue: () => void
  /** Ends the child and everything it started; resolves once nothing of it is left. Rejects with `AdapterRefused` when something could not be ended. */
  readonly end: (graceMillis: number) => Promise<void>
}

/** One kind of child process; `Spec` is what a start request says about it. */
export interface Adapter<Spec> {
  readonly kind: string
  /** Starts a child; throws `AdapterRefused` when it cannot be started, and then nothing ran. */
  readonly start: (spec: Spec, sink: AdapterSink) => AdapterHandle
}
