/** What a session needs of the connection to the runner that has its child. */
import type { RunnerConnection } from "@holdfast/link/RunnerConnection"

/** The part of a connection that concerns one child. */
export type ChildConnection = Pick<
  RunnerConnection,
  "follow" | "ack" | "input" | "resize" | "colors" | "signal" | "end" | "screen" | "checkpoint" | "commandAgent"
>

/** One child on one connection. */
export interface RunnerPort {
  readonly connection: ChildConnection
  /** Number of the child on this connection, and the runner's generation. */
  readonly child: number
  readonly generation: string
  /** The child has ended and everything of it is in the log: the runner may forget it. */
  readonly finished: () => void
}
