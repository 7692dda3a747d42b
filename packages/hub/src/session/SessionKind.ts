/**
 * A kind of session: how one is created and what belongs to an open one. The loop and the table know no kind by name; they are
 * handed all that there are.
 */
import type * as Exit from "effect/Exit"
import type { Command } from "@holdfast/core/decide"
import type { DoorError } from "@holdfast/protocol/errors"
import type { EventDraft } from "@holdfast/protocol/events"
import type { CreateSession } from "@holdfast/protocol/session"
import type { CreateAnswer, Principal } from "../Hub.ts"
import type { OpenSession } from "./OpenSession.ts"
import type { SessionPart } from "./SessionPart.ts"

/** An open session with the part of its kind. */
export interface LoadedSession<Part extends SessionPart = SessionPart> {
  readonly session: OpenSession
  readonly part: Part
}

/** A session that a request asks for, checked by its kind and ready to be stored. */
export interface NewSession<Part extends SessionPart = SessionPart> {
  readonly command: Extract<Command, { readonly _tag: "Create" }>
  /** What is carried out with the creation, in the same append; asked for once `keepFiles` has settled. */
  readonly first?: () => ReadonlyArray<Command>
  /** Events that stand after them, in the same append. */
  readonly events?: ReadonlyArray<EventDraft>
  /** Keeps files of the session in its directory, durable before the session is; settles with why it cannot be, or nothing. */
  readonly keepFiles?: (directory: string) => Promise<DoorError | undefined>
  /** Environment variables of its process, whose values are in no event. */
  readonly env: Readonly<Record<string, string>>
  /** The environment of the client that asks, where its process inherits that. */
  readonly inherited: Readonly<Record<string, string>> | undefined
  /** Whether `inherited` must outlive a power cut: it is needed for more than the first start. */
  readonly inheritsAgain: boolean
  /** The session, whose part its kind made, is stored and open: starts what is to be started, and answers when the caller may know. */
  made(loaded: LoadedSession<Part>, answer: CreateAnswer): void
  /** The creation is over, whether or not a session was made. */
  readonly over?: () => void
}

/** Receives a checked request, or why it is refused, once; a fault of the hub's own is in it as a defect. */
export type Planned<Part extends SessionPart> = (planned: Exit.Exit<NewSession<Part>, DoorError>) => void

/** A kind of session. */
export interface SessionKind<Part extends SessionPart = SessionPart> {
  /** Its name in records and requests. */
  readonly name: string
  /** Makes the part of a session that was created or opened. */
  readonly make: (session: OpenSession) => Part
  /** Checks a request for a new session. */
  readonly create: (request: CreateSession, by: Principal, planned: Planned<Part>) => void
}
