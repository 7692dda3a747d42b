/** One connected runner with its children, and where what they say goes. */
import type { FoundRunner } from "@holdfast/link/found-runner"
import type { RunnerConnection } from "@holdfast/link/RunnerConnection"
import type { ChildStatus, JournalEntry, RunnerFailure } from "@holdfast/link/messages"
import type { ChildConnection } from "./RunnerPort.ts"
import type { StartQueue } from "./StartQueue.ts"

/** Receives what a child's runner says of it. */
export interface ChildSink {
  /** The next entry of its journal. */
  readonly entry: (entry: JournalEntry) => void
  /** The runner settled inputs of a client, or refused one with a key, whose number is 0. */
  readonly settled: (client: string, number: number, failure: RunnerFailure | undefined) => void
  /** The connection is gone; the child may run on. */
  readonly cut: (connection: ChildConnection) => void
}

/** A child on a connection. */
export interface LinkedChild {
  readonly status: ChildStatus
  /** Its session, once that has taken it. */
  readonly sink: ChildSink | undefined
}

/** One connected runner. */
export interface RunnerLink {
  readonly generation: string
  readonly found: FoundRunner
  readonly connection: RunnerConnection
  /** Children by their number on this connection. */
  readonly children: Map<number, LinkedChild>
  readonly starts: StartQueue
  draining: boolean
}
