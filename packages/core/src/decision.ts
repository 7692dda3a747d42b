/** What became of a command: the events it makes, or why it is refused. */
import type { DoorError } from "@holdfast/protocol/errors"
import type { EventDraft } from "@holdfast/protocol/events"

/** Why a command was refused. */
export type Rejection = Extract<
  DoorError,
  {
    readonly _tag:
      | "AgentBusy"
      | "Busy"
      | "MessageNotQueued"
      | "NotTypist"
      | "PermissionNotFound"
      | "PermissionSettled"
      | "SessionNotReady"
      | "TaskNotFound"
      | "TooLarge"
      | "Unprocessable"
  }
>

/** The events of a command, or its rejection. */
export type Decision =
  | { readonly _tag: "Accepted"; readonly events: ReadonlyArray<EventDraft> }
  | { readonly _tag: "Rejected"; readonly rejection: Rejection }

/** Accepts a command with these events; none when it changes nothing. */
export function accepted(events: ReadonlyArray<EventDraft>): Decision {
  return { _tag: "Accepted", events }
}

/** Refuses a command. */
export function refuse(rejection: Rejection): Decision {
  return { _tag: "Rejected", rejection }
}

/** The decision of a rule that returns events or an error. */
export function decided(outcome: ReadonlyArray<EventDraft> | Rejection): Decision {
  return "_tag" in outcome ? refuse(outcome) : accepted(outcome)
}
