/**
 * Answers permission requests with what a chat of the AI SDK knows of them: yes or no, and why (docs/protocol/rules.md, I-5).
 */
import * as Effect from "effect/Effect"
import type { DoorError } from "@holdfast/protocol/errors"
import type { PermissionRequest } from "@holdfast/protocol/agent/permission"
import { type Caller, type Hub, performed } from "@holdfast/hub/Hub"
import type { ChatAnswer } from "./chat-request.ts"

type Perform = Pick<Hub["Service"], "perform">

/** Gives each answer; that someone else was first is no failure, as their answer follows in the turn. */
export const answerRequests = Effect.fnUntraced(function* (
  hub: Perform,
  session: string,
  answers: ReadonlyArray<ChatAnswer>,
  by: Caller,
): Effect.fn.Return<void, DoorError> {
  const { permissions } = yield* performed(hub, "sessions.get", { session }, by)
  for (const { approved, reason, requestId } of answers) {
    const request = permissions.find(({ id }) => id === requestId)
    const optionId = request === undefined ? undefined : optionOf(request, approved)
    // What is not in the record any more is settled.
    if (optionId === undefined) continue
    const answer = { session, requestId, optionId, ...(reason === undefined ? {} : { message: reason }) }
    yield* performed(hub, "permissions.answer", answer, by).pipe(Effect.catchTag("PermissionSettled", () => Effect.void))
  }
})

/** The option that says yes or no, once rather than always. */
function optionOf({ options }: PermissionRequest, approved: boolean): string | undefined {
  const kind = approved ? "allow" : "reject"
  const option = options.find((one) => one.kind === `${kind}_once`) ?? options.find((one) => one.kind === `${kind}_always`)
  return option?.id
}
