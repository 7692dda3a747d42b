/** The state of a session as of one event: what an attachment begins with, which ends there. */
import * as Effect from "effect/Effect"
import { type DoorError, Unavailable, Unprocessable } from "@holdfast/protocol/errors"
import type { Session } from "@holdfast/protocol/session"
import type { AttachmentSink, AttachRequest, Caller, Hub } from "@holdfast/hub/Hub"
import { snapshotOf } from "./snapshot.ts"

/** The refusal of a session that has no messages. */
export function notAnAgent({ kind }: Pick<Session, "kind">): Unprocessable | undefined {
  if (kind === "agent") return undefined
  const message = `this session is a ${kind}; chat is for agents: attach to it over the stream socket`
  return new Unprocessable({ message, field: "session" })
}

/** Reads the state; fails as attaching does. */
export function readState(hub: Hub["Service"], request: AttachRequest, by: Caller): Effect.Effect<object, DoorError> {
  const taker: Taker = { snapshot: () => undefined, detached: () => undefined }
  return Effect.flatMap(hub.attach(request, sinkOf(taker), by), (attachment) => {
    const terminal = notAnAgent(attachment.session)
    if (terminal !== undefined) {
      attachment.detach(terminal.message)
      return Effect.fail(terminal)
    }
    return Effect.callback<object, DoorError>((resume) => {
      taker.detached = (message) => resume(Effect.fail(new Unavailable({ message })))
      taker.snapshot = (seq, _head, screen, session) => {
        attachment.detach("the state was read")
        resume(Effect.sync(() => snapshotOf(seq, attachment.log, screen, session)))
      }
      attachment.start()
      return Effect.sync(() => attachment.detach("no one waits for the state"))
    })
  })
}

/** What an attachment hands over before it has begun is nothing: it is told from `start` on. */
interface Taker {
  snapshot: AttachmentSink["snapshot"]
  detached: AttachmentSink["detached"]
}

const sinkOf = (taker: Taker): AttachmentSink => ({
  events: () => undefined,
  synced: () => undefined,
  viewers: () => undefined,
  snapshot: (...given) => taker.snapshot(...given),
  detached: (reason) => taker.detached(reason),
})
