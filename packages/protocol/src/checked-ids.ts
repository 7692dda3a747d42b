/**
 * Texts that were checked where they came in, as the ids and names they are.
 *
 * It takes only types from `ids.ts`: what evolves a session runs in browsers, without the schemas.
 */
import type { MessageId, ProjectPath, SessionId, UserId } from "./ids.ts"

/** The id of a session that was checked when it was made; the identity when it runs. */
export function asSessionId(checked: string): SessionId {
  return checked as SessionId
}

/** A name that is one of a user; the identity when it runs. */
export function asUserId(checked: string): UserId {
  return checked as UserId
}

/** A text that is the id of a message; the identity when it runs. */
export function asMessageId(checked: string): MessageId {
  return checked as MessageId
}

/** A path that was checked when its session was made; the identity when it runs. */
export function asProjectPath(checked: string): ProjectPath {
  return checked as ProjectPath
}
