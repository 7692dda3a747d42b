/** What a store's error or a failed append means to a caller at a door. */
import * as Exit from "effect/Exit"
import {
  BadRequest,
  type DoorError,
  KeyConflict,
  LogDamaged,
  SessionDeleted,
  SessionNotFound,
  StorageFull,
  Unavailable,
} from "@holdfast/protocol/errors"
import { headOf } from "@holdfast/protocol/text-cut"
import type { AppendOutcome, DataDamaged, NoSuchSession, PageCursorInvalid, StoreError } from "@holdfast/store/Store"

/** Every error of the store's effects. */
export type AnyStoreError = NoSuchSession | DataDamaged | PageCursorInvalid | StoreError

/** The refusal of a session that is not there. */
export function notFound(id: string): SessionNotFound {
  return new SessionNotFound({
    message: `no session has the id ${JSON.stringify(headOf(id, 100))}; list them to find it`,
    session: id,
  })
}

/** The door error of a store's error. */
export function storeProblem(error: AnyStoreError): DoorError {
  switch (error._tag) {
    case "NoSuchSession":
      return notFound(error.session)
    case "DataDamaged":
      return new LogDamaged({ message: `the stored data of this session is damaged: ${error.message}`, session: error.session })
    case "PageCursorInvalid":
      return new BadRequest({ message: error.message, field: "cursor" })
    case "StoreFull":
      return storageFull(error.message)
    case "StoreUnusable":
      return new Unavailable({ message: `the store cannot be used: ${error.message}` })
  }
}

/** The door error of a failed effect of the store; one that is not an error of the store's own is reported. */
export function failureOf(
  exit: Exit.Failure<unknown, AnyStoreError>,
  report: (message: string, fields: Readonly<Record<string, unknown>>) => void,
  session: string,
): DoorError {
  const error = Exit.findErrorOption(exit)
  if (error._tag === "Some") return storeProblem(error.value)
  report("the store failed", { session, cause: String(exit.cause) })
  return new Unavailable({ message: "the session could not be opened; try again" })
}

/** That the disk is full, with the store's own words behind it where they do not say so themselves. */
export function fullWords(message: string): string {
  return message.startsWith("the disk is full") ? message : `the disk is full (${message})`
}

/** The refusal of an append for want of space. */
export function storageFull(message: string): StorageFull {
  return new StorageFull({
    message: `nothing was appended: ${fullWords(message)}; free some space, and writes resume automatically`,
  })
}

/** The refusal of a key that was used for something else; `kept` is the key as it came, or as it is kept, behind its holder. */
export function keyConflict(kept: string): KeyConflict {
  return new KeyConflict({
    message: "the key was already used with another body; use a new key for a new request",
    key: kept.slice(kept.lastIndexOf(" ") + 1),
  })
}

/** The refusal to give a session as made that is in the trash (H-23). */
export function inTrash(session: string): SessionDeleted {
  return new SessionDeleted({
    message: `this already created the session ${session}, which is now in the trash; restore it, or create another one with a new key`,
    session,
  })
}

/** The door error of an append that did not succeed. */
export function appendProblem(outcome: AppendOutcome, session: string, key: string | undefined): DoorError {
  switch (outcome._tag) {
    case "StorageFull":
      return storageFull(outcome.message)
    case "KeyConflict":
      return keyConflict(key ?? "")
    case "NotFound":
      return notFound(session)
    case "Failed":
      return new Unavailable({ message: `the event could not be stored: ${outcome.message}` })
    case "EpochLost":
      return new Unavailable({ message: "another hub owns this session now; connect again" })
    default:
      return new Unavailable({ message: `the event could not be stored (${outcome._tag}); try again` })
  }
}
