/** One change to many sessions (docs/protocol/rules.md, H-13). */
import * as Effect from "effect/Effect"
import { BadRequest, type DoorError } from "@holdfast/protocol/errors"
import type { BatchRequest, BatchResult } from "@holdfast/protocol/http-bodies"
import { errorBody } from "@holdfast/protocol/http-errors"
import type { Caller, Changed, Done, Handlers } from "../Hub.ts"
import { fromCallback } from "../session/Fork.ts"
import { refuseId } from "../session/whole-id.ts"
import { outOfBounds } from "./access.ts"

const BATCH = { name: "sessions.batch", needs: "write", bound: "filtered" } as const

/** Sessions of a batch that are changed at the same time. */
const AT_ONCE = 16

/** The handlers that a batch is made of. */
type Changes = Handlers<`sessions.${"update" | "archive" | "restore" | "delete"}`>

/** Applies a change to each session of a request; a result for each, in the order asked. */
export function batch(changes: Changes, request: BatchRequest, by: Caller): Effect.Effect<BatchResult, DoorError> {
  if ((request.action === "update") !== (request.change !== undefined)) {
    return Effect.fail(
      new BadRequest({ message: "change is required for the action update, and allowed only for it", field: "change" }),
    )
  }
  const one = (text: string): Effect.Effect<BatchResult["results"][number]> =>
    fromCallback<Changed, DoorError>((answer) => {
      const refused = outOfBounds(by, BATCH, text) ?? refuseId(text)
      if (refused === undefined) apply(changes, text, request, by, answer)
      else answer(refused)
    }).pipe(
      Effect.match({
        onFailure: (error) => ({ session: text, error: errorBody(error).body.error as { tag: string; message: string } }),
        onSuccess: ({ session, seq, changed }) => ({ session: session.id, changed, seq }),
      }),
    )
  return Effect.map(Effect.forEach(request.sessions, one, { concurrency: AT_ONCE }), (results) => ({ results }))
}

function apply(changes: Changes, session: string, { action, change }: BatchRequest, by: Caller, done: Done<Changed>): void {
  switch (action) {
    case "update":
      return void changes["sessions.update"]({ ...change, session }, by, done)
    case "archive":
      return void changes["sessions.archive"]({ session }, by, done)
    case "restore":
      return void changes["sessions.restore"]({ session }, by, done)
    case "delete":
      return void changes["sessions.delete"]({ session }, by, done)
  }
}
