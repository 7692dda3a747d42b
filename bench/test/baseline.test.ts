import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { compareWith, entriesOf, NoBaseline, readBaseline, sentences, writeBaseline } from "../src/baseline.ts"
import type { Line } from "../src/verdict.ts"

const line = (better: "more" | "less", ours: number, limit: number | undefined, row = "echo", spread = 0.01): Line => ({
  row,
  figure: "p50",
  title: `${row}: p50`,
  unit: "ms",
  better,
  measured: [
    { name: "holdfast", role: "ours", median: ours, spread },
    { name: "bare", role: "limit", ...(limit === undefined ? { failed: "it broke" } : { median: limit, spread }) },
  ],
  judged: [],
})

const titles = (lines: ReadonlyArray<Line>, baseline = entriesOf([[line("less", 20, 10)]])) =>
  compareWith(baseline, lines).falls.map(({ title }) => title)

describe("the baseline", () => {
  it("keeps the median of the ratios, and how far the runs disagree", () => {
    const runs = [[line("less", 20, 10)], [line("less", 30, 10)], [line("less", 44, 20)]]
    expect(entriesOf(runs)).toEqual([
      { row: "echo", figure: "p50", against: "limit", better: "less", ratio: 2.2, spread: 0.2273 },
    ])
  })

  it("never takes a spread to be smaller than a few runs can show, nor than that of the rounds", () => {
    expect(entriesOf([[line("less", 20, 10)], [line("less", 20, 10)]])[0]?.spread).toBe(0.15)
    expect(entriesOf([[line("less", 20, 10, "echo", 0.3)]])[0]?.spread).toBe(0.3)
  })

  it("holds while a figure is worse by up to three times its spread, and falls beyond", () => {
    expect(titles([line("less", 28.9, 10)])).toEqual([])
    expect(titles([line("less", 29.1, 10)])).toEqual(["echo: p50"])
    const rate = entriesOf([[line("more", 100, 200)]])
    expect(titles([line("more", 69.5, 200)], rate)).toEqual([])
    expect(titles([line("more", 68.5, 200)], rate)).toEqual(["echo: p50"])
  })

  it("does not fall on a machine that is slower as a whole, nor when a figure is better", () => {
    expect(titles([line("less", 200, 100)])).toEqual([])
    expect(titles([line("less", 5, 10)])).toEqual([])
  })

  it("lets a figure whose runs disagree by more than half fall at ten times", () => {
    const unsteady = entriesOf([[line("less", 20, 10, "echo", 0.6)]])
    expect(titles([line("less", 199, 10)], unsteady)).toEqual([])
    expect(titles([line("less", 201, 10)], unsteady)).toEqual(["echo: p50"])
  })

  it("names what it does not know and what was not measured", () => {
    const compared = compareWith(entriesOf([[line("less", 20, 10)]]), [line("less", 1, undefined), line("less", 3, 1, "attach")])
    expect(sentences(compared)).toEqual([
      "not in the baseline: attach: p50",
      "in the baseline, not measured: echo p50 beside limit",
      "0 figures held beside the baseline, 0 fell",
    ])
  })

  it("says by how much a figure fell", () => {
    const [fell] = sentences(compareWith(entriesOf([[line("less", 20, 10)]]), [line("less", 40, 10)]))
    expect(fell).toBe("FELL echo: p50: 2× → 4× of limit, 50% of the baseline; at least 69% was expected (spread 15%)")
  })

  it("is a file that can be read again", () => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-baseline-"))
    const path = join(folder, "baseline.json")
    expect(() => readBaseline(path)).toThrow(NoBaseline)
    writeFileSync(path, '{"version":1,"entries":[]}')
    expect(() => readBaseline(path)).toThrow(/is not a baseline of this version/)
    const machine = { platform: "linux x64", cpu: "a cpu", cores: 2, memory: 1, node: "v24" }
    const entries = entriesOf([[line("less", 20, 10), line("more", 1, 3, "rate")]])
    writeBaseline(path, { made: "2026-01-01T00:00:00.000Z", runs: 1, machine, entries })
    expect(readBaseline(path)).toEqual({ version: 1, made: "2026-01-01T00:00:00.000Z", runs: 1, machine, entries })
    rmSync(folder, { recursive: true })
  })

  it("fails the bench before anything is measured where it is missing", () => {
    const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))
    const { status, stderr, stdout } = spawnSync(process.execPath, [main, "--short", "--baseline", "nowhere/baseline.json"], {
      encoding: "utf8",
    })
    expect(stderr).toContain("there is no baseline in nowhere/baseline.json; `npm run bench:baseline`")
    expect([status, stdout]).toEqual([2, ""])
  })
})
