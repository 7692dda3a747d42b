/** The state of a session as the RPC door tells it (docs/protocol/rules.md, J-4): from a snapshot of an attachment and the record. */
import type { LiveMessage } from "@holdfast/core/agent/accumulator"
import { chunksSoFar } from "@holdfast/core/agent/chunks-so-far"
import type { Message } from "@holdfast/protocol/agent/message"
import type { SessionSnapshot } from "@holdfast/protocol/chat/session-snapshot"
import type { Session } from "@holdfast/protocol/session"

/** The JSON that an agent's snapshot holds. */
interface AgentSnapshot {
  readonly messages: ReadonlyArray<Message>
  readonly before: number | null
  readonly live?: LiveMessage
}

/** Messages as they are stored: their parts are JSON that the client's schema reads. */
type Told = Omit<SessionSnapshot, "messages" | "buffer"> & {
  readonly messages: ReadonlyArray<Message>
  readonly buffer: ReadonlyArray<unknown>
}

const decoder = new TextDecoder()

/** The state as of `seq`; it is JSON as it stands. */
export function snapshotOf(seq: number, log: string, screen: Uint8Array, session: Session): Told {
  const { messages, before, live } = JSON.parse(decoder.decode(screen)) as AgentSnapshot
  const hold = session.agent?.hold
  return {
    session: session.id,
    label: session.label,
    status: session.status,
    agent: session.agent?.name ?? "",
    seq,
    log,
    messages,
    history: historyOf(before),
    activeTurnId: live?.turn ?? null,
    buffer: live === undefined ? [] : chunksSoFar(live),
    queue: session.queue,
    ...(hold === undefined ? {} : { hold }),
    permissions: session.permissions,
  }
}

/** The cursor of the page before. */
export function historyOf(before: number | null): SessionSnapshot["history"] {
  return before === null ? null : { before }
}
