/**
 * The runner's emulators: one headless terminal per child, in a worker thread (T-3).
 *
 * They follow the output and never stand in its way: `feed` copies and returns, the worker parses. What a child asks
 * of its terminal is answered here and nowhere else.
 */
import type { CheckpointReply, ScreenReply } from "../wire/messages.ts"

/** What emulators report; called on the runner's loop. */
export interface EmulatorEvents {
  /** Bytes the child's terminal answers with; to be written to the child as they are (T-3). */
  readonly answer: (child: number, bytes: Uint8Array) => void
  /** The child set its title: no control characters, at most 256 characters (E-7). */
  readonly title: (child: number, title: string) => void
  /** The lag of a child that was refused by `feed` fell below half of the bound. */
  readonly drained: (child: number) => void
  /** The worker died: screens of the children open then are gone, output goes on. */
  readonly failed: (message: string) => void
}

/** One emulator per child. `position` is that of the journal entry. */
export interface Emulators {
  /** Opens an empty terminal; `scrollback` in lines. */
  open(child: number, cols: number, rows: number, scrollback: number): void
  /** Takes output in order. False: the lag bound is reached (the bytes are taken), pause the child until `drained`. */
  feed(child: number, position: number, bytes: Uint8Array): boolean
  /** Changes the size, in order with the output (T-9). */
  resize(child: number, position: number, cols: number, rows: number): void
  /** The visible screen after everything fed so far; rejects with `ScreenUnavailable`. */
  screen(child: number): Promise<ScreenReply>
  /** The screen after everything fed so far as escape sequences (T-6); rejects with `ScreenUnavailable`. */
  checkpoint(child: number): Promise<CheckpointReply>
  /** Forgets a child; outstanding requests are rejected. */
  close(child: number): void
  /** Ends the worker. */
  stop(): Promise<void>
}

/** Starts the worker. */
export function startEmulators(events: EmulatorEvents): Emulators {
  void events
  throw new Error("not built yet")
}
