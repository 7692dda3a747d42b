/** A runner's refusal as the error that a door answers with: one reading of it, wherever it arrives. */
import {
  Busy,
  CommandNotFound,
  type DoorError,
  InvalidSize,
  SessionNotReady,
  Unavailable,
  Unprocessable,
} from "@holdfast/protocol/errors"
import { headOf } from "@holdfast/protocol/text-cut"
import { RequestRefused, RunnerGone } from "@holdfast/link/RunnerConnection"
import type { RunnerFailure } from "@holdfast/link/messages"

/** Longest line of what went wrong inside the runner, in characters. */
const LINE_MAX = 300

/** What was asked of the runner: what an error that it has no name for says first, and the command of a start. */
export interface Asked {
  /** Such as `the process could not be started`. */
  readonly what: string
  readonly command?: string
}

/** The error. Refusals without a door error of their own are `Unavailable`, with what was asked. */
export function doorErrorOf({ tag, message }: RunnerFailure, { what, command = "" }: Asked): DoorError {
  switch (tag) {
    case "Busy":
      return new Busy({ message, retryAfter: 1 })
    case "CommandNotFound":
      return new CommandNotFound({ message, command })
    case "InvalidSize":
      return new InvalidSize({ message })
    case "SessionNotReady":
      return new SessionNotReady({ message: `${what}: ${message}`, status: "exited" })
    case "Unprocessable":
      return new Unprocessable({ message })
    case "InternalError":
      // What went wrong inside is in the runner's log; here one line of it says enough.
      return new Unavailable({ message: `${what}: ${headOf(message.split("\n")[0] ?? "", LINE_MAX)}` })
    default:
      return new Unavailable({ message: `${what}: ${message}` })
  }
}

/** The error for whatever a request to a runner was rejected with. */
export function requestProblem(cause: unknown, asked: Asked): DoorError {
  if (cause instanceof RequestRefused) return doorErrorOf(cause.failure, asked)
  if (cause instanceof RunnerGone) return new Unavailable({ message: "the runner went away before it answered; try again" })
  return doorErrorOf({ tag: "InternalError", message: cause instanceof Error ? cause.message : String(cause) }, asked)
}
