/** Who may do what: the scope of a credential against what an operation needs (docs/protocol/rules.md, G-8), and the sessions that it is bound to. */
import { SessionPermissionError } from "@holdfast/protocol/errors"
import type { Definition, Scope } from "@holdfast/protocol/operations/operation"
import type { Principal } from "../Hub.ts"

const RANKS: Readonly<Record<Scope | "none", number>> = { public: 0, none: 0, read: 1, write: 2, all: 3 }

/** What is asked for, as far as it decides who may ask. */
export interface Access {
  /** Name of the operation, or `attach`. */
  readonly name: string
  readonly needs: Scope
  /** What a credential that is bound to sessions may do with it where it names none of them. */
  readonly bound: Definition["bound"]
  /** It is not counted where it is counted how often a credential asks. */
  readonly free?: true | undefined
}

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

/**
 * The refusal of an action outside of the sessions that the caller's credential is bound to; `undefined` when it is inside. It
 * is the same whether there is such a session or not.
 */
export function outOfBounds(
  by: Principal,
  { name, needs, bound }: Access,
  session: string | undefined,
): SessionPermissionError | undefined {
  if (by.sessions === undefined || needs === "public") return undefined
  if (session === undefined ? bound !== undefined : by.sessions.has(session)) return undefined
  const about = { user: by.name, action: name }
  const message = `the credential ${by.name} is bound to other sessions`
  return session === undefined
    ? new SessionPermissionError({
        ...about,
        message: `the credential ${by.name} is bound to sessions; this concerns all of them`,
      })
    : new SessionPermissionError({ ...about, message, session })
}
