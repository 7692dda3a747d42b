/**
 * What an attachment to an agent begins with: the last stored messages and the streaming turn so far, as of one seq
 * (docs/protocol/rules.md, D-4, M-5).
 */
import * as Exit from "effect/Exit"
import type { LiveMessage as Live } from "@holdfast/core/agent/accumulator"
import type { Message } from "@holdfast/protocol/agent/message"
import type { OpenSession } from "../session/OpenSession.ts"
import type { Snapshot } from "../session/SessionPart.ts"
import type { StreamingMessage } from "./StreamingMessage.ts"
import { storedMessages } from "./stored-messages.ts"

/** Messages in a snapshot at most, and bytes of them; older ones are read by pages. */
const MESSAGES_MAX = 50
const BYTES_MAX = 4 * 1024 * 1024

/** The JSON that stands in an agent's snapshot instead of a screen. */
export interface AgentSnapshot {
  readonly messages: ReadonlyArray<Message>
  /** Cursor of the page before `messages`, or null. */
  readonly before: number | null
  /** The streaming turn so far, for an accumulator to continue from. */
  readonly live?: Live
}

const encoder = new TextEncoder()

/** Takes a snapshot as of everything placed so far, once that is durable; `undefined` when the data is damaged. */
export function takeAgentSnapshot(
  session: OpenSession,
  live: StreamingMessage,
  done: (snapshot: Snapshot | undefined) => void,
): void {
  live.ready(() => {
    const { turn } = session.state.agent ?? {}
    const streaming = turn === undefined ? {} : { live: live.of(turn.id, turn.startedAt).toLive() }
    const seq = session.state.lastSeq
    session.whenDurable((durable) => {
      // What was placed may be gone: as of what the new claim finds.
      if (!durable) return takeAgentSnapshot(session, live, done)
      const { context, handle, firstSeq } = session
      const range = { session: handle, firstSeq, before: seq + 1, limit: MESSAGES_MAX, maxBytes: BYTES_MAX }
      context.fork(storedMessages(context.store, range), (exit) => {
        if (Exit.isFailure(exit)) {
          context.report("the messages of a session cannot be read", { session: session.id, cause: String(exit.cause) })
          return done(undefined)
        }
        const snapshot: AgentSnapshot = { ...exit.value, ...streaming }
        done({ seq, head: { kind: "agent" }, screen: encoder.encode(JSON.stringify(snapshot)) })
      })
    })
  })
}
