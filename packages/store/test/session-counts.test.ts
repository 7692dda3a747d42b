import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { sampleState } from "../src/contract/sample.ts"
import { type Database, openDatabase } from "../src/sqlite/database.ts"
import { GroupCommit } from "../src/sqlite/group-commit.ts"
import { BatchBytes } from "../src/sqlite/plain-appends.ts"
import { ChangeCounter, SessionCounts } from "../src/sqlite/session-counts.ts"
import { Statements } from "../src/sqlite/statements.ts"
import { SyncGuard } from "../src/sqlite/SyncGuard.ts"
import { Tail } from "../src/sqlite/tail-rows.ts"
import type { WriterReply, WriterRequest } from "../src/sqlite/wire.ts"

const batch = new BatchBytes(new ArrayBuffer(0), 0, 0, 0, [])

describe("counts of sessions", () => {
  let folder: string
  let database: Database
  let commit: (...requests: ReadonlyArray<WriterRequest>) => ReadonlyArray<WriterReply>

  const create = (id: string): WriterRequest => ({ op: "create", id, piece: undefined, state: sampleState(id), key: undefined })

  const counts = (): Array<unknown> =>
    database.db
      .prepare("SELECT status, kind, n FROM counts WHERE n <> 0")
      .all()
      .map((row) => Object.values(row))

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "holdfast-counts-"))
    const path = join(folder, "holdfast.db")
    database = openDatabase({ path, durability: "process", sealBytes: 1000, commitDelay: 0, maxPages: 0, walPages: 4000 })
    const statements = new Statements(database.db)
    const nothing = (): void => undefined
    const made = { statements, sealBytes: 1000, loosened: nothing, sweepable: nothing }
    const counted = { change: new ChangeCounter(statements), counts: new SessionCounts(statements), tail: new Tail(statements) }
    const commits = new GroupCommit({ ...made, ...counted }, new SyncGuard(statements, path), path, 0)
    commit = (...requests) => commits.run(requests.map((request) => ({ request, batch })))
  })
  afterEach(() => {
    database.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it("S-15 follow what is made, what changes its status and what is purged", () => {
    const [one] = commit(create("one"), create("two"))
    expect(counts()).toEqual([["active", "terminal", 2]])
    if (one === undefined || one === 0 || one._tag !== "Created") throw new Error("the session was not made")
    const state = { ...sampleState("one"), status: "deleted", purgeAt: 1 }
    commit({ op: "append", session: one.session, epoch: 1, piece: undefined, state, journal: undefined, key: undefined })
    expect(counts()).toEqual([
      ["active", "terminal", 1],
      ["deleted", "terminal", 1],
    ])
    commit({ op: "purge", now: 2, limit: 10 })
    expect(counts()).toEqual([["active", "terminal", 1]])
  })

  it("S-12 count no session twice when a neighbour's request makes the transaction fail", () => {
    const [one] = commit(create("one"))
    if (one === undefined || one === 0 || one._tag !== "Created") throw new Error("the session was not made")
    database.db.exec("DELETE FROM sessions WHERE id = 'one'")
    const state = sampleState("one")
    const broken: WriterRequest = {
      op: "append",
      session: one.session,
      epoch: 1,
      piece: undefined,
      state,
      journal: undefined,
      key: undefined,
    }
    expect(commit(create("two"), broken)).toMatchObject([{ _tag: "Created" }, { _tag: "Failed" }])
    expect(counts()).toEqual([["active", "terminal", 2]])
  })
})
