import { describe, expect, it } from "vitest"
import type { WholeTrace } from "@holdfast/client/model"
import { bucketAt, grown, seqIn, timeOf, timeOfSeq } from "../src/ui/trace/growing-trace.ts"
import { traceShape } from "../src/ui/trace/trace-shape.ts"
import { didIn } from "../src/ui/trace/trace-words.ts"
import { WholeTraceFollower } from "../src/ui/trace/WholeTraceFollower.ts"
import type { Grower } from "../src/ui/trace/WholeTraceFollower.ts"

const trace = (signs: string, more: Partial<WholeTrace> = {}): WholeTrace => ({
  session: "s",
  from: 0,
  to: signs.length * 100,
  signs,
  messages: [],
  seqs: Array.from(signs, (_, at) => at * 10),
  ...more,
})

describe("the shape of a trace", () => {
  it("APP-70 each sign is one path of runs, a run of one bucket is still seen, and a notch stands in its bucket", () => {
    const shape = traceShape("..ww.a.f", [0, 5], 8)
    expect(shape.worked).toBe("M2 4H4")
    expect(shape.waited).toBe("M4.75 4H6.25")
    expect(shape.failed).toBe("M6.75 4H8.25")
    expect(shape.messages).toBe("M0.5 0V8M5.5 0V8")
  })

  it("APP-70 a trace in which nothing happened has no paths", () => {
    expect(traceShape("....", [], 8)).toEqual({ worked: "", waited: "", failed: "", messages: "" })
  })
})

describe("a trace that grows", () => {
  it("APP-71 time that passed is filled with what the session did, in buckets of the same length", () => {
    const after = grown(trace("ww.."), { time: 650, since: "a", lastSeq: 60 })
    expect(after.signs).toBe("ww..aaa")
    expect(after).toMatchObject({ from: 0, to: 700 })
    expect(after.seqs).toHaveLength(7)
    expect(after.seqs.every((seq, at) => at === 0 || seq >= (after.seqs[at - 1] ?? 0))).toBe(true)
    expect(after.seqs.at(-1)).toBeLessThanOrEqual(60)
  })

  it("APP-71 nothing new is the same object", () => {
    const before = trace("w.")
    expect(grown(before, { time: 150, since: "w", lastSeq: 20 })).toBe(before)
  })

  it("APP-71 a failure outweighs all else, a message is noted in its bucket, and what lies outside is left out", () => {
    const after = grown(trace("wwww"), { time: 400, since: ".", lastSeq: 40, messages: [50, 9000], failures: [250] })
    expect(after.signs).toBe("wwfw")
    expect(after.messages).toEqual([0])
  })

  it("APP-71 a log that gets long has its buckets joined, and loses no sign, message or seq order", () => {
    const signs = `${"w".repeat(511)}f`
    const after = grown(trace(signs, { messages: [0, 511] }), { time: 512 * 100 * 40, since: "w", lastSeq: 9_000 })
    expect(after.signs.length).toBeLessThanOrEqual(1024)
    expect(after.signs).toContain("f")
    expect(after.messages[0]).toBe(0)
    expect(after.to).toBeGreaterThanOrEqual(512 * 100 * 40)
    expect(after.seqs).toHaveLength(after.signs.length)
    expect(after.seqs.toSorted((a, b) => a - b)).toEqual(after.seqs)
  })

  it("APP-72 a place in it is a time and a seq, and back again", () => {
    const one = trace("wwww")
    expect(bucketAt(one, 250)).toBe(2)
    expect(bucketAt(one, -5)).toBe(0)
    expect(bucketAt(one, 5000)).toBe(3)
    expect(timeOf(one, 2)).toBe(200)
    expect(seqIn(one, 1, 99)).toBe(19)
    expect(seqIn(one, 3, 99)).toBe(99)
    expect(timeOfSeq(one, 25)).toBe(200)
  })
})

describe("a trace that follows its session", () => {
  const record = (change: Partial<Grower> = {}): Grower => ({
    activity: "idle",
    lastActiveAt: 0,
    lastSeq: 40,
    turn: { status: "idle" },
    ...change,
  })

  it("APP-71 it is asked for once, and grows from the record", async () => {
    let now = 400
    let asked = 0
    const follower = new WholeTraceFollower(() => now)
    follower.changed(record())
    await follower.load(() => {
      asked++
      return Promise.resolve(trace("...."))
    })
    now = 500
    follower.changed(record({ activity: "working", turn: { status: "streaming", id: "t1", startedAt: 450 } }))
    now = 700
    follower.tick()
    now = 800
    follower.changed(record({ activity: "asking", turn: { status: "streaming", id: "t1", startedAt: 450 } }))
    now = 900
    follower.changed(record({ news: { seq: 50, time: 890, what: "failed" }, lastSeq: 50 }))
    const shown = follower.get()
    expect(asked).toBe(1)
    expect(shown?.messages).toEqual([4])
    expect(shown?.signs).toMatch(/^\.{4}[.w]w+a*f$/)
    expect(shown?.to).toBeGreaterThanOrEqual(900)
  })

  it("APP-71 what a terminal printed counts at its time: nothing between that and the last known moment, nor ever since", async () => {
    const follower = new WholeTraceFollower(() => 100_000)
    const printed = (time: number) => follower.does({ session: "s", what: "printing", words: "a line", time })
    const { activity: _, ...idle } = record()
    follower.changed(idle)
    printed(390)
    await follower.load(() => Promise.resolve(trace("...w")))
    // What it did last is known again after a restart, and is no work of now.
    printed(395)
    expect(follower.get()?.signs).toBe("...w")
    printed(9_050)
    expect(follower.get()?.signs).toMatch(/^\.{3}w\.{86}w$/)
    printed(9_250)
    expect(follower.get()?.signs).toMatch(/^\.{3}w\.{86}www$/)
    printed(20_050)
    expect(follower.get()?.signs).toMatch(/^\.{3}w\.{86}www\.+w$/)
  })

  it("APP-71 of two answers the later one counts, whichever comes first", async () => {
    const follower = new WholeTraceFollower(() => 0)
    let first: (trace: WholeTrace) => void = () => undefined
    const slow = follower.load(() => new Promise((resolve) => (first = resolve)))
    await follower.load(() => Promise.resolve(trace("ww")))
    first(trace("...."))
    await slow
    expect(follower.get()?.signs).toBe("ww")
  })
})

it("APP-72 what a place says is said in words", () => {
  expect(didIn("a", true, "agent")).toBe("waited for you, a message")
  expect(didIn("w", true, "terminal")).toBe("worked, a command")
  expect(didIn(undefined, false, "agent")).toBe("did nothing")
})
