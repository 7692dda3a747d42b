/** The journal of one child, on a real disk. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { recoverJournal } from "../src/client/recover.ts"
import { Journal, type JournalOptions, type JournalReader } from "../src/journal/Journal.ts"
import { OutputPool } from "../src/journal/OutputPool.ts"
import type { JournalEntry } from "@holdfast/link/messages"
import { temporaryDirectory, until } from "@holdfast/testkit/runner/live-runner"

const KiB = 1024
let data: ReturnType<typeof temporaryDirectory>
let full: Array<boolean>
let troubles: Array<Error | undefined>

beforeEach(() => {
  data = temporaryDirectory()
  mkdirSync(join(data.path, "journal"))
  full = []
  troubles = []
})
afterEach(() => data.dispose())

function journal(changed: Partial<JournalOptions> = {}): Journal {
  return new Journal({
    directory: join(data.path, "journal"),
    id: "child",
    session: "session",
    memoryMax: 64 * KiB,
    diskMax: 1024 * KiB * KiB,
    pool: new OutputPool(),
    full: (now) => void full.push(now),
    trouble: (error) => void troubles.push(error),
    ...changed,
  })
}

const bytesOf = (position: number, size = 8 * KiB): Uint8Array => new Uint8Array(size).fill(position % 251)

function fill(one: Journal, count: number, size?: number): void {
  for (let index = 0; index < count; index++) one.append(1000 + one.head, { bytes: bytesOf(one.head + 1, size) })
}

async function take(reader: JournalReader, count: number): Promise<Array<JournalEntry>> {
  const entries: Array<JournalEntry> = []
  await until(`${count} entries`, () => {
    for (;;) {
      const entry = reader.take()
      if (typeof entry === "string") break
      entries.push("bytes" in entry ? { ...entry, bytes: Uint8Array.from(entry.bytes) } : entry)
    }
    return entries.length >= count
  })
  return entries
}

const expected = (first: number, last: number, size?: number): ReadonlyArray<unknown> =>
  Array.from({ length: last - first + 1 }, (_, index) => ({
    position: first + index,
    time: 999 + first + index,
    bytes: bytesOf(first + index, size),
  }))

const files = (): ReadonlyArray<string> => {
  const directory = join(data.path, "journal", "child")
  return existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith(".seg")) : []
}

describe("journal", () => {
  it("R-3 R-6 returns entries in order from any position, whether they are in memory or in a file", async () => {
    const one = journal()
    fill(one, 500)
    await until("the spill", () => one.memoryBytes <= 64 * KiB)
    fill(one, 5)
    one.append(2000, { note: { type: "title", title: "é" } })
    for (const after of [0, 1, 250, 499, 503, 505]) {
      const reader = one.reader(
        after,
        () => undefined,
        () => undefined,
      )
      const entries = await take(reader, 506 - after)
      expect(entries.slice(0, -1)).toEqual(
        expected(after + 1, 505).map((entry, index) => ({ ...(entry as object), time: 999 + after + 1 + index })),
      )
      expect(entries.at(-1)).toEqual({ position: 506, time: 2000, note: { type: "title", title: "é" } })
      reader.close()
    }
    await one.close(true)
    expect(existsSync(join(data.path, "journal", "child"))).toBe(false)
  })

  it("R-4 an acknowledged entry is dropped, from memory and from the disk", async () => {
    const one = journal()
    for (let round = 0; round < 300; round++) {
      fill(one, 10)
      await until("room", () => full.at(-1) !== true)
    }
    await until("the spill", () => one.diskBytes > 16 * KiB * KiB && one.memoryBytes <= 64 * KiB)
    expect(files().length).toBeGreaterThan(2)
    one.acknowledge(2000)
    await until("the first files' end", () => one.diskBytes < 16 * KiB * KiB)
    const reader = one.reader(
      0,
      () => undefined,
      () => undefined,
    )
    expect((await take(reader, 1000))[0]?.position).toBe(2001)
    one.acknowledge(3000)
    await until("all files' end", () => files().length === 0)
    expect(one.memoryBytes).toBe(0)
    expect(one.diskBytes).toBe(0)
    fill(one, 1)
    expect((await take(reader, 1))[0]?.position).toBe(3001)
    await one.close(true)
  })

  it("R-6 the child is paused at the disk's limit and continues once there is room", async () => {
    const one = journal({ diskMax: 256 * KiB })
    for (let round = 0; round < 200 && full.at(-1) !== true; round++) {
      fill(one, 1)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(full.at(-1)).toBe(true)
    await until("rest", () => one.diskBytes >= 256 * KiB || one.memoryBytes > 64 * KiB)
    expect(one.memoryBytes).toBeLessThan(256 * KiB)
    one.acknowledge(one.head)
    await until("the child to go on", () => full.at(-1) === false)
    await one.close(true)
  })

  it("R-6 while the hub takes entries the child is paced instead of spilling", async () => {
    const one = journal()
    one.holdSpill(true)
    fill(one, 20)
    expect(full).toEqual([true])
    expect(one.diskBytes).toBe(0)
    one.acknowledge(18)
    expect(full).toEqual([true, false])
    fill(one, 20)
    one.holdSpill(false)
    await until("the spill", () => one.diskBytes > 0 && full.at(-1) === false)
    await one.close(true)
  })

  it("R-7 a damaged record is reported and never returned as data", async () => {
    for (const place of [3, 30, 70_000]) {
      const one = journal()
      fill(one, 100)
      await until("the spill", () => one.memoryBytes <= 64 * KiB && one.diskBytes > 0)
      const [name] = files()
      const path = join(data.path, "journal", "child", name ?? "")
      const content = readFileSync(path)
      content[place] = (content[place] ?? 0) ^ 0x40
      writeFileSync(path, content)
      let damaged: Error | undefined
      const reader = one.reader(
        0,
        () => undefined,
        (error) => (damaged = error),
      )
      const seen: Array<JournalEntry> = []
      await until("the report", () => {
        const entry = reader.take()
        if (typeof entry !== "string")
          seen.push({ ...entry, ...("bytes" in entry ? { bytes: Uint8Array.from(entry.bytes) } : {}) } as JournalEntry)
        return damaged
      })
      expect(seen).toEqual(expected(1, seen.length))
      const [recovered] = await recoverJournal(data.path)
      expect(recovered?.damaged).toBe(true)
      expect(recovered?.last).toBe(place < 8000 ? 0 : 8)
      await one.close(true)
    }
  })

  it("R-15 a failing disk pauses the child, loses nothing, and is tried again", async () => {
    writeFileSync(join(data.path, "journal", "child"), "in the way")
    const one = journal()
    fill(one, 40)
    await until("the trouble", () => troubles.some((error) => error !== undefined))
    expect(full.at(-1)).toBe(true)
    rmSync(join(data.path, "journal", "child"))
    await until("the recovery", () => full.at(-1) === false)
    const reader = one.reader(
      0,
      () => undefined,
      () => undefined,
    )
    expect(await take(reader, 40)).toEqual(expected(1, 40))
    await one.close(true)
  })

  it("R-16 what was written when the process died is read up to the record that was cut short", async () => {
    const one = journal()
    fill(one, 100)
    await one.persist()
    const [name] = files()
    const path = join(data.path, "journal", "child", name ?? "")
    const content = readFileSync(path)
    for (const cut of [1, 7, 20, 5000, 8217]) {
      writeFileSync(path, content.subarray(0, content.length - cut))
      const [recovered] = await recoverJournal(data.path)
      expect(recovered).toMatchObject({ id: "child", session: "session", first: 1, last: 99, damaged: false })
      const entries: Array<JournalEntry> = []
      for await (const entry of recovered?.entries(90) ?? []) entries.push(entry)
      expect(
        entries.map((entry) => ({ ...entry, ...("bytes" in entry ? { bytes: Uint8Array.from(entry.bytes) } : {}) })),
      ).toEqual(expected(91, 99))
    }
    await one.close(true)
  })
})
