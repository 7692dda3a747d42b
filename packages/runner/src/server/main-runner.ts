/** The life of a runner that has a process of its own: signals, faults, and its exit. */
import type { MakeAgentHosts } from "@holdfast/adapter/AgentHosts"
import { giveOpenFiles } from "@holdfast/adapter/process/open-files"
import { GENERATION } from "@holdfast/link/generation"
import { readRunnerSettings } from "@holdfast/link/settings"
import { runRunner } from "./run-runner.ts"
import { logTo } from "./RunnerLog.ts"

/** Faults after which a process is not trusted any more. */
const FAULTS_MAX = 100
const STANDARD_ERROR = 2

/** What the program's arguments say. */
export interface RunnerArguments {
  readonly dataDirectory: string
  readonly generation: string
  /** `RunnerSettings` as JSON. */
  readonly settings: string
  readonly build: string
  /** Files that its children may open; empty: as many as itself. */
  readonly openFiles: string
}

/** Runs a runner until it ends, then ends the process: 0 when all went well, 1 when it could not start. `agents` is where its agents run. */
export async function mainRunner(given: RunnerArguments, agents: MakeAgentHosts): Promise<void> {
  const log = logTo(STANDARD_ERROR)
  let faults = 0
  const fault = (error: unknown): void => {
    faults += 1
    log("error", "a fault of the runner", { stack: error instanceof Error ? error.stack : String(error) })
    if (faults > FAULTS_MAX) process.exit(70)
  }
  process.on("uncaughtException", fault)
  process.on("unhandledRejection", fault)
  process.on("SIGHUP", () => log("info", "SIGHUP is ignored"))
  if (given.dataDirectory === "" || !GENERATION.test(given.generation)) {
    log("error", "usage: runner-main --data DIR --generation UUID --settings JSON")
    process.exit(2)
  }
  try {
    process.chdir("/")
    giveOpenFiles(given.openFiles === "" ? undefined : Number(given.openFiles))
    const runner = await runRunner({
      dataDirectory: given.dataDirectory,
      generation: given.generation,
      build: given.build,
      settings: readRunnerSettings(given.settings),
      environment: { ...process.env },
      log,
      agents,
    })
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void runner.stop(signal))
    await runner.ended
  } catch (error) {
    log("error", `the runner did not start: ${error instanceof Error ? error.message : String(error)}`)
    process.exit(1)
  }
  process.exit(0)
}
