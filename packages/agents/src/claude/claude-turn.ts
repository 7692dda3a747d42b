/** What is known of the turn that Claude is at. */
import type { Usage } from "@holdfast/protocol/agent/message"
import type { MessageDelivery } from "../host/agent-driver.ts"
import { textAt, textsAt } from "./read.ts"

/** The streaming turn. */
export interface ClaudeTurn {
  /** What it began with; absent when Claude began it by itself. */
  readonly message: MessageDelivery | undefined
  /** Claude's id of that message; empty without one. */
  uuid: string
  /** Those of the messages that were put into it. */
  readonly steered: Set<string>
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
  /** What Claude itself, and no model, said last. */
  notice: string | undefined
}

/** A turn of which Claude knows nothing yet. */
export function beginTurn(uuid: string, message: MessageDelivery | undefined): ClaudeTurn {
  return {
    message,
    uuid,
    steered: new Set(),
    known: false,
    begun: false,
    interrupting: false,
    stopped: false,
    usage: undefined,
    model: undefined,
    failure: undefined,
    notice: undefined,
  }
}

/**
 * Whether a result is about a turn: of a message's turn it names that message, or one that was put into it. One that names none is of the
 * turn that Claude is at, unless it says that something else began it, such as the end of a background task.
 */
export function isResultOf(turn: ClaudeTurn, result: unknown): boolean {
  const uuids = textsAt(result, "user_message_uuids")
  const origin = textAt(result, "origin", "kind") ?? "human"
  if (turn.uuid === "") return true
  if (uuids.length > 0) return uuids.some((uuid) => uuid === turn.uuid || turn.steered.has(uuid))
  return turn.begun && origin === "human"
}
