import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { measureRow, type RunOptions } from "../src/harness.ts"
import { Missing, type Contestant, type Row } from "../src/row.ts"

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "holdfast-bench-test-"))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const options = (short: boolean): RunOptions => ({ short, rounds: 3, directory, patience: 200, progress: () => {} })

const recorder = (name: string, calls: Array<string>): Contestant => ({
  name,
  open: async (place) => {
    calls.push(`open ${name}`)
    return {
      measure: async () => {
        calls.push(name)
        return { size: place.size(100, 1) }
      },
      close: async () => {
        calls.push(`close ${name}`)
      },
    }
  },
})

const row = (ours: Contestant, ...peers: ReadonlyArray<Contestant>): Row => ({
  id: "row",
  title: "a row",
  figures: [],
  ours,
  peers,
})

describe("the harness", () => {
  it("opens once, measures in turn with the order turning, and closes", async () => {
    const calls: Array<string> = []
    await measureRow(row(recorder("a", calls), recorder("b", calls)), options(true))
    expect(calls).toEqual(["open a", "a", "open b", "b", "b", "a", "a", "b", "close a", "close b"])
    expect(readdirSync(directory)).toEqual([])
  })

  it("warms up with the short size first in the full form, and does not count that", async () => {
    const [outcome] = await measureRow(row(recorder("a", [])), options(false))
    expect(outcome?.rounds).toEqual([{ size: 100 }, { size: 100 }, { size: 100 }])
  })

  it("keeps the reason of a missing peer apart from that of a failed one, and continues with the others", async () => {
    const absent: Contestant = { name: "absent", open: () => Promise.reject(new Missing("not installed")) }
    const broken: Contestant = {
      name: "broken",
      open: async () => ({ measure: () => Promise.reject(new Error("fell over")), close: async () => {} }),
    }
    const outcomes = await measureRow(row(recorder("a", []), absent, broken), options(true))
    expect(outcomes.map(({ rounds, missing, failed }) => [rounds.length, missing, failed])).toEqual([
      [3, undefined, undefined],
      [0, "not installed", undefined],
      [0, undefined, "fell over"],
    ])
  })

  it("gives up on a measurement that never ends", async () => {
    const stuck: Contestant = {
      name: "stuck",
      open: async () => ({ measure: () => new Promise(() => {}), close: async () => {} }),
    }
    const [outcome] = await measureRow(row(stuck), options(true))
    expect(outcome?.failed).toContain("not done within 200 ms")
  })
})
