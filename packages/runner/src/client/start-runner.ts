/** Starts runners: detached in a process of their own, or inside this one. */
import { spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import { watch } from "node:fs"
import { mkdir, open, readFile, rm } from "node:fs/promises"
import { join, resolve } from "node:path"
import { ownEnvironment } from "@holdfast/protocol/own-environment"
import { tailOf } from "@holdfast/protocol/text-cut"
import type { MakeAgentHosts } from "@holdfast/adapter/AgentHosts"
import { giveOpenFiles } from "@holdfast/adapter/process/open-files"
import type { StartedRunner } from "@holdfast/link/found-runner"
import { generationPaths, generationsDirectory, readRunnerRecord } from "@holdfast/link/generation"
import { runnerSettings, type RunnerSettings } from "@holdfast/link/settings"

export type { RunnerSettings } from "@holdfast/link/settings"

const START_MILLIS = 10_000
const LOG_TAIL_LENGTH = 2000

/** The runner did not come up; `message` holds the tail of its log. */
export class RunnerNotStarted extends Error {
  readonly _tag = "RunnerNotStarted"
}

/** How to start a runner. */
export interface StartRunnerOptions {
  readonly dataDirectory: string
  /** Path of the runner's program: `runner-main.ts` in a clone, `runner-main.js` beside the bundle. */
  readonly program: string
  readonly settings: RunnerSettings
  /** Build of the program, for `status`. */
  readonly build?: string
  /** Files that its children may open (R-26); as many as it itself when absent. */
  readonly openFiles?: number | undefined
  /** Milliseconds to wait for its socket; default 10000. */
  readonly timeout?: number
}

/** Starts a detached runner under this node and waits until it listens; rejects with `RunnerNotStarted`. */
export async function startRunner(options: StartRunnerOptions): Promise<StartedRunner> {
  const generation = randomUUID()
  const dataDirectory = resolve(options.dataDirectory)
  const directory = join(generationsDirectory(dataDirectory), generation)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const paths = generationPaths(directory)
  const log = await open(paths.log, "a", 0o600)
  try {
    const settings = JSON.stringify(runnerSettings(options.settings))
    const child = spawn(
      process.execPath,
      [
        "--max-semi-space-size=2",
        options.program,
        "--data",
        dataDirectory,
        "--generation",
        generation,
        "--settings",
        settings,
        "--build",
        options.build ?? "",
        ...(options.openFiles === undefined ? [] : ["--files", String(options.openFiles)]),
      ],
      { cwd: "/", detached: true, stdio: ["ignore", log.fd, log.fd], env: ownEnvironment(process.env), windowsHide: true },
    )
    const died = new Promise<string>((settle) => {
      child.once("error", (error) => settle(error.message))
      child.once("exit", (code, signal) => settle(`it ended with ${signal ?? code}`))
    })
    const problem = await listening(paths.record, died, options.timeout ?? START_MILLIS)
    child.unref()
    if (problem !== undefined) {
      child.kill("SIGKILL")
      const tail = tailOf(await readFile(paths.log, "utf8"), LOG_TAIL_LENGTH).trim()
      await rm(directory, { recursive: true, force: true })
      throw new RunnerNotStarted(`the runner did not start: ${problem}${tail === "" ? "" : `\n${tail}`}`)
    }
    const record = readRunnerRecord(await readFile(paths.record, "utf8"))
    return { generation, directory, socket: record.socket, pid: record.pid }
  } finally {
    await log.close()
  }
}

/** Resolves with `undefined` once the record is there (it is written when the socket listens), otherwise with why not. */
async function listening(record: string, died: Promise<string>, timeout: number): Promise<string | undefined> {
  const directory = resolve(record, "..")
  const there = Promise.withResolvers<undefined>()
  const look = (): void =>
    void readFile(record).then(
      () => there.resolve(undefined),
      // Not yet: the watcher, or the clock below, looks again.
      () => undefined,
    )
  const watcher = watch(directory, look)
  watcher.on("error", look)
  look()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((settle) => {
    timer = setTimeout(() => settle(`it did not listen within ${timeout} ms`), timeout)
  })
  try {
    return await Promise.race([there.promise, died, late])
  } finally {
    clearTimeout(timer)
    watcher.close()
  }
}

/** A runner inside this process: the same server on the same kind of socket; it ends with `stop` or with the process. */
export interface InsideRunner extends StartedRunner {
  /** Ends its children and removes what it made. */
  readonly stop: () => Promise<void>
}

/** Starts a runner inside this process (`runner=inside`). */
export async function startRunnerInside(options: {
  readonly dataDirectory: string
  readonly settings: RunnerSettings
  readonly build?: string
  readonly openFiles?: number | undefined
  /** Where its agents run. */
  readonly agents: MakeAgentHosts
}): Promise<InsideRunner> {
  const { runRunner } = await import("../server/run-runner.ts")
  giveOpenFiles(options.openFiles)
  const runner = await runRunner({
    dataDirectory: resolve(options.dataDirectory),
    generation: randomUUID(),
    build: options.build ?? "",
    settings: runnerSettings(options.settings),
    environment: ownEnvironment(process.env),
    // Inside a hub there is no log of its own; what matters reaches the hub as `problem`.
    log: () => undefined,
    agents: options.agents,
  })
  return {
    generation: runner.generation,
    directory: runner.directory,
    socket: runner.socket,
    pid: process.pid,
    stop: () => runner.stop("stopped"),
  }
}
