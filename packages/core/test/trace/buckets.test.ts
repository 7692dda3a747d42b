import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { TraceSign } from "@holdfast/protocol/trace-signs"
import { bucketsOf, type Point, TraceBuckets } from "../../src/trace/buckets.ts"

const point = (time: number, sign: TraceSign, until?: number): Point => ({
  seq: time,
  time,
  sign,
  ...(until === undefined ? {} : { until }),
})
const stretch = { from: 1000, to: 2000, count: 10 }

describe("a trace in buckets", () => {
  it("L-7 what a session does fills its buckets, the weightiest sign counts, and it lasts up to now", () => {
    const points = [point(500, "w"), point(1250, "a"), point(1330, "w"), point(1650, "."), point(1660, "f"), point(1700, "m")]
    expect(bucketsOf(points, stretch)).toEqual({ signs: "wwaawwf...", messages: [7] })
    expect(bucketsOf([point(500, "w")], stretch, 1550).signs).toBe("wwwwww....")
    expect(bucketsOf([point(2000, "f"), point(2000, "m")], stretch)).toEqual({ signs: ".........f", messages: [9] })
    expect(bucketsOf([point(500, "m"), point(700, "f"), point(2500, "m")], stretch)).toEqual({
      signs: "..........",
      messages: [],
    })
  })

  it("L-7 output lasts as long as it came, whatever else there is", () => {
    const points = [point(900, "w", 1120), point(1400, "w", 1400), point(1450, "f"), point(1910, "w", 2500)]
    expect(bucketsOf(points, stretch).signs).toBe("ww..f....w")
  })

  it("L-7 a bucket begins with about the seq that was there at its time, and seqs never fall", () => {
    const buckets = new TraceBuckets({ from: 0, to: 100, count: 4 })
    for (const [time, seq] of [
      [0, 1],
      [50, 101],
      [60, 500],
    ] as const)
      buckets.add({ seq, time, sign: "m" })
    expect(buckets.end(100, 900).seqs).toEqual([1, 51, 101, 650])
    const times = fc.array(fc.tuple(fc.integer({ min: 0, max: 200 }), fc.constantFrom<TraceSign>("w", "a", ".", "f", "m")))
    fc.assert(
      fc.property(times, (list) => {
        const random = new TraceBuckets({ from: 50, to: 150, count: 8 })
        for (const [at, [time, sign]] of list.entries()) random.add({ seq: at + 1, time, sign })
        const { signs, messages, seqs } = random.end(150, list.length + 1)
        expect(signs).toHaveLength(8)
        expect([...seqs]).toEqual([...seqs].sort((a, b) => a - b))
        expect(messages.every((bucket) => bucket >= 0 && bucket < 8)).toBe(true)
      }),
    )
  })
})
