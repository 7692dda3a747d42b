/** The reading half of the SQLite store as effects, with every failure sorted into the contract's errors. */
import type { DatabaseSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import { RecordUnreadable } from "../session-record.ts"
import {
  DataDamaged,
  NoSuchSession,
  PageCursorInvalid,
  type Store,
  StoreFull,
  StoreUnusable,
  type StoreError,
  type StoreStats,
} from "../Store.ts"
import { brokenMessage, readLog } from "./log-reader.ts"
import { listSessions } from "./list-reader.ts"
import { readNotes } from "./note-rows.ts"
import { readDocuments, readPersons, readSeen, readSeenOf } from "./person-rows.ts"
import { readChanges, readCheckpoint, readDue, readHead, readKey, readSession, resolveIds } from "./session-reader.ts"
import { classify } from "./sqlite-error.ts"
import { Statements, num, str } from "./statements.ts"
import { TailCache } from "./tail-cache.ts"
import { readTrace, readTraces } from "./trace-rows.ts"

type Reading = Pick<
  Store["Service"],
  | "get"
  | "resolve"
  | "list"
  | "changes"
  | "head"
  | "read"
  | "keyed"
  | "checkpoint"
  | "due"
  | "settings"
  | "notes"
  | "verify"
  | "documents"
  | "seen"
  | "seenOf"
  | "persons"
  | "traces"
  | "trace"
>

/** Bytes per read while a whole log is checked. */
const VERIFY_BYTES = 512 * 1024

/** Reads from one read-only connection. */
export class StoreReader {
  /** The contract's operations that only read. */
  readonly effects: Reading
  /** Sessions by status and the size of the database in bytes. */
  readonly totals: Effect.Effect<Pick<StoreStats, "sessions" | "byStatus" | "bytes">, StoreError>
  /** Ids of all sessions, the newest first. */
  readonly ids: Effect.Effect<ReadonlyArray<string>, StoreError>
  readonly #statements: Statements
  readonly #path: string
  #open = true

  constructor(db: DatabaseSync, path: string) {
    this.#statements = new Statements(db)
    this.#path = path
    this.effects = this.#makeEffects()
    this.totals = this.#whole(() => this.#readTotals())
    this.ids = this.#whole(() =>
      this.#statements.all("SELECT id FROM sessions ORDER BY handle DESC").map((row) => str(row, "id")),
    )
  }

  /** Ends the connection. */
  close(): void {
    this.#open = false
    this.#statements.db.close()
  }

  #storeError(cause: unknown): StoreError {
    if (!this.#open) return new StoreUnusable({ reason: "closed", message: "the store is closed" })
    const { kind, message } = classify(cause, this.#path)
    if (kind === "full") return new StoreFull({ message })
    return new StoreUnusable({ reason: kind, message: `${this.#path}: ${message}` })
  }

  #whole<A>(body: () => A): Effect.Effect<A, StoreError> {
    return Effect.try({ try: body, catch: (cause) => this.#storeError(cause) })
  }

  /** A read of one session: what is wrong with its data is `DataDamaged` and concerns no other session. */
  #one<A>(session: () => string, body: () => A): Effect.Effect<A, DataDamaged | StoreError> {
    return Effect.try({
      try: body,
      catch: (cause) => {
        const broken = cause instanceof RecordUnreadable ? cause.message : brokenMessage(cause)
        if (broken !== undefined) return new DataDamaged({ session: session(), message: broken })
        const error = this.#storeError(cause)
        const damaged = error._tag === "StoreUnusable" && error.reason === "damaged"
        return damaged ? new DataDamaged({ session: session(), message: error.message }) : error
      },
    })
  }

  /** A read with pauses, in which others get their turn. */
  #inSteps<A, E>(begin: () => Generator<void, A>, problem: (cause: unknown) => E): Effect.Effect<A, E> {
    return Effect.gen(function* () {
      const steps = begin()
      for (;;) {
        const step = yield* Effect.try({ try: () => steps.next(), catch: problem })
        if (step.done === true) return step.value
        yield* Effect.yieldNow
      }
    })
  }

  /** The id of a handle as far as it can be told. */
  #idOf(handle: number): string {
    try {
      const row = this.#statements.get("SELECT id FROM sessions WHERE handle = ?", handle)
      return row === undefined ? String(handle) : str(row, "id")
    } catch {
      return String(handle)
    }
  }

  #there<A>(id: string): (found: A | undefined) => Effect.Effect<A, NoSuchSession> {
    return (found) => (found === undefined ? Effect.fail(new NoSuchSession({ session: id })) : Effect.succeed(found))
  }

  #makeEffects(): Reading {
    const statements = this.#statements
    const tail = new TailCache()
    const head = (id: string) =>
      Effect.flatMap(
        this.#whole(() => readHead(statements, id)),
        this.#there(id),
      )
    const read: Reading["read"] = (session, range) =>
      this.#one(
        () => this.#idOf(session),
        () => readLog(statements, tail, session, range),
      )
    return {
      get: (id) =>
        Effect.flatMap(
          this.#one(
            () => id,
            () => readSession(statements, id),
          ),
          this.#there(id),
        ),
      resolve: (text, limit) => this.#whole(() => resolveIds(statements, text, limit)),
      list: (query) =>
        this.#inSteps(
          () => listSessions(statements, query),
          (cause) => (cause instanceof PageCursorInvalid ? cause : this.#storeError(cause)),
        ),
      changes: (after, limit) => this.#whole(() => readChanges(statements, after, limit)),
      head,
      read,
      keyed: (session, key) => this.#whole(() => readKey(statements, session, key)),
      checkpoint: (session, atOrBefore = Number.MAX_SAFE_INTEGER) =>
        this.#one(
          () => this.#idOf(session),
          () => readCheckpoint(statements, session, atOrBefore),
        ),
      due: (now, limit) => this.#whole(() => readDue(statements, now, limit)),
      notes: (after, limit) => this.#whole(() => readNotes(statements, after, limit)),
      settings: (prefix) => this.#whole(() => this.#readSettings(prefix)),
      documents: (person, kind, name) => this.#whole(() => readDocuments(statements, person, kind, name)),
      seen: (person, after, limit) => this.#whole(() => readSeen(statements, person, after, limit)),
      persons: (after, limit) => this.#whole(() => readPersons(statements, after, limit)),
      traces: (ids, since) =>
        this.#inSteps(
          () => readTraces(statements, ids, since),
          (cause) => this.#storeError(cause),
        ),
      trace: (id, after, limit) =>
        Effect.flatMap(
          this.#whole(() => readTrace(statements, id, after, limit)),
          this.#there(id),
        ),
      seenOf: (person, ids) => this.#whole(() => readSeenOf(statements, person, ids)),
      verify: (id) =>
        Effect.gen(function* () {
          const { session, firstSeq } = yield* head(id)
          let after = firstSeq - 1
          for (;;) {
            const chunk = yield* read(session, { after, maxBytes: VERIFY_BYTES })
            if (chunk.atHead) return undefined
            after = chunk.last
            yield* Effect.yieldNow
          }
        }).pipe(Effect.catchTag("DataDamaged", (damage) => Effect.succeed(damage))),
    }
  }

  #readSettings(prefix: string): ReadonlyArray<{ readonly name: string; readonly value: string }> {
    return this.#statements
      .all("SELECT name, value FROM settings WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name", prefix)
      .map((row) => ({ name: str(row, "name"), value: str(row, "value") }))
  }

  #readTotals(): Pick<StoreStats, "sessions" | "byStatus" | "bytes"> {
    const byStatus: Record<string, number> = {}
    let sessions = 0
    for (const row of this.#statements.all("SELECT status, sum(n) AS n FROM counts GROUP BY status HAVING sum(n) > 0")) {
      byStatus[str(row, "status")] = num(row, "n")
      sessions += num(row, "n")
    }
    const pages = this.#statements.get("SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size")
    return { sessions, byStatus, bytes: pages === undefined ? 0 : num(pages, "bytes") }
  }
}
