import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { sampleEvent, sampleOutput, sampleState, seqsOf } from "../src/contract/sample.ts"
import { kindsOf } from "../src/record-filter.ts"
import { Chores, planSeal } from "../src/sqlite/chores.ts"
import { type Database, openDatabase } from "../src/sqlite/database.ts"
import { GroupCommit } from "../src/sqlite/group-commit.ts"
import { readLog } from "../src/sqlite/log-reader.ts"
import { BatchBytes } from "../src/sqlite/plain-appends.ts"
import { ChangeCounter, SessionCounts } from "../src/sqlite/session-counts.ts"
import { Statements } from "../src/sqlite/statements.ts"
import { SyncGuard } from "../src/sqlite/SyncGuard.ts"
import { TailCache } from "../src/sqlite/tail-cache.ts"
import { foldTail } from "../src/sqlite/tail-fold.ts"
import { Tail } from "../src/sqlite/tail-rows.ts"
import type { WriterContext } from "../src/sqlite/writer-context.ts"

const SEAL = 16_000

interface Bench {
  readonly database: Database
  readonly context: WriterContext
  readonly statements: Statements
  readonly tail: TailCache
  readonly chores: Chores
  readonly commits: GroupCommit
}

/** A writer without its thread, whose background work is done step by step. */
function withWriter(body: (bench: Bench) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-chores-"))
  const path = join(folder, "holdfast.db")
  const database = openDatabase({ path, durability: "process", sealBytes: SEAL, commitDelay: 0, maxPages: 0, walPages: 4000 })
  try {
    const statements = new Statements(database.db)
    const context: WriterContext = {
      statements,
      change: new ChangeCounter(statements),
      counts: new SessionCounts(statements),
      tail: new Tail(statements),
      sealBytes: SEAL,
      loosened: (session: number, bytes: number) => chores.loosened(session, bytes),
      sweepable: () => chores.sweepable(),
    }
    const chores = new Chores(context)
    body({
      database,
      context,
      statements,
      tail: new TailCache(),
      chores,
      commits: new GroupCommit(context, new SyncGuard(statements, path), path, 0),
    })
  } finally {
    database.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

const batchOf = (records: Uint8Array): BatchBytes => {
  const buffer = new ArrayBuffer(records.length)
  new Uint8Array(buffer).set(records)
  return new BatchBytes(buffer, 0, 0, records.length, [])
}

/** Makes a session with so many records, each in a piece of its own unless they stay in the tail. */
function fill({ commits, context }: Bench, count: number, fold = true): number {
  const [made] = commits.run([
    {
      request: { op: "create", id: "a", piece: undefined, state: sampleState("a"), key: undefined },
      batch: batchOf(Buffer.alloc(0)),
    },
  ])
  if (made === undefined || made === 0 || made._tag !== "Created") throw new Error("the session was not made")
  const { session } = made
  for (let seq = 1; seq <= count; seq++) {
    const record = seq % 90 === 0 ? sampleOutput(seq, 20_000) : sampleEvent(seq)
    const piece = { from: seq, to: seq, kinds: kindsOf([record]), offset: 0, length: record.bytes.length }
    const request = { op: "append", session, epoch: 1, piece, state: undefined, journal: undefined, key: undefined } as const
    expect(commits.run([{ request, batch: batchOf(record.bytes) }])).toEqual([0])
    if (fold) commits.transaction(() => foldTail(context))
  }
  return session
}

function everything({ statements, tail }: Bench, session: number, maxBytes: number): ReadonlyArray<number> {
  const seqs: Array<number> = []
  for (let after = 0; ;) {
    const chunk = readLog(statements, tail, session, { after, maxBytes })
    seqs.push(...seqsOf(chunk.records))
    if (chunk.atHead) return seqs
    after = chunk.last
  }
}

const rows = (statements: Statements): number => Number(statements.get("SELECT count(*) AS n FROM pieces")?.["n"])

describe("sealing step by step", () => {
  it("S-20 after each step a reader sees the same log, and at the end few pieces are left", () =>
    withWriter((bench) => {
      const { chores, commits, statements } = bench
      const session = fill(bench, 1000)
      const expected = Array.from({ length: 1000 }, (_, at) => at + 1)
      let steps = 0
      for (; !chores.idle && steps < 500; steps++) {
        commits.transaction(() => chores.step())
        expect(everything(bench, session, steps % 2 === 0 ? 3000 : 100_000)).toEqual(expected)
        expect(readLog(statements, bench.tail, session, { after: 499, maxBytes: 200 }).records.length).toBeGreaterThan(0)
      }
      expect(chores.idle).toBe(true)
      expect(steps).toBeGreaterThan(10)
      expect(rows(statements)).toBeLessThan(250)
      expect(statements.get("SELECT 1 FROM sweeps")).toBeUndefined()
    }))

  it("S-20 another process resumes sealing where one that died stopped", () =>
    withWriter((bench) => {
      const session = fill(bench, 600)
      for (let steps = 0; bench.statements.get("SELECT 1 FROM sweeps") === undefined && steps < 50; steps++)
        bench.commits.transaction(() => bench.chores.step())
      const before = rows(bench.statements)
      const next = new Chores(bench.context)
      for (let steps = 0; !next.idle && steps < 500; steps++) bench.commits.transaction(() => next.step())
      expect(next.idle).toBe(true)
      expect(rows(bench.statements)).toBeLessThan(before)
      expect(everything(bench, session, 50_000)).toHaveLength(600)
    }))

  it("S-20 a log with a damaged piece is left as it is", () =>
    withWriter((bench) => {
      const session = fill(bench, 300)
      bench.database.db.exec("UPDATE pieces SET crc = crc + 1 WHERE to_seq = 5")
      let failures = 0
      for (let steps = 0; !bench.chores.idle && steps < 500; steps++) {
        try {
          bench.commits.transaction(() => bench.chores.step())
        } catch (cause) {
          expect(String(cause)).toContain("checksum")
          failures++
          bench.chores.giveUp(true)
        }
      }
      expect(failures).toBe(1)
      expect(rows(bench.statements)).toBe(300)
      bench.chores.loosened(session, SEAL * 2)
      expect(bench.chores.idle).toBe(true)
    }))

  it("S-20 folding moves the tail into few pieces, and a reader of before and one of after see the same log", () =>
    withWriter((bench) => {
      const { chores, commits, statements } = bench
      const session = fill(bench, 300, false)
      const expected = Array.from({ length: 300 }, (_, at) => at + 1)
      expect(rows(statements)).toBe(3)
      expect(everything(bench, session, 3000)).toEqual(expected)
      chores.foldAll()
      for (let steps = 0; !chores.idle && steps < 50; steps++) commits.transaction(() => chores.step())
      expect(rows(statements)).toBeLessThan(12)
      expect(statements.get("SELECT sum(length(places)) AS n, count(*) AS rows FROM tail")).toEqual({ n: 0, rows: 1 })
      expect(everything(bench, session, 3000)).toEqual(expected)
      expect(everything({ ...bench, tail: new TailCache() }, session, 100_000)).toEqual(expected)
    }))

  it("S-20 a fold that is rolled back leaves the tail as it was", () =>
    withWriter((bench) => {
      const session = fill(bench, 100, false)
      const before = bench.context.tail.size
      const crash = () =>
        bench.commits.transaction(() => {
          foldTail(bench.context)
          throw new Error("killed")
        })
      expect(crash).toThrow("killed")
      expect(bench.context.tail.size).toBe(before)
      expect(everything(bench, session, 3000)).toHaveLength(100)
    }))

  it("S-10 a damaged append in the tail is a gap in its log, before and after the rest of the tail is folded", () =>
    withWriter((bench) => {
      const { commits, context, database, statements } = bench
      const session = fill(bench, 80, false)
      database.db.exec("UPDATE tail SET bytes = zeroblob(length(bytes)) WHERE rowid = 40")
      const look = () => everything({ ...bench, tail: new TailCache() }, session, 100_000)
      expect(look).toThrow("ends at seq 39")
      commits.transaction(() => expect(foldTail(context)).toBe(true))
      commits.transaction(() => expect(foldTail(context)).toBe(false))
      expect(statements.get("SELECT sum(length(places)) AS n FROM tail")).toEqual({ n: 36 })
      expect(look).toThrow("seq 40 is missing")
    }))

  it("S-20 a plan takes what is full, passes over large pieces and never goes back", () => {
    const row = (from: number, size: number) => ({ rowid: from, from_seq: from, to_seq: from, size })
    expect(planSeal([row(1, 60), row(2, 30), row(3, 20)], 0, 100, false)).toMatchObject({ sealed: 2, bytes: 90 })
    expect(planSeal([row(1, 60), row(2, 30)], 0, 100, false)).toEqual({ join: [], sealed: 0, bytes: 0, left: 90 })
    expect(planSeal([row(1, 20_000), row(2, 30)], 0, 100, false)).toEqual({ join: [], sealed: 1, bytes: 0, left: 30 })
    expect(planSeal([row(4, 30), row(5, 20_000)], 3, 100, false)).toMatchObject({ sealed: 4, bytes: 30 })
    expect(planSeal([row(4, 30), row(6, 30)], 3, 100, false)).toMatchObject({ sealed: 4, bytes: 30 })
    expect(planSeal([row(4, 30), row(5, 30)], 3, 100, true)).toMatchObject({ sealed: 5, bytes: 60 })
    expect(planSeal([], 3, 100, false)).toEqual({ join: [], sealed: 3, bytes: 0, left: 0 })
  })
})
