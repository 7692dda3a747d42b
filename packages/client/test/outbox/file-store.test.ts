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
import type { NodeFile, NodeFiles } from "../../src/outbox/file/node.ts"
import type { OutboxItem } from "../../src/outbox/item.ts"
import { openOutbox } from "../../src/outbox/open.ts"
import { memoryStore, type Change, type OutboxStore } from "../../src/outbox/OutboxStore.ts"
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

/** Node's files, each call after what `wait` waits for. */
const slowly = (wait: () => Promise<unknown>): NodeFiles => {
  const proxy = <A extends object>(target: A): A =>
    new Proxy(target, {
      get: (of, name) => {
        const value: unknown = Reflect.get(of, name)
        if (typeof value !== "function") return value
        return async (...call: ReadonlyArray<unknown>) => {
          await wait()
          const answer: unknown = await Reflect.apply(value, of, call)
          return name === "open" ? proxy(answer as object) : answer
        }
      },
    })
  return proxy(files as unknown as NodeFiles)
}

/** A disk that keeps a part of what is written, and fails, while `failure` is set. */
const full = (): { readonly files: NodeFiles; failure: { readonly keep: number; readonly at: string } | null } => {
  const disk = {
    failure: null as { readonly keep: number; readonly at: string } | null,
    files: {
      ...(files as unknown as NodeFiles),
      open: async (...call: Parameters<NodeFiles["open"]>) => {
        const file = (await files.open(...call)) as unknown as NodeFile
        const failing = async (at: string, f: (keep: number) => Promise<void>): Promise<void> => {
          await f(disk.failure === null || disk.failure.at !== at ? 1 : disk.failure.keep)
          if (disk.failure?.at === at && !String(call[0]).endsWith(".lock")) throw new Error("no space left")
        }
        const named: NodeFile = {
          writeFile: (content) => failing("write", (keep) => file.writeFile(content.slice(0, Math.round(content.length * keep)))),
          datasync: () => failing("sync", () => file.datasync()),
          truncate: (size) => file.truncate(size),
          read: (...of) => file.read(...of),
          sync: () => file.sync(),
          stat: () => file.stat(),
          close: () => file.close(),
        }
        return named
      },
    },
  }
  return disk
}

