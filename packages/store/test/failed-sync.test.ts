import { closeSync, copyFileSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { type Database, openDatabase } from "../src/sqlite/database.ts"
import { type Row, Statements } from "../src/sqlite/statements.ts"
import { logFrames, SyncGuard } from "../src/sqlite/SyncGuard.ts"
import { FRAME, writeLogAgain } from "../src/sqlite/wal-file.ts"
import { WalTurn } from "../src/sqlite/WalTurn.ts"

const failedSync = Object.assign(new Error("disk I/O error"), { errcode: 1034 })

/** Statements whose checkpoint fails as told. */
class Failing extends Statements {
  failing = false
  override get(sql: string, ...values: ReadonlyArray<string>): Row | undefined {
    if (this.failing && sql.includes("PASSIVE")) throw failedSync
    return super.get(sql, ...values)
  }
}

let folder = ""
let path = ""
let database: Database
let statements: Failing
let guard: SyncGuard
const put = (name: string): void =>
  void statements.run(
    "INSERT INTO settings VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
    name,
    "x".repeat(9000),
  )

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-failed-sync-"))
  path = join(folder, "holdfast.db")
  database = openDatabase({ path, durability: "process", sealBytes: 1000, commitDelay: 0, maxPages: 0, walPages: 4000 })
  statements = new Failing(database.db)
  guard = new SyncGuard(statements, path)
  for (const name of ["one", "two", "three"]) put(name)
})
afterEach(() => {
  if (database.db.isOpen) database.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Makes one byte of the log's frame another one. */
function spoil(frame: number): void {
  const file = openSync(`${path}-wal`, "r+")
  writeSync(file, Buffer.from([0xa5]), 0, 1, 32 + frame * FRAME + 2000)
  closeSync(file)
}

describe("after a failed sync", () => {
  it("S-23 (fault:N57) the log is written again as it is", () => {
    const before = readFileSync(`${path}-wal`)
    guard.doubt(failedSync)
    expect(guard.problem?.message).toContain("nothing is accepted until everything is durable again")
    expect(guard.mend()).toBe(true)
    expect(guard.problem).toBeUndefined()
    expect(readFileSync(`${path}-wal`).equals(before)).toBe(true)
  })

  it("S-23 (fault:N57) a log that memory has lost a part of is not taken for whole", () => {
    const frames = logFrames(statements)
    expect(frames).toBeGreaterThan(6)
    spoil(frames - 2)
    expect(() => writeLogAgain(`${path}-wal`, frames)).toThrow("a part of the write-ahead log is missing")
    expect(() => writeLogAgain(`${path}-wal`, frames - 2)).not.toThrow()
    guard.doubt(failedSync)
    expect(guard.mend()).toBe(false)
    expect(guard.problem?.message).toContain("until the server is started again")
  })

  it("S-24 (fault:N57) a commit whose sync failed, and whose caller got that answer, is gone when the store is opened again", () => {
    for (const counted of [0, logFrames(statements)]) {
      const copy = mkdtempSync(join(folder, "copy-"))
      // What the log holds behind the frames that count was written whole, and its sync failed.
      for (const name of ["holdfast.db", "holdfast.db-wal"]) copyFileSync(join(folder, name), join(copy, name))
      if (counted > 0) {
        put("four")
        copyFileSync(`${path}-wal`, join(copy, "holdfast.db-wal"))
      }
      writeLogAgain(join(copy, "holdfast.db-wal"), counted)
      const again = new DatabaseSync(join(copy, "holdfast.db"))
      const tables = again.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'settings'").get()
      expect(tables).toEqual({ n: counted > 0 ? 1 : 0 })
      if (counted > 0) expect(again.prepare("SELECT count(*) AS n FROM settings").get()).toEqual({ n: 3 })
      again.close()
    }
  })

  it("S-25 (fault:N57) a checkpoint that fails is done again", () => {
    const turn = new WalTurn(statements, guard, 2)
    statements.failing = true
    turn.make()
    expect(guard.problem).toBeDefined()
    statements.failing = false
    expect(guard.mend()).toBe(true)
    expect(statements.get("PRAGMA wal_checkpoint(PASSIVE)")).toMatchObject({ checkpointed: logFrames(statements) })
  })

  it("S-25 (fault:N57) one that fails after readers kept another from being complete leaves the store unusable", () => {
    const turn = new WalTurn(statements, guard, 2)
    const reader = new DatabaseSync(path, { readOnly: true })
    reader.exec("BEGIN")
    reader.prepare("SELECT count(*) FROM settings").get()
    put("four")
    turn.make()
    expect(guard.problem).toBeUndefined()
    statements.failing = true
    for (let commit = 0; commit < 8; commit++) turn.committed(0)
    turn.make()
    reader.close()
    expect(guard.mend()).toBe(false)
    expect(guard.problem?.message).toContain("until the server is started again")
  })

  it("S-25 (fault:N57) a store that is closed in doubt leaves log and database as they are", () => {
    const [log, data] = [readFileSync(`${path}-wal`), readFileSync(path)]
    database.abandon()
    expect(existsSync(`${path}-wal`)).toBe(true)
    expect(readFileSync(`${path}-wal`).equals(log)).toBe(true)
    expect(readFileSync(path).equals(data)).toBe(true)
    database = openDatabase({ path, durability: "process", sealBytes: 1000, commitDelay: 0, maxPages: 0, walPages: 4000 })
    expect(database.db.prepare("SELECT count(*) AS n FROM settings").get()).toEqual({ n: 3 })
  })
})
