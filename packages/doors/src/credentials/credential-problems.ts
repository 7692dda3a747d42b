/** What callers are told when the store did not keep, or let go of, what belongs to a credential (docs/protocol/rules.md, G-25, G-26). */
import { StorageFull, Unavailable } from "@holdfast/protocol/errors"
import type { SettingProblem } from "./credential-options.ts"

/** The problem as doors tell it. */
export function storeProblem(error: SettingProblem): StorageFull | Unavailable {
  return error._tag === "StoreFull" ? new StorageFull({ message: error.message }) : new Unavailable({ message: error.message })
}

/** Of what has ended in memory: it may come back with a restart as long as the store has it. */
export function endedProblem({ _tag, message }: SettingProblem): StorageFull | Unavailable {
  const words = "what you ended is signed out, but a restart may let it in again: repeat this"
  return storeProblem({ _tag, message: `${message}; ${words}` })
}

/** The same for who signed out, and so can repeat nothing: the store is asked again each minute. */
export function signedOutProblem({ _tag, message }: SettingProblem): StorageFull | Unavailable {
  const words = "this is signed out, but a restart before the hub's next try may let its key in again"
  return storeProblem({ _tag, message: `${message}; ${words}` })
}