describe("an outbox in a file", () => {
  let folder = ""
  let path = ""
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "holdfast-outbox-"))
    path = join(folder, "box.jsonl")
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const lock = (name = `${path}.lock`) => new FileLock(files as unknown as NodeFiles, process, name)
  const open = (most?: number) => new FileStore(files as unknown as NodeFiles, lock(), path, most)
  const add = (store: OutboxStore, ...ids: ReadonlyArray<string>) =>
    store.write(
      ids.map((id) => ({ item: item(id) })),
      1000,
      true,
    )
  const ids = async (store: OutboxStore) => (await store.read()).map(({ id }) => id)

  it("C-58 passes over a line that was torn, wherever it was torn, and loses nothing that was stored", async () => {
    await add(open(), "one")
    const first = readFileSync(path)
    await add(open(), "two", "torn")
    const whole = readFileSync(path)
    const last = whole.length - first.length - 1
    for (const cut of [1, 2, 30, 60, 90, last - 2, last - 1, last]) {
      writeFileSync(path, whole.subarray(0, first.length + cut))
      const store = open()
      await add(store, "three")
      expect(await ids(open())).toEqual(["one", "three"])
      expect(await ids(store)).toEqual(await ids(open()))
    }
    appendFileSync(path, 'null\n{"item":1}\n{}\n[{}]\n')
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

  /** Changes of three items, each from the state that the generator believes to be there. */
  const changes = fc.array(
    fc
      .record({ id: fc.constantFrom("a", "b", "c"), version: fc.integer({ min: 1, max: 4 }), gone: fc.boolean() })
      .map(({ id, version, gone }): Change => ({ item: item(id, version), ...(gone && version > 1 ? { gone } : {}) })),
    { maxLength: 4 },
  )
  const sorted = async (store: OutboxStore) => (await store.read()).toSorted((a, b) => (a.id < b.id ? -1 : 1))

  it("C-51 behaves as the store in memory does, for any changes, also of what was removed and added again", async () => {
    const property = fc.asyncProperty(fc.array(changes, { maxLength: 5 }), async (writes) => {
      rmSync(path, { force: true })
      const [memory, first, second] = [memoryStore(), open(4), open()]
      for (const [index, some] of writes.entries()) {
        const expected = await memory.write(some, 2, false)
        expect(await (index % 2 === 0 ? first : second).write(some, 2, false)).toEqual(expected)
        for (const store of [first, second, open()]) expect(await sorted(store)).toEqual(await sorted(memory))
      }
    })
    await fc.assert(property, { numRuns: 12 })
  })

  it("C-58 of two that change an item at once one does, though the lock stops neither and the file is replaced", async () => {
    const robbery = fc.infiniteStream(fc.integer({ min: 1, max: 9 }))
    const property = fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 2, max: 6 }),
      robbery,
      async (scheduler, most, patience) => {
        for (const file of readdirSync(folder)) rmSync(join(folder, file))
        const step = () => scheduler.schedule(Promise.resolve())
        let holder: object | undefined
        /** A lock that is taken away from who holds it after a few attempts, while that goes on writing. */
        const robbed = () => {
          const own = {}
          let attempts = 0
          const take = async () => {
            await step()
            const isTaken = holder === undefined || ++attempts > (patience.next().value ?? 1)
            if (isTaken) [holder, attempts] = [own, 0]
            return isTaken
          }
          return { take, release: async () => void (holder = holder === own ? undefined : holder) }
        }
        const slow = slowly(step)
        const stores = [1, 2, 3].map(() => new FileStore(slow, robbed(), path, most))
        const made: Array<string> = []
        const work = stores.map(async (store) => {
          for (let version = 1; version <= 9; version++)
            for (const id of ["a", "b"]) {
              const [isMade] = await store.write([{ item: item(id, version) }], 1000, false)
              if (isMade === true) made.push(`${id}${version}`)
              else version = Math.max(version, (await store.read([id]))[0]?.version ?? 0)
            }
        })
        await scheduler.waitFor(Promise.all(work))
        expect(new Set(made).size).toBe(made.length)
        const stored = await sorted(open())
        expect(stored.map(({ id, version }) => `${id}${version}`)).toEqual(["a9", "b9"])
        for (const store of stores) expect(await scheduler.waitFor(sorted(store))).toEqual(stored)
      },
    )
    await fc.assert(property, { numRuns: 10 })
  })

  it("C-59 what a failed write left in the file does not count, and what was stored before does", async () => {
    const failing = fc.record({ keep: fc.double({ min: 0, max: 1, noNaN: true }), at: fc.constantFrom("write", "sync") })
    const property = fc.asyncProperty(fc.array(fc.option(failing), { minLength: 1, maxLength: 8 }), async (writes) => {
      rmSync(path, { force: true })
      const disk = full()
      const store = new FileStore(disk.files, lock(), path, 3)
      const kept: Array<string> = []
      for (const [index, failure] of writes.entries()) {
        disk.failure = failure
        const [one, two] = [`${index}a`, `${index}b`]
        const stored = await add(store, one, two).then(
          () => true,
          () => false,
        )
        expect(stored).toBe(failure === null)
        if (stored) kept.push(one, two)
        if (stored) expect(await ids(store)).toEqual(kept)
      }
      disk.failure = null
      expect(await ids(open())).toEqual(kept)
      await add(store, "last")
      expect(await ids(open())).toEqual([...kept, "last"])
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
    // The clock was set back: a time that lies ahead says nothing of the next hours.
    const ahead = new Date(Date.now() + 3_600_000)
    utimesSync(name, ahead, ahead)
    expect(await other.take()).toBe(true)
    await other.release()
    expect(await mine.take()).toBe(true)
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
