/** Who may do what: the scope of a credential against what an operation needs (docs/protocol/rules.md, G-8). */
import { SessionPermissionError } from "@holdfast/protocol/errors"
import type { Scope } from "@holdfast/protocol/operations/operation"
import type { Principal } from "../Hub.ts"

const RANKS: Readonly<Record<Scope | "none", number>> = { public: 0, none: 0, read: 1, write: 2, all: 3 }

/** Whether a credential's scope allows what an operation needs. */
export function allows({ scope }: Pick<Principal, "scope">, needed: Scope): boolean {
  return RANKS[scope] >= RANKS[needed]
}

/** The refusal of an action that the caller's credential does not allow. */
export function notAllowed(by: Principal, needed: Scope, action: string, session: string | undefined): SessionPermissionError {
  const message = `the credential ${by.name} has the scope ${by.scope}; this needs ${needed}`
  const about = { message, user: by.name, action }
  return new SessionPermissionError(session === undefined ? about : { ...about, session })
}
