/** What can go wrong in a store. */
import * as Schema from "effect/Schema"

/** No session has this id. */
export class NoSuchSession extends Schema.TaggedError<NoSuchSession>()("NoSuchSession", { session: Schema.String }) {}

/** The data of one session fails its checks: a checksum, a gap, a record that cannot be read. */
export class DataDamaged extends Schema.TaggedError<DataDamaged>()("DataDamaged", {
  session: Schema.String,
  message: Schema.String,
}) {}

/** The data was written by a newer version and is left untouched. */
export class StoreTooNew extends Schema.TaggedError<StoreTooNew>()("StoreTooNew", {
  found: Schema.Finite,
  known: Schema.Finite,
  message: Schema.String,
}) {}

/** The disk is full. */
export class StoreFull extends Schema.TaggedError<StoreFull>()("StoreFull", { message: Schema.String }) {}

/** The store cannot be opened or used: unreadable, damaged as a whole, locked by another process. */
export class StoreUnusable extends Schema.TaggedError<StoreUnusable>()("StoreUnusable", {
  reason: Schema.Literals(["unreadable", "damaged", "locked", "closed", "failed"]),
  message: Schema.String,
}) {}

/** A page cursor that this store did not give, or gave for another query. */
export class PageCursorInvalid extends Schema.TaggedError<PageCursorInvalid>()("PageCursorInvalid", {
  message: Schema.String,
}) {}

/** Errors every operation can meet. */
export type StoreError = StoreFull | StoreUnusable
