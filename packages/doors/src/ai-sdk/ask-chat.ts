/**
 * What a request of a chat comes to: its message is sent or its answers are given, and the turn to stream is known
 * (docs/protocol/rules.md, I-2, I-5).
 */
import * as Effect from "effect/Effect"
import type { DoorError } from "@holdfast/protocol/errors"
import { type Caller, type Hub, performed } from "@holdfast/hub/Hub"
import { answerRequests } from "./answer-requests.ts"
import type { ChatRequest } from "./chat-request.ts"
import { openChat } from "./open-chat.ts"
import type { TurnRequest } from "./stream-turn.ts"

type Perform = Pick<Hub["Service"], "perform">

/** Carries a request out. */
export const askChat = Effect.fnUntraced(function* (
  hub: Perform,
  request: ChatRequest,
  by: Caller,
): Effect.fn.Return<TurnRequest, DoorError> {
  const session = yield* openChat(hub, request.chat, request.create, by)
  if (request._tag === "Continue") {
    yield* answerRequests(hub, session, request.answers, by)
    return { session, followed: { turn: request.turn, shown: request.shown, endsToAsk: true } }
  }
  const { key, mode, parts } = request
  const sent = yield* performed(hub, "messages.send", { session, key, mode, parts }, by)
  // The turn that it went into began before it.
  if (sent.status === "steered") return { session, followed: { endsToAsk: true } }
  const hold = sent.hold === undefined ? {} : { hold: sent.hold }
  return { session, after: sent.seq - 1, followed: { message: sent.messageId, endsToAsk: true }, ...hold }
})
