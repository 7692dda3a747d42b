/** What is known of the turn that Claude is at. */
import type { Usage } from "@holdfast/protocol/agent/message"
import type { Delivery } from "../agent/agent-driver.ts"

/** The streaming turn. */
export interface ClaudeTurn {
  /** What it began with; absent when Claude began it by itself. */
  readonly message: Delivery | undefined
  /** Claude's id of that message; empty without one. */
  uuid: string
  /** Claude has the message; and is at it. */
  known: boolean
  begun: boolean
  interrupting: boolean
  /** Claude was told to stop. */
  stopped: boolean
  usage: Usage | undefined
  model: string | undefined
  /** Claude's message in place of an answer, when the model's API failed. */
  failure: unknown
}

/** A turn of which Claude knows nothing yet. */
export const beginTurn = (uuid: string, message: Delivery | undefined): ClaudeTurn => ({
  message,
  uuid,
  known: false,
  begun: false,
  interrupting: false,
  stopped: false,
  usage: undefined,
  model: undefined,
  failure: undefined,
})
