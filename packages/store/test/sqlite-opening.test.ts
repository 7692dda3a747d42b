import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { appendTo, createSample, sampleEvent, sampleId } from "../src/contract/sample.ts"
import { useStore } from "../src/contract/subject.ts"
import { migrate } from "../src/sqlite/database.ts"
import { MIGRATIONS } from "../src/sqlite/schema.ts"
import { layer } from "../src/sqlite/SqliteStore.ts"
import { sqlitePlace } from "./sqlite-place.ts"

let place: Awaited<ReturnType<typeof sqlitePlace>>
beforeEach(async () => {
  place = await sqlitePlace({ durability: "process" })
})
afterEach(() => place.remove())

const refusal = () => Effect.runPromise(Effect.flip(Effect.scoped(Effect.provide(Effect.void, place.layer))))
const once1 = () => useStore(place, (store) => createSample(store, 1))

describe("opening a SQLite store", () => {
  it("G-9 directory and files can be read by their owner only", async () => {
    await useStore(place, (store) =>
      Effect.gen(function* () {
        yield* createSample(store, 1)
        expect(statSync(dirname(place.path)).mode & 0o777).toBe(0o700)
        const files = readdirSync(dirname(place.path))
        expect(files).toContain("holdfast.db-wal")
        for (const file of files) expect([file, statSync(join(dirname(place.path), file)).mode & 0o777]).toEqual([file, 0o600])
      }),
    )
    expect(existsSync(`${place.path}.pid`)).toBe(false)
  })

  it.runIf(process.platform === "linux")("a place where no directory can be made is refused at once", async () => {
    const { message } = await Effect.runPromise(
      Effect.flip(Effect.scoped(Layer.build(layer({ path: "/proc/holdfast/store/holdfast.db" })))),
    )
    expect(message).toContain("/proc/holdfast/store/holdfast.db")
    expect(message).toContain("check that the directory exists")
  })

  it("S-13 newer data is refused with both versions, bytes unchanged", async () => {
    await once1()
    const db = new DatabaseSync(place.path)
    db.exec("PRAGMA user_version = 99")
    db.close()
    const before = readFileSync(place.path)
    const refused = await refusal()
    expect(refused).toMatchObject({ _tag: "StoreTooNew", found: 99, known: MIGRATIONS.length })
    expect(String(Reflect.get(refused as object, "message"))).toContain("newer")
    expect(readFileSync(place.path).equals(before)).toBe(true)
  })

  it("S-13 a store of the first version is migrated and keeps what it holds", async () => {
    mkdirSync(dirname(place.path), { recursive: true })
    const db = new DatabaseSync(place.path)
    db.exec("PRAGMA journal_mode = WAL")
    migrate(db, 0, MIGRATIONS.slice(0, 1))
    db.exec("INSERT INTO settings VALUES ('old', 'kept')")
    expect(db.prepare("PRAGMA user_version").get()).toEqual({ user_version: 1 })
    const later = [...MIGRATIONS, "ALTER TABLE settings ADD COLUMN note TEXT NOT NULL DEFAULT 'added'"]
    migrate(db, 1, later)
    expect(db.prepare("SELECT * FROM settings").all()).toEqual([{ name: "old", value: "kept", note: "added" }])
    expect(db.prepare("PRAGMA user_version").get()).toEqual({ user_version: later.length })
    db.exec("ALTER TABLE settings DROP COLUMN note")
    db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`)
    db.close()
    expect(await useStore(place, (store) => store.settings(""))).toEqual([{ name: "old", value: "kept" }])
  })

  it("S-13 a migration that fails leaves the version before it", () => {
    const db = new DatabaseSync(":memory:")
    expect(() => migrate(db, 0, [...MIGRATIONS, "CREATE TABLE half (x); CREATE TABLE half (x)"])).toThrow("half")
    expect(db.prepare("PRAGMA user_version").get()).toEqual({ user_version: MIGRATIONS.length })
    expect(db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'half'").get()).toEqual({ n: 0 })
    db.close()
  })

  it("S-14 reading a record never rewrites it", async () => {
    await once1()
    const text = () => {
      const db = new DatabaseSync(place.path, { readOnly: true })
      const row = db.prepare("SELECT record FROM sessions").get()
      db.close()
      return row?.["record"]
    }
    const before = text()
    await useStore(place, (store) => Effect.andThen(store.get(sampleId(1)), store.list({})))
    expect(text()).toBe(before)
  })

  it("a file that is not a database is refused as damaged, says what to do, and stays as it was", async () => {
    mkdirSync(dirname(place.path), { recursive: true })
    writeFileSync(place.path, "this is not a database, it only looks like one for a while".repeat(100))
    const before = readFileSync(place.path)
    expect(await refusal()).toMatchObject({
      _tag: "StoreUnusable",
      reason: "damaged",
      message: expect.stringContaining("restore a backup"),
    })
    expect(readFileSync(place.path).equals(before)).toBe(true)
  })

  it("a database of another program is refused and stays as it was", async () => {
    mkdirSync(dirname(place.path), { recursive: true })
    const db = new DatabaseSync(place.path)
    db.exec("CREATE TABLE theirs (x)")
    db.close()
    const before = readFileSync(place.path)
    expect(await refusal()).toMatchObject({
      _tag: "StoreUnusable",
      reason: "damaged",
      message: expect.stringContaining("not a Holdfast store"),
    })
    expect(readFileSync(place.path).equals(before)).toBe(true)
  })

  it("a path that cannot be a directory is refused as unreadable", async () => {
    writeFileSync(dirname(place.path), "a file")
    expect(await refusal()).toMatchObject({ _tag: "StoreUnusable", reason: "unreadable" })
  })

  it("S-21 a second opener learns at once which process has the store, and gets it after a close", async () => {
    await useStore(place, (store) =>
      Effect.gen(function* () {
        yield* createSample(store, 1)
        const refused = yield* Effect.promise(refusal)
        expect(refused).toMatchObject({
          _tag: "StoreUnusable",
          reason: "locked",
          message: expect.stringContaining(`process ${process.pid}`),
        })
        expect((yield* store.head(sampleId(1))).lastSeq).toBe(1)
      }),
    )
    expect(await useStore(place, (store) => store.head(sampleId(1)))).toMatchObject({ lastSeq: 1 })
  })

  it("S-21 the lock ends with its process, however it ends", async () => {
    const script = new URL("./appending-child.ts", import.meta.url).pathname
    const child = spawn(process.execPath, [script, place.path, "1"], { stdio: ["ignore", "pipe", "inherit"] })
    await once(child.stdout, "data")
    expect(await refusal()).toMatchObject({
      _tag: "StoreUnusable",
      reason: "locked",
      message: expect.stringContaining(`process ${child.pid}`),
    })
    child.kill("SIGKILL")
    await once(child, "exit")
    expect((await useStore(place, (store) => store.stats)).sessions).toBeGreaterThan(0)
  })

  it("S-18 opening reads no logs: it takes the time of an empty store when a log is large", async () => {
    await useStore(place, (store) =>
      Effect.gen(function* () {
        const { session } = yield* createSample(store, 1)
        for (let seq = 2; seq <= 200; seq++)
          store.append({ session, epoch: 1, records: [sampleEvent(seq, { text: "x".repeat(100_000) })] }, () => undefined)
        yield* appendTo(store, { session, epoch: 1, records: [] })
      }),
    )
    const db = new DatabaseSync(place.path)
    db.exec("UPDATE pieces SET bytes = x'00'")
    db.close()
    expect(await useStore(place, (store) => store.head(sampleId(1)))).toMatchObject({ lastSeq: 200 })
  })
})
