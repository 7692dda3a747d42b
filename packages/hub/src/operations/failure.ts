/** What a failed operation is to its caller, and what of it is for the log (docs/protocol/rules.md, X-4). */
import { createHash } from "node:crypto"
import * as Cause from "effect/Cause"
import { type DoorError, DoorErrors, InternalError } from "@holdfast/protocol/errors"
import { headOf } from "@holdfast/protocol/text-cut"

const isDoorError = (value: unknown): value is DoorError => DoorErrors.some((error) => value instanceof error)

/** An error with, where it is a fault of the hub's own, the stack that the log gets. */
export interface Failure {
  readonly error: DoorError
  readonly defect?: string
}

/** The error that a failure stands for. */
export function failureOfCause(cause: Cause.Cause<unknown>): Failure {
  const problem = Cause.squash(cause)
  if (isDoorError(problem)) return { error: problem }
  const defect = problem instanceof Error ? (problem.stack ?? problem.message) : String(problem)
  const fingerprint = fingerprintOf(defect)
  const message = `internal error; the hub's log has the details under ${fingerprint}`
  return { error: new InternalError({ message, fingerprint }), defect }
}

/** Names a fault by where it happened, so that the same fault has the same name. */
export function fingerprintOf(stack: string): string {
  const places = stack
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 4)
    .map((line) => line.replace(/:\d+:\d+\)?$/, "").trim())
  const subject = places.length === 0 ? headOf(stack, 200) : places.join("|")
  return createHash("sha256").update(subject).digest("hex").slice(0, 12)
}
