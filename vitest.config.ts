import { join } from "node:path"
import { defineConfig } from "vitest/config"

// Hubs, runners and writer threads that tests start from the sources take off types once, not at every start.
process.env["NODE_COMPILE_CACHE"] ??= join(import.meta.dirname, "node_modules/.cache/compiled")

/** What keeps processes with several threads from crashing while coverage is measured. */
const STEADY = `--require=${JSON.stringify(join(import.meta.dirname, "scripts/steady-wasm.cjs"))}`

/** Where processes and threads that tests start write what they ran, when coverage is measured (scripts/coverage.mjs). */
const processes = process.env["HOLDFAST_COVERAGE_PROCESSES"]
const MEASURED =
  processes === undefined
    ? {}
    : {
        env: { NODE_V8_COVERAGE: processes, NODE_OPTIONS: STEADY },
        execArgv: ["--require", join(import.meta.dirname, "scripts/steady-wasm.cjs")],
      }

const rooms = ["packages/*", "apps/*", "testkit", "bench", "conformance"]

/** Kinds that a file's name ends in, as in `append.faults.test.ts`; files without one are unit tests. */
const special = ["contract", "system", "browser", "e2e", "faults", "agents"]

const beside = (ending: string) =>
  rooms.flatMap((room) => [`${room}/src/**/*${ending}.test.ts`, `${room}/test/**/*${ending}.test.ts`])

/** Limits end a test that hangs; they are five times what a free machine takes or more, and measure nothing. */
const PATIENT = { ...MEASURED, expect: { poll: { timeout: 10_000, interval: 10 } } }

/** Files at once on two cores. Unit tests wait for more than they compute; fault tests press a machine hard, but for their short size. */
const WORKERS: Readonly<Record<string, number>> = {
  unit: 3,
  agents: 1,
  faults: (process.env["HOLDFAST_FAULTS"] ?? "short") === "short" ? 2 : 1,
}

const IGNORED = ["**/node_modules/**", "**/dist/**"]

export default defineConfig({
  test: {
    // Tests that are marked as concurrent wait for others more than they compute.
    maxConcurrency: 12,
    reporters: ["default", "./scripts/count-reporter.mjs"],
    projects: [
      {
        test: {
          name: "unit",
          include: beside(""),
          exclude: [...IGNORED, ...special.flatMap((kind) => beside(`.${kind}`))],
          sequence: { groupOrder: 0 },
          maxWorkers: WORKERS["unit"],
          ...PATIENT,
          testTimeout: 100_000,
        },
      },
      ...special.map((name, index) => ({
        test: {
          name,
          include: [...beside(`.${name}`), `tests/${name}/**/*.test.ts`],
          exclude: IGNORED,
          // One group after the other: what measures time is not disturbed by its neighbours.
          sequence: { groupOrder: index + 1 },
          maxWorkers: WORKERS[name] ?? 2,
          ...PATIENT,
          testTimeout: name === "faults" ? 600_000 : 300_000,
          hookTimeout: 300_000,
          ...(name === "browser" || name === "e2e" ? { globalSetup: ["tests/browser/unpack.ts"] } : {}),
        },
      })),
    ],
  },
})
