/** What a store keeps of people beside the sessions: small documents, and up to where they have seen each session (S-31, S-32, S-35). */
import type * as Effect from "effect/Effect"
import type { NoSuchSession, StoreError } from "./store-errors.ts"

/** A small document of a person: a draft, a layout. `version` is of one count for the whole store, so none is used twice. */
export interface StoredDocument {
  readonly kind: string
  readonly name: string
  readonly value: string
  readonly version: number
  /** When it was put, in epoch milliseconds. */
  readonly time: number
}

/** A document to be put in place of an earlier one, or without a value removed. */
export interface PutDocument {
  readonly person: string
  readonly kind: string
  readonly name: string
  readonly value: string | undefined
  readonly time: number
  /** The version that it was made from, 0 for none; any when absent. */
  readonly expected?: number
  /** Most documents of the person and kind, and what becomes of one more: it is refused, or the oldest goes. */
  readonly most: number
  readonly full: "refuse" | "replace"
}

/** How a put ended. A removal has the version 0. */
export type PutOutcome =
  | { readonly _tag: "Put"; readonly version: number }
  /** There is another version than was expected; `version` is 0 when there is none. */
  | { readonly _tag: "Outdated"; readonly version: number }
  | { readonly _tag: "Full" }

/** Up to which seq a person has seen a session. `number` grows with each change of a person's marks. */
export interface SeenMark {
  readonly session: string
  readonly seq: number
  readonly number: number
}

/** Marks in the order of their numbers; `head` is the number of the last one that was set. */
export interface SeenPage {
  readonly marks: ReadonlyArray<SeenMark>
  readonly head: number
}

/** Most that one step of forgetting a person removes. */
export const FORGET_STEP = { documents: 8, marks: 256 } as const

/** The part of a store's contract that is about people; a person is named by whose keys a credential uses (H-22). */
export interface People {
  /** Puts or removes a document. The documents whose name is a session's id are removed with that session. */
  readonly putDocument: (request: PutDocument) => Effect.Effect<PutOutcome, StoreError>
  /** The documents of a person and kind, or the one of a name; the newest first. */
  readonly documents: (person: string, kind: string, name?: string) => Effect.Effect<ReadonlyArray<StoredDocument>, StoreError>

  /** Marks a session as seen up to `seq`: never back, unless `back` says so. */
  readonly putSeen: (
    person: string,
    id: string,
    seq: number,
    back: boolean,
  ) => Effect.Effect<SeenMark, NoSuchSession | StoreError>
  /** A person's marks after a number, of sessions that were not purged. */
  readonly seen: (person: string, after: number, limit: number) => Effect.Effect<SeenPage, StoreError>
  /** A person's marks of some sessions. */
  readonly seenOf: (person: string, ids: ReadonlyArray<string>) => Effect.Effect<ReadonlyMap<string, number>, StoreError>

  /** Persons of whom something is kept, in the order of their names, after a name. */
  readonly persons: (after: string, limit: number) => Effect.Effect<ReadonlyArray<string>, StoreError>
  /** Removes some of what is kept of a person, so little that no append waits long for it; true while something is left. */
  readonly forgetPerson: (person: string) => Effect.Effect<boolean, StoreError>
}
