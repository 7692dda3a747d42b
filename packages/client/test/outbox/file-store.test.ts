/// <reference types="node" />
import { spawnSync } from "node:child_process"
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import * as files from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { FileLock, fileTurns } from "../../src/outbox/file/FileLock.ts"
import { FileStore } from "../../src/outbox/file/FileStore.ts"
import type { NodeFiles } from "../../src/outbox/file/node.ts"
import type { OutboxItem } from "../../src/outbox/item.ts"
import { openOutbox } from "../../src/outbox/open.ts"
import { memoryStore, type OutboxStore } from "../../src/outbox/OutboxStore.ts"
import { platformTimers } from "../../src/timers.ts"

const item = (id: string, version = 1, status: OutboxItem["status"] = "pending"): OutboxItem => ({
  id,
  version,
  order: 1,
  operation: "log.mark",
  input: { text: "é" },
  session: "a",
  status,
  priority: 0,
  at: 1,
  tries: 0,
  sent: false,
})

describe("an outbox in a file", () => {
  let folder = ""
  let path = ""
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "holdfast-outbox-"))
    path = join(folder, "box.jsonl")
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const lock = (name = `${path}.lock`) => new FileLock(files as unknown as NodeFiles, process, name)
  const open = () => new FileStore(files as unknown as NodeFiles, lock(), path)
  const add = (store: OutboxStore, ...ids: ReadonlyArray<string>) =>
    store.write(
      ids.map((id) => ({ item: item(id) })),
      1000,
      true,
    )
  const ids = async (store: OutboxStore) => (await store.read()).map(({ id }) => id)

  it("C-58 passes over a line that was torn, wherever it was torn, and loses nothing that was stored", async () => {
    await add(open(), "one", "two")
    const whole = readFileSync(path)
    const [first = ""] = whole.toString().split("\n")
    const last = whole.length - first.length - 2
    for (const cut of [1, 2, 30, 60, 90, last - 2, last - 1, last]) {
      writeFileSync(path, whole.subarray(0, first.length + 1 + cut))
      const store = open()
      await add(store, "three")
      expect(await ids(open())).toContain("one")
      expect(await ids(open())).toContain("three")
      expect(await ids(store)).toEqual(await ids(open()))
    }
    appendFileSync(path, 'null\n{"item":1}\n{}\n')
    expect(await ids(open())).toContain("three")
  })

  it("C-58 two processes on one file see each other's changes, each applied to what is there", async () => {
    const [a, b] = [open(), open()]
    await Promise.all([add(a, "1", "2"), add(b, "3"), add(a, "4"), add(b, "5")])
    expect((await ids(a)).sort()).toEqual(["1", "2", "3", "4", "5"])
    expect((await ids(b)).sort()).toEqual(["1", "2", "3", "4", "5"])
    expect(await a.write([{ item: item("1", 2, "processing") }], 1000, false)).toEqual([true])
    expect(await b.write([{ item: item("1", 2), gone: true }], 1000, false)).toEqual([false])
    expect(await b.write([{ item: item("1", 3), gone: true }], 1000, false)).toEqual([true])
    expect(await a.read(["1"])).toEqual([])
    expect(await a.write([{ item: item("6") }, { item: item("7") }], 5, true)).toEqual([true, false])
    const noticed = new Promise<void>((resolve) => a.watch(resolve))
    await add(b, "8")
    await noticed
    a.close()
  })

  it("C-58 is written again from the start when it has grown, whatever moment that was interrupted at", async () => {
    const store = open()
    await add(store, "kept", "gone")
    await store.write([{ item: item("gone", 2), gone: true }], 1000, true)
    const versions = Array.from({ length: 1098 }, (_, index) => ({ item: item("kept", index + 2) }))
    await store.write(versions, 1000, false)
    expect(statSync(path).size).toBeLessThan(20_000)
    expect(readdirSync(folder)).toEqual(["box.jsonl"])
    expect(await open().read()).toEqual([item("kept", 1099)])
    // Moved aside, and killed before the new file was there, or whole.
    const whole = readFileSync(path)
    for (const written of [undefined, whole.subarray(0, 20), whole]) {
      writeFileSync(`${path}.abc.old`, whole)
      if (written === undefined) rmSync(path)
      else writeFileSync(path, written)
      const after = open()
      expect(await after.read()).toEqual([item("kept", 1099)])
      await add(after, "more")
      expect(await ids(open())).toEqual(["kept", "more"])
      expect(readdirSync(folder)).toEqual(["box.jsonl"])
    }
  })

  it("C-51 behaves as the store in memory does, for any changes", async () => {
    const change = fc.record({ id: fc.constantFrom("a", "b", "c"), version: fc.integer({ min: 1, max: 4 }), gone: fc.boolean() })
    const property = fc.asyncProperty(fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 5 }), async (writes) => {
      rmSync(path, { force: true })
      const [memory, first, second] = [memoryStore(), open(), open()]
      const gone = new Set<string>()
      for (const [index, changes] of writes.entries()) {
        // An id is made once: nothing is added again under that of something that is gone.
        const fresh = changes.filter((one) => !gone.has(one.id))
        for (const one of fresh) if (one.gone) gone.add(one.id)
        const some = fresh.map(({ id, version, gone: isGone }) => ({
          item: item(id, version),
          ...(isGone && version > 1 ? { gone: true as const } : {}),
        }))
        const expected = await memory.write(some, 2, false)
        expect(await (index % 2 === 0 ? first : second).write(some, 2, false)).toEqual(expected)
        const sorted = async (store: OutboxStore) => (await store.read()).toSorted((a, b) => (a.id < b.id ? -1 : 1))
        expect(await sorted(first)).toEqual(await sorted(memory))
        expect(await sorted(open())).toEqual(await sorted(memory))
      }
    })
    await fc.assert(property, { numRuns: 12 })
  })

  it("C-58 a lock is taken over from a process that has ended, or has not touched it for five seconds, and from no other", async () => {
    const name = join(folder, "turn")
    const [mine, other] = [lock(name), lock(name)]
    expect(await mine.take()).toBe(true)
    expect(await other.take()).toBe(false)
    const before = new Date(Date.now() - 6000)
    utimesSync(name, before, before)
    await mine.touch()
    expect(await other.take()).toBe(false)
    utimesSync(name, before, before)
    expect(await other.take()).toBe(true)
    expect(await mine.isHeld()).toBe(false)
    await mine.release()
    expect(await other.isHeld()).toBe(true)
    await other.release()
    writeFileSync(name, `${spawnSync("true").pid} ended`)
    expect(await mine.take()).toBe(true)
    const lost: Array<string> = []
    const turns = fileTurns(other, platformTimers)
    const taken = turns.take(new AbortController().signal, () => lost.push("lost"))
    await mine.release()
    const turn = await taken
    expect(await turn.isHeld()).toBe(true)
    utimesSync(name, before, before)
    expect(await mine.take()).toBe(true)
    expect(await turn.isHeld()).toBe(false)
    expect(lost).toEqual(["lost"])
    await mine.release()
  })

  it("C-51 is kept in memory, and says so, where no file can be", async () => {
    const file = join(folder, "not-a-folder")
    writeFileSync(file, "")
    const outbox = await openOutbox({ name: "x", file: join(file, "box"), send: () => new Promise(() => undefined) })
    expect(outbox.state).toMatchObject({ kind: "memory", isDurable: false, problem: { tag: "OutboxInMemory" } })
    await outbox.send("a", { text: "kept" }).stored
    outbox.close()
  })
})
