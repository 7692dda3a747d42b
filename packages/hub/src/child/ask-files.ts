/** Asks a runner about files: the hub itself looks at none. */
import * as Effect from "effect/Effect"
import { type DoorError, Unprocessable } from "@holdfast/protocol/errors"
import type { FilesAnswers, FilesAsk } from "@holdfast/link/file-messages"
import { requestProblem } from "./door-error.ts"
import type { Fleet } from "./Fleet.ts"
import { runnerAway } from "./RunnerWait.ts"

/** Longest time in which a runner answers, in milliseconds: a little longer than Git may take. */
const ANSWER_WAIT = 30_000

/** Asks the runner that new children go to; one is started where there is none. */
export function askFiles<A extends FilesAsk>(fleet: Fleet, ask: A): Effect.Effect<FilesAnswers[A["ask"]], DoorError> {
  return Effect.tryPromise({
    try: async () => (await fleet.current()).connection.files(ask),
    catch: (cause): DoorError => {
      const error = requestProblem(cause, { what: "the files could not be looked at" })
      return error._tag === "Unprocessable" ? new Unprocessable({ message: error.message, field: "path" }) : error
    },
  }).pipe(Effect.timeoutOrElse({ duration: ANSWER_WAIT, orElse: () => Effect.fail(runnerAway()) }))
}
