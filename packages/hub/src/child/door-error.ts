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
import type { RunnerFailure } from "@holdfast/link/messages"

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
    default:
      return new Unavailable({ message: `${what}: ${message}` })
  }
}
