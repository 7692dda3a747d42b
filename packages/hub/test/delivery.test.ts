import { afterEach, beforeEach, describe, expect, it } from "vitest"
import {
  attachReader,
  createTerminal,
  type House,
  openHouse,
  OWNER,
  Reader,
  testDirectory,
} from "@holdfast/testkit/hub/hub-house"
import { ScriptedRunner } from "@holdfast/testkit/hub/scripted-runner"

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Counts how many deliveries of a reader came in one turn of the event loop; gives the most so far. */
function countTurns(reader: Reader): () => number {
  const { events } = reader
  let inTurn = 0
  let most = 0
  Object.assign(reader, {
    events: (...delivery: Parameters<Reader["events"]>) => {
      inTurn += 1
      most = Math.max(most, inTurn)
      // Delivery is an immediate too: one that is planned from here runs in the next turn, before its deliveries.
      setImmediate(() => (inTurn = 0))
      events(...delivery)
    },
  })
  return () => most
}

describe("delivery", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  let runner: ScriptedRunner
  let id: string
  beforeEach(async () => {
    directory = await testDirectory()
    runner = new ScriptedRunner("one")
    house = await openHouse({
      directory: directory.path,
      runners: runner.layer,
      settings: { subscriberWindow: 65_536, catchUpChunk: 4096 },
    })
    id = (await createTerminal(house, { command: "/bin/sh" })).id
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })
  const head = async (): Promise<number> => (await house.run(house.hub.get(id))).lastSeq
  const reach = async (seq: number): Promise<void> => {
    const watcher = await attachReader(house, { session: id, after: 0 })
    await watcher.until(`seq ${seq}`, ({ list }) => (list.at(-1)?.seq ?? 0) >= seq)
    watcher.attachment?.detach()
  }

  it("D-3 trap:3 a quiet session is said to be caught up, and a new cursor is noticed without an event", async () => {
    const reader = await attachReader(house, { session: id, after: await head() })
    await reader.until("synced", ({ seen }) => seen.length === 1)
    expect(reader.seen).toEqual([{ kind: "synced", seq: 2 }])
    expect(reader.attachment?.head()).toBe(2)
  })

  it("D-1 trap:1 check:O3 every cursor resumes while events are appended: no gap, no duplicate, one synced", async () => {
    for (let i = 0; i < 100; i++) runner.print(`${i}\n`)
    await reach(3)
    const readers: Array<{ readonly after: number; readonly reader: Reader }> = []
    let printed = 0
    for (let after = 0; after <= 100; after++) {
      runner.print(`more ${printed++}\n`)
      const cursor = Math.min(after, await head())
      readers.push({ after: cursor, reader: await attachReader(house, { session: id, after: cursor }) })
      runner.print(`more ${printed++}\n`)
      await tick()
    }
    runner.note({ type: "exit", code: 0 })
    for (const { after, reader } of readers) {
      await reader.until(
        "the exit",
        ({ list, seen }) => list.at(-1)?.type === "exit" && seen.some(({ kind }) => kind === "synced"),
      )
      reader.checkDense(after)
      expect(reader.seen.filter(({ kind }) => kind === "synced")).toHaveLength(1)
    }
    const all = await attachReader(house, { session: id, after: 0 })
    await all.until("the exit", ({ list }) => list.at(-1)?.type === "exit")
    expect(all.text).toBe(runner.child.printed(runner.child.journal.length))
  })

  it("D-7 trap:2 a reader that comes back with its last seq gets exactly what it missed", async () => {
    const reader = await attachReader(house, { session: id, after: 0 })
    runner.print("one")
    await reader.until("one", ({ text }) => text === "one")
    const cursor = reader.list.at(-1)?.seq ?? 0
    reader.attachment?.detach()
    runner.print("two")
    runner.print("three")
    const again = await attachReader(house, { session: id, after: cursor })
    await again.until("three", ({ text }) => text === "twothree")
    again.checkDense(cursor)
    expect(reader.text).toBe("one")
  })

  it("trap:21 after 0 the first event is seq 1", async () => {
    const reader = await attachReader(house, { session: id, after: 0 })
    await reader.until("synced", ({ seen }) => seen.some(({ kind }) => kind === "synced"))
    expect(reader.list[0]).toMatchObject({ seq: 1, type: "created" })
  })

  it("D-14 trap:10 what is replayed comes before synced, what is live after", async () => {
    runner.print("old")
    await reach(3)
    const reader = await attachReader(house, { session: id, after: 0 })
    await reader.until("synced", ({ seen }) => seen.some(({ kind }) => kind === "synced"))
    runner.print("new")
    await reader.until("new", ({ text }) => text === "oldnew")
    const at = reader.seen.findIndex(({ kind }) => kind === "synced")
    expect(reader.seen.slice(0, at).filter((one) => one.kind === "event")).toHaveLength(3)
    expect(reader.seen.slice(at + 1)).toHaveLength(1)
  })

  it("D-9 what becomes durable in one turn of the event loop is one delivery, and no turn has two", async () => {
    const reader = new Reader()
    const mostInTurn = countTurns(reader)
    await attachReader(house, { session: id, after: await head() }, reader)
    await reader.until("synced", ({ seen }) => seen.length === 1)
    const marks = Array.from({ length: 50 }, (_, i) => house.run(house.hub.mark(id, { text: `mark ${i}` }, OWNER)))
    await Promise.all(marks)
    await reader.until("all marks", ({ list }) => list.length === 50)
    reader.checkDense(2)
    expect(reader.calls.length).toBeLessThan(10)
    expect(mostInTurn()).toBe(1)
  })

  it("D-10 check:V1 a reader that stops gets no more than its window, harms no other, and loses nothing", async () => {
    const slow = new Reader()
    slow.acknowledging = false
    await attachReader(house, { session: id, after: 0 }, slow)
    const quick = await attachReader(house, { session: id, after: 0 })
    const block = Buffer.alloc(8192, "x")
    for (let i = 0; i < 200; i++) {
      runner.print(block)
      if (i % 10 === 0) await tick()
    }
    runner.note({ type: "exit", code: 0 })
    await quick.until("the exit", ({ list }) => list.at(-1)?.type === "exit")
    const stopped = slow.attachment?.position()
    expect(stopped?.unacknowledged).toBeLessThan(65_536 + 140_000)
    expect(slow.list.at(-1)?.type).not.toBe("exit")
    slow.acknowledging = true
    slow.attachment?.acknowledge(stopped?.sent ?? 0)
    await slow.until("the exit", ({ list }) => list.at(-1)?.type === "exit")
    slow.checkDense(0)
    expect(slow.text).toBe(quick.text)
    expect(slow.seen.filter(({ kind }) => kind === "synced").length).toBeLessThanOrEqual(1)
  })

  it.each(["events", "synced", "viewers"] as const)(
    "D-16 a door that throws in %s ends its own reader, with a reason, and no other",
    async (call) => {
      const broken = new Reader()
      const passed = broken[call]
      let isBroken = call !== "events"
      Object.assign(broken, {
        [call]: (...given: ReadonlyArray<never>) => {
          if (isBroken) throw new Error("a mistake in a door")
          Reflect.apply(passed, broken, given)
        },
      })
      await attachReader(house, { session: id, after: 0 }, broken)
      const other = await attachReader(house, { session: id, after: 0 })
      isBroken = true
      runner.print(Buffer.from("one"))
      await broken.until("its end", ({ seen }) => seen.some(({ kind }) => kind === "detached"))
      expect(broken.seen.at(-1)).toEqual({ kind: "detached", reason: "the door failed to pass on the events; attach again" })
      runner.print(Buffer.from("two"))
      await other.until("what came after", ({ text }) => text.endsWith("onetwo"))
      other.checkDense(0)
      await other.until("word that the first has left", ({ viewersSeen }) => viewersSeen?.viewers.length === 1)
    },
  )

  it("D-10 a reader that leaves while it is full, in the middle of a delivery, is sent nothing any more", async () => {
    const leaving = new Reader()
    leaving.acknowledging = false
    const { events } = leaving
    let isFull = false
    let deliveries = 0
    Object.assign(leaving, {
      full: () => isFull,
      events: (...delivery: Parameters<Reader["events"]>) => {
        events.call(leaving, ...delivery)
        if (!leaving.text.includes("last")) return
        deliveries++
        isFull = true
        leaving.attachment?.detach()
      },
    })
    await attachReader(house, { session: id, after: 0 }, leaving)
    await leaving.until("synced", ({ seen }) => seen.some(({ kind }) => kind === "synced"))
    runner.print("last")
    await leaving.until("the last event", ({ text }) => text.includes("last"))
    isFull = false
    leaving.attachment?.acknowledge(leaving.list.at(-1)?.seq ?? 0)
    runner.print("after it")
    await reach(4)
    await tick()
    expect(deliveries).toBe(1)
  })

  it("D-13 an acknowledgement of a seq that was not sent is ignored", async () => {
    const slow = new Reader()
    slow.acknowledging = false
    await attachReader(house, { session: id, after: 0 }, slow)
    runner.print(Buffer.alloc(100_000))
    await slow.until("the output", ({ list }) => list.length === 3)
    const before = slow.attachment?.position().unacknowledged
    slow.attachment?.acknowledge(1_000_000)
    expect(slow.attachment?.position().unacknowledged).toBe(before)
  })

  it("D-5 check:O8 a cursor beyond the head, or of another log, begins with a reset", async () => {
    const ahead = await attachReader(house, { session: id, after: 1000 })
    await ahead.until("the snapshot", ({ seen }) => seen.some(({ kind }) => kind === "synced"))
    expect(ahead.seen[0]).toMatchObject({ kind: "snapshot", head: { reason: "reset" } })
    const other = await attachReader(house, { session: id, after: 1, log: "another" })
    await other.until("the snapshot", ({ seen }) => seen.some(({ kind }) => kind === "synced"))
    expect(other.seen[0]).toMatchObject({ kind: "snapshot", head: { reason: "reset" } })
  })

  it("D-6 check:O8 cursors that are not numbers of events are refused by name", async () => {
    for (const after of [-1, 1.5, Number.NaN, 2 ** 53, -0]) {
      await expect(attachReader(house, { session: id, after })).rejects.toMatchObject({ _tag: "CursorInvalid" })
      await expect(house.run(house.hub.events(id, { after, limit: 10 }))).rejects.toMatchObject({ _tag: "CursorInvalid" })
    }
    await expect(house.run(house.hub.events(id, { after: 99, limit: 10 }))).rejects.toMatchObject({
      _tag: "CursorAhead",
      lastSeq: 2,
    })
  })

  it("D-6 (fault:N72) a page names its log, and a cursor of another log is refused", async () => {
    const { log } = await house.run(house.hub.events(id, { after: 0, limit: 10 }))
    expect(await house.run(house.hub.events(id, { after: 1, log, limit: 10 }))).toMatchObject({ log, next: 2 })
    const other = house.run(house.hub.events(id, { after: 1, log: "another", limit: 10 }))
    await expect(other).rejects.toMatchObject({ _tag: "CursorAhead", lastSeq: 2 })
  })

  it("D-15 trap:13 a filter applies to backlog and live events, and the stream's own cursor advances", async () => {
    runner.print("a")
    await reach(3)
    await house.run(house.hub.mark(id, { text: "one" }, OWNER))
    const reader = await attachReader(house, { session: id, after: 0, filter: { channel: "session" } })
    await reader.until("synced", ({ seen }) => seen.some(({ kind }) => kind === "synced"))
    runner.print("b")
    await reach(5)
    await house.run(house.hub.mark(id, { text: "two" }, OWNER))
    await reader.until("the mark", ({ list }) => list.length === 3)
    expect(reader.list.map(({ type }) => type)).toEqual(["created", "marked", "marked"])
    expect(reader.attachment?.position().sent).toBe(6)
  })

  it("D-4 T-6 a snapshot stands for the whole record, also when the screen was taken in the middle of one", async () => {
    runner.child.checkpoint = () => {
      // The screen knows the first of three pieces that became one record.
      const position = runner.child.journal.length - 2
      return Promise.resolve({ position, cols: 80, rows: 24, screen: runner.child.printed(position) })
    }
    runner.print("first ")
    for (const piece of ["a", "b", "c", "d"]) runner.print(piece)
    const reader = await attachReader(house, { session: id })
    await reader.until("synced", ({ seen }) => seen.some(({ kind }) => kind === "synced"))
    const [snapshot] = reader.seen
    if (snapshot?.kind !== "snapshot") throw new Error("no snapshot")
    expect(snapshot.head).toEqual({ reason: "fresh", cols: 80, rows: 24 })
    reader.checkDense(snapshot.seq)
    expect(snapshot.screen + reader.text).toBe("first abcd")
  })

  it("D-4 without a live screen the stored one or the whole log is the beginning", async () => {
    runner.child.checkpoint = () => Promise.reject(new Error("no screen"))
    runner.print("all of it")
    await reach(3)
    const reader = await attachReader(house, { session: id })
    await reader.until("synced", ({ seen }) => seen.some(({ kind }) => kind === "synced"))
    expect(reader.seen[0]).toMatchObject({ kind: "snapshot", seq: 0, screen: "" })
    expect(reader.text).toBe("all of it")
    runner.note({ type: "checkpoint", position: runner.child.journal.length, cols: 80, rows: 24, screen: "last screen" })
    runner.note({ type: "exit", code: 0 })
    await reader.until("the exit", ({ list }) => list.at(-1)?.type === "exit")
    const late = await attachReader(house, { session: id })
    await late.until("synced", ({ seen }) => seen.some(({ kind }) => kind === "synced"))
    expect(late.seen[0]).toMatchObject({ kind: "snapshot", seq: 3, screen: "last screen" })
    expect(late.list.map(({ type }) => type)).toEqual(["exit"])
    expect(runner.child.forgotten).toBe(true)
  })
})
