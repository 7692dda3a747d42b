/**
 * Opening the database file for writing: the lock, the checks, the migrations and the settings of the connection.
 *
 * What an earlier process left may be in the system's memory alone, after a sync that failed before that process ended. So the log
 * that is found is made durable before anything of it is shown, and so are the names of the files (S-26).
 */
import { existsSync, statSync, unlinkSync } from "node:fs"
import { dirname } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { makeDirectory, syncDirectory } from "../make-directory.ts"
import { APPLICATION_ID, MIGRATIONS } from "./schema.ts"
import { classify, isReadOnly } from "./sqlite-error.ts"
import { Statements } from "./statements.ts"
import { logFrames } from "./SyncGuard.ts"
import { writeLogAgain } from "./wal-file.ts"
import type { OpenRefusal, WriterOptions } from "./wire.ts"
import { StoreLocked, takeWriterLock, touchPrivate } from "./writer-lock.ts"

/** Pages in the write-ahead log after which it is moved into the database and started over. */
export const WAL_PAGES = 4000

/** The write connection and what lets go of the store. */
export interface Database {
  readonly db: DatabaseSync
  /** Moves the log into the database and lets go of both. */
  readonly close: () => void
  /** Lets go of both as they are: what is not known to be durable must not be moved. */
  readonly abandon: () => void
}

/** The store was not opened, and why. */
export class OpenRefused extends Error {
  readonly _tag = "OpenRefused"
  readonly refusal: OpenRefusal
  constructor(refusal: OpenRefusal) {
    super(refusal.message)
    this.refusal = refusal
  }
}

const refuse = (reason: "unreadable" | "damaged" | "locked" | "failed", message: string): never => {
  throw new OpenRefused({ _tag: "Unusable", reason, message })
}

function pragma(db: DatabaseSync, name: string): unknown {
  const row = db.prepare(`PRAGMA ${name}`).get()
  return row === undefined ? undefined : Object.values(row)[0]
}

/** Refuses what is not a Holdfast store of a known version. A file of another program stays untouched. */
function versionOf(db: DatabaseSync, path: string): number {
  const version = Number(pragma(db, "user_version"))
  const application = Number(pragma(db, "application_id"))
  const tables = Number(db.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.["n"])
  if (application !== APPLICATION_ID && (tables > 0 || version !== 0)) {
    refuse("damaged", `${path} is a SQLite database but not a Holdfast store; name another file`)
  }
  if (version > MIGRATIONS.length) {
    throw new OpenRefused({
      _tag: "TooNew",
      found: version,
      known: MIGRATIONS.length,
      message: `${path} was written by a newer holdfast (schema ${version}, this one knows ${MIGRATIONS.length}); nothing was changed; use the newer version`,
    })
  }
  return version
}

/** Runs the migrations a store of `version` has not had, each in its own transaction. */
export function migrate(db: DatabaseSync, version: number, migrations: ReadonlyArray<string> = MIGRATIONS): void {
  for (let at = version; at < migrations.length; at++) {
    db.exec("BEGIN IMMEDIATE")
    try {
      db.exec(migrations[at] ?? "")
      db.exec(`PRAGMA user_version = ${at + 1}; PRAGMA application_id = ${APPLICATION_ID}`)
      db.exec("COMMIT")
    } catch (cause) {
      if (db.isTransaction) db.exec("ROLLBACK")
      throw cause
    }
  }
}

/** Looks at a file that is there without writing to it. One whose making was broken off cannot be read so. */
function inspect(path: string): void {
  if (!existsSync(path) || statSync(path).size === 0) return
  const db = new DatabaseSync(path, { readOnly: true, timeout: 1000 })
  try {
    versionOf(db, path)
  } catch (cause) {
    if (!(isReadOnly(cause) && existsSync(journalOf(path)))) throw cause
  } finally {
    db.close()
  }
}

/** The journal that SQLite uses until a database has a write-ahead log. */
const journalOf = (path: string): string => `${path}-journal`

/**
 * Begins to use a write-ahead log. SQLite says that it does also when a write failed and it does not (3.53), and leaves a journal that
 * it could not remove: that would undo everything when the store is next opened.
 */
function useLog(db: DatabaseSync, path: string): void {
  if (pragma(db, "journal_mode = WAL") !== "wal")
    refuse("unreadable", `${path} cannot have a write-ahead log on this file system; use a path on a local disk`)
  db.prepare("SELECT count(*) FROM sqlite_schema").get()
  if (pragma(db, "journal_mode") !== "wal" || !existsSync(`${path}-wal`))
    refuse("failed", `${path}: a write failed while the store was created; check the disk and try again`)
  if (existsSync(journalOf(path))) unlinkSync(journalOf(path))
}

/** Lets go of a database without moving its log: the last of its connections to be closed is one that cannot. */
function abandon(db: DatabaseSync, path: string): void {
  let last: DatabaseSync | undefined
  try {
    last = new DatabaseSync(path, { readOnly: true })
    last.prepare("SELECT count(*) FROM sqlite_schema").get()
  } catch (cause) {
    // A database that cannot be read cannot be moved to either.
    if (classify(cause, path).kind === "failed") throw cause
  } finally {
    db.close()
    last?.close()
  }
}

function openLocked(options: WriterOptions): DatabaseSync {
  const { path } = options
  inspect(path)
  touchPrivate(path)
  const db = new DatabaseSync(path, { timeout: 5000, enableForeignKeyConstraints: false, defensive: true })
  try {
    const version = versionOf(db, path)
    useLog(db, path)
    db.exec(`
      PRAGMA synchronous = ${options.durability === "power" ? "FULL" : "NORMAL"};
      PRAGMA wal_autocheckpoint = 0;
      PRAGMA journal_size_limit = 67108864;
      PRAGMA cache_size = -16384;
      PRAGMA temp_store = MEMORY;
    `)
    writeLogAgain(`${path}-wal`, logFrames(new Statements(db)))
    syncDirectory(dirname(path))
    migrate(db, version)
    if (options.maxPages > 0) db.exec(`PRAGMA max_page_count = ${options.maxPages}`)
    return db
  } catch (cause) {
    abandon(db, path)
    throw cause
  }
}

const advice: Record<"unreadable" | "damaged" | "failed", string> = {
  unreadable: "check that the directory exists and that this user may read and write it",
  damaged: "the file is damaged: move it away and restore a backup, or start with an empty data directory",
  failed: "correct the cause and try again",
}

/** Opens the store for writing. Throws `OpenRefused`. */
export function openDatabase(options: WriterOptions): Database {
  const { path } = options
  let release: (() => void) | undefined
  try {
    makeDirectory(dirname(path))
    release = takeWriterLock(path)
    const db = openLocked(options)
    const unlock = release
    return {
      db,
      close: () => {
        db.close()
        unlock()
      },
      abandon: () => {
        abandon(db, path)
        unlock()
      },
    }
  } catch (cause) {
    release?.()
    if (cause instanceof OpenRefused) throw cause
    if (cause instanceof StoreLocked) return refuse("locked", cause.message)
    const failure = classify(cause, path)
    if (failure.kind === "full")
      throw new OpenRefused({ _tag: "Full", message: `${failure.message}; free some space for ${path}` })
    if (failure.kind === "locked") return refuse("locked", `${path} is in use by another program (${failure.message})`)
    return refuse(failure.kind, `${path}: ${failure.message}; ${advice[failure.kind]}`)
  }
}
