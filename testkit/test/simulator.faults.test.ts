/**
 * check:O11: a whole hub in virtual time under seeded faults on clock, store and transport.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { sized } from "../src/sizes.ts"
import type { Outcome, SimulationOptions } from "../src/simulator/Simulation.ts"

let run: (seed: number, bug?: SimulationOptions["bug"]) => Promise<Outcome>

beforeAll(async () => {
  vi.useFakeTimers({
    toFake: [
      "setTimeout",
      "clearTimeout",
      "setInterval",
      "clearInterval",
      "setImmediate",
      "clearImmediate",
      "Date",
      "performance",
    ],
  })
  const { simulate } = await import("../src/simulator/Simulation.ts")
  run = (seed, bug) => {
    vi.setSystemTime(1_700_000_000_000)
    return simulate({
      seed,
      steps: 400,
      ...(bug === undefined ? {} : { bug }),
      advance: async (milliseconds) => void (await vi.advanceTimersByTimeAsync(milliseconds)),
      jump: (milliseconds) => void vi.setSystemTime(Date.now() + milliseconds),
    })
  }
})
afterAll(() => void vi.useRealTimers())

describe("the simulator", () => {
  it("check:O11 S-1 S-3 R-5 D-1 no seed breaks a promise of the log", async () => {
    const first = Number(process.env["HOLDFAST_SEED"] ?? 1)
    const seeds = sized({ short: 40, ci: 300, long: 3000 })
    let events = 0
    let crashes = 0
    for (let seed = first; seed < first + seeds; seed++) {
      const outcome = await run(seed).catch((error: unknown) => ({ breaches: [String(error)], events: 0, crashes: 0 }))
      expect({ seed, breaches: outcome.breaches }).toEqual({ seed, breaches: [] })
      events += outcome.events
      crashes += outcome.crashes
    }
    process.stdout.write(`check:O11 ${seeds} seeds, ${events} events, ${crashes} crashes\n`)
    expect(crashes).toBeGreaterThan(seeds / 2)
  })

  it("check:O11 the same seed produces the same trace", async () => {
    for (const seed of [3, 17]) expect((await run(seed)).trace).toBe((await run(seed)).trace)
  })

  it.each(["forget-keys", "acknowledge-early", "order-by-time", "stale-cursor", "skip-entry"] as const)(
    "check:O11 the planted bug %s is found",
    async (bug) => {
      for (let seed = 1; seed <= 1000; seed++) {
        if ((await run(seed, bug).catch((error: unknown) => ({ breaches: [String(error)] }))).breaches.length > 0) {
          process.stdout.write(`check:O11 ${bug} found by seed ${seed}\n`)
          return
        }
      }
      throw new Error(`${bug} was not found within 1,000 seeds`)
    },
  )
})
