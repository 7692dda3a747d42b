/**
 * Power cuts after writes and syncs that failed: S-23 to S-26 with real writer threads on a disk that fails as planned.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { planOf } from "../src/power/power-plan.ts"
import { compileFaultyDisk, runPower } from "../src/power/power-run.ts"
import { seedOf, sized } from "../src/sizes.ts"

const folder = mkdtempSync(join(tmpdir(), "holdfast-faulty-disk-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const disk = compileFaultyDisk(folder)

describe.runIf("library" in disk)("a disk that fails and is cut from its power", () => {
  const library = "library" in disk ? disk.library : ""

  const base = { seed: 1, leave: true, again: false, walPages: 1000, survives: 0, cuts: 2 }

  it("S-23 (fault:N57) a sync that fails once after background work costs nothing that was acknowledged or shown", async () => {
    for (const nth of sized({ short: [1], ci: [1, 2, 3, 5], long: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] })) {
      const result = await runPower(library, { ...base, seed: nth, faults: `armed;sync wal ${nth} EIO 1` })
      expect(result).toMatchObject({ wrong: [], failures: 0 })
      expect(result.acknowledged).toBeGreaterThanOrEqual(160)
    }
  })

  it("S-24 (fault:N57) a store whose syncs keep failing acknowledges nothing, says so, and still reads", async () => {
    const result = await runPower(library, { ...base, leave: false, faults: "armed;sync wal 1 EIO 1000000" })
    expect(result.wrong).toEqual([])
    expect(result.acknowledged).toBeLessThan(60)
    expect(result.told).toContain("! Failed")
    expect(result.told).toMatch(/stats .*StoreUnusable/)
  })

  it("S-24 (fault:N57) a store whose syncs fail for a while continues automatically", async () => {
    const result = await runPower(library, { ...base, faults: "armed;sync wal 1 EIO 3" })
    expect(result.wrong).toEqual([])
    expect(result.told).toMatch(/stats .*StoreUnusable/)
    expect(result.acknowledged).toBeGreaterThanOrEqual(160)
  })

  it("S-25 (fault:N57) a sync that fails while the log is moved into the database is noticed and done again", async () => {
    for (const file of ["wal", "db"]) {
      const result = await runPower(library, { ...base, walPages: 60, faults: `armed;sync ${file} 2 EIO 1` })
      expect(result).toMatchObject({ wrong: [], failures: 0 })
    }
  })

  it("S-26 (fault:N57) what a failed sync left in memory alone is durable before the next process builds on it", async () => {
    const faults = "armed;sync wal 1 EIO 1;sync wal 2 KILL 1"
    const result = await runPower(library, { ...base, again: true, faults })
    expect(result.wrong).toEqual([])
    expect(result.acknowledged).toBeGreaterThanOrEqual(160)
  })

  it("S-26 (fault:N57) a store whose creation fails at any step is refused, and created again by the next process", async () => {
    const steps = ["sync dir 1", "sync dir 2", "sync dir 3", "sync db 1", "sync wal 1", "unlink any 1", "write db 1"]
    for (const step of sized({ short: steps.slice(3, 4), ci: steps, long: steps })) {
      for (const action of ["EIO", "KILL"]) {
        const result = await runPower(library, { ...base, again: true, faults: `${step} ${action} 1` })
        expect({ step, action, ...result }).toMatchObject({ wrong: [] })
        expect(result.acknowledged).toBeGreaterThanOrEqual(160)
      }
    }
  })

  it("S-23 (fault:N57) whatever fails and wherever the power is cut, what was acknowledged or shown is there once, in order", async () => {
    const first = seedOf("power cuts")
    const plans = sized({ short: 3, ci: 60, long: 300 })
    const broken: Array<string> = []
    let [acknowledged, failures] = [0, 0]
    for (let at = 0; at < plans; at++) {
      const plan = planOf(first + at)
      const result = await runPower(library, plan)
      acknowledged += result.acknowledged
      failures += result.failures
      for (const problem of result.wrong) broken.push(`seed ${plan.seed} (${plan.faults}): ${problem}`)
    }
    process.stdout.write(
      `power cuts: ${plans} plans, ${acknowledged} acknowledged, ${failures} refused, ${broken.length} wrong\n`,
    )
    expect(broken).toEqual([])
  }, 1_800_000)
})

describe.skipIf("library" in disk)("without a disk that fails", () => {
  it("S-23 is left out", () => {
    process.stdout.write(`power cuts are left out: ${"missing" in disk ? disk.missing : ""}\n`)
  })
})
