import { describe, expect, it } from "vitest"
import { changes, unmatched } from "../src/comparing.ts"
import { ofLimit, ofPeer, overLimit, value, type Contestant, type Figures, type Goal, type Row } from "../src/row.ts"
import { median, quantile, spread } from "../src/statistics.ts"
import { count, notes, table } from "../src/table.ts"
import { lines, type Line, type Outcome } from "../src/verdict.ts"

const nobody: Contestant = { name: "x", open: () => Promise.reject(new Error("not opened here")) }

const row = (better: "more" | "less", ...goals: ReadonlyArray<Goal>): Row => ({
  id: "row",
  title: "a row",
  figures: [{ id: "rate", title: "", unit: "/s", better, goals }],
  ours: nobody,
  peers: [],
})

const outcome = (role: Outcome["role"], name: string, ...values: ReadonlyArray<number>): Outcome => ({
  name,
  role,
  rounds: values.map((rate): Figures => ({ rate })),
})

const judged = (figures: Row, ...outcomes: ReadonlyArray<Outcome>): ReadonlyArray<Line> => lines(figures, outcomes)
const verdicts = (all: ReadonlyArray<Line>): ReadonlyArray<string> => all.flatMap((line) => line.judged.map((one) => one.verdict))

describe("statistics", () => {
  it("a median is the middle of unsorted numbers, or the middle of the two in the middle", () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(median([])).toBeNaN()
    expect(quantile([1, 2, 3, 4, 5], 0.99)).toBeCloseTo(4.96)
  })

  it("a spread is half the range relative to the median, and nothing for one number", () => {
    expect(spread([90, 100, 110])).toBeCloseTo(0.1)
    expect(spread([100])).toBe(0)
  })
})

describe("a verdict", () => {
  it("compares medians with the limit, so that one bad round does not decide", () => {
    const all = judged(
      row("more", ofLimit(0.3, 0.4)),
      outcome("ours", "holdfast", 35, 1, 36),
      outcome("limit", "file", 100, 100, 900),
    )
    expect(verdicts(all)).toEqual(["reached"])
    expect(all[0]?.judged[0]?.got).toBeCloseTo(0.35)
  })

  it("turns the comparison round where less is better", () => {
    const ours = outcome("ours", "holdfast", 15)
    const limit = outcome("limit", "file", 10)
    expect(verdicts(judged(row("less", ofLimit(1.5, 1.2)), ours, limit))).toEqual(["reached"])
    expect(verdicts(judged(row("less", ofLimit(1.4, 1.2)), ours, limit))).toEqual(["missed"])
    expect(verdicts(judged(row("less", ofLimit(2, 1.5)), ours, limit))).toEqual(["target"])
  })

  it("judges distances, values and named peers", () => {
    const figures = row("less", overLimit(700), value(50), ofPeer("small", 2))
    const all = judged(figures, outcome("ours", "holdfast", 60), outcome("limit", "bare", 40), outcome("peer", "small", 20))
    expect(verdicts(all)).toEqual(["reached", "missed", "missed"])
  })

  it("is unknown, never reached, when a side could not be measured", () => {
    const failed: Outcome = { ...outcome("limit", "file"), failed: "no disk" }
    expect(verdicts(judged(row("more", ofLimit(0.1)), outcome("ours", "holdfast", 5), failed))).toEqual(["unknown"])
    expect(verdicts(judged(row("more", value(0)), { ...outcome("ours", "holdfast"), failed: "broken" }))).toEqual(["unknown"])
  })
})

describe("a table", () => {
  const missing: Outcome = { ...outcome("peer", "redis"), missing: "redis-server is not installed" }
  const all = judged(row("more", ofLimit(0.3, 0.4)), outcome("ours", "holdfast", 20), outcome("limit", "file", 100), missing)

  it("says what was missed and which peer is missing, with the reason", () => {
    expect(table(all)).toContain("MISSED")
    expect(table(all)).toContain("redis missing")
    expect(notes(all)).toEqual(["row: redis is missing: redis-server is not installed"])
  })

  it("counts what was reached, missed and not measured", () => {
    expect(count(all)).toEqual({ reached: 0, target: 0, missed: 1, unknown: 0 })
  })
})

describe("two runs", () => {
  const run = (ours: ReadonlyArray<number>, limit: ReadonlyArray<number>): ReadonlyArray<Line> =>
    judged(row("more", ofLimit(0.3)), outcome("ours", "holdfast", ...ours), outcome("limit", "file", ...limit))

  it("are the same when the whole machine became slower", () => {
    expect(changes(run([40, 40, 40], [100, 100, 100]), run([20, 20, 20], [50, 50, 50])).map((one) => one.verdict)).toEqual([
      "same",
    ])
  })

  it("differ when ours became slower beside its limit", () => {
    const [change] = changes(run([40, 40, 40], [100, 100, 100]), run([20, 20, 20], [100, 100, 100]))
    expect(change?.verdict).toBe("worse")
    expect(change?.change).toBeCloseTo(0.5)
  })

  it("are the same when the rounds themselves differ by as much", () => {
    expect(changes(run([20, 40, 60], [100, 100, 100]), run([20, 30, 60], [100, 100, 100])).map((one) => one.verdict)).toEqual([
      "same",
    ])
  })

  it("tell which figures only one of them measured", () => {
    expect(unmatched(run([40], [100]), run([], [100]))).toEqual(["a row"])
  })
})
