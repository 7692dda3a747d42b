/**
 * Runs a runner: its directory, its socket, its life and its end.
 *
 * It ends when it is drained and empty, without children and hub for `runnerIdle`, when `stop` says so, or when its directory
 * is gone. What the hub does not have by then is left in the journal's files, in a directory that says that its runner is dead.
 */
import { chmodSync } from "node:fs"
import { createServer, type Server } from "node:net"
import type { Adapter } from "@holdfast/adapter/adapter"
import type { MakeAgentHosts } from "@holdfast/adapter/AgentHosts"
import { Files } from "@holdfast/files/Files"
import { startEmulators, type EmulatorEvents, type Emulators } from "../emulator/Emulators.ts"
import { descriptorsGuarded } from "../pty/native.ts"
import { ptyAdapter, type PtySpec } from "../pty/PtyAdapter.ts"
import type { RunnerSettings } from "@holdfast/link/settings"
import { makeGenerationDirectory } from "./directory.ts"
import { HubConnection } from "./HubConnection.ts"
import { Runner, RUNNER_VERSIONS } from "./Runner.ts"
import type { RunnerLog } from "./RunnerLog.ts"

/** Grace for children when the runner itself must go, in milliseconds, at most. */
const LAST_GRACE_MILLIS = 2000
/** How long a connected hub has to take the last entries, in milliseconds. */
const LAST_DELIVERY_MILLIS = 2000

/** How to run a runner. */
export interface RunRunnerOptions {
  readonly dataDirectory: string
  /** UUID of this generation. */
  readonly generation: string
  readonly build: string
  readonly settings: RunnerSettings
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly log: RunnerLog
  /** Where its agents run. */
  readonly agents: MakeAgentHosts
}

/** A runner that listens. */
export interface RunningRunner {
  readonly generation: string
  readonly directory: string
  readonly socket: string
  /** Ends its children and itself. */
  readonly stop: (reason: string) => Promise<void>
  /** Resolves once it has ended, by whatever reason. */
  readonly ended: Promise<void>
}

/** Starts a runner in this process and resolves once it listens. */
export async function runRunner(options: RunRunnerOptions): Promise<RunningRunner> {
  const { settings, log, generation } = options
  const terminals = await terminalsHere(log)
  const directory = makeGenerationDirectory(options.dataDirectory, generation)
  const end = Promise.withResolvers<void>()
  let ending = false
  let finishing = false
  let idle: NodeJS.Timeout | undefined

  const emulators = screens(log, {
    answer: (child, bytes) => runner.children.byNumber(child)?.answer(bytes),
    title: (child, title) => runner.children.byNumber(child)?.title(title),
    program: (child, program) => runner.children.byNumber(child)?.program(program),
    command: (child, command) => runner.children.byNumber(child)?.commanded(command),
    drained: (child) => runner.children.byNumber(child)?.lag(false),
    failed: (message) => log("error", message, { part: "emulators" }),
  })
  const agents = options.agents((message) => log("error", message, { part: "agents" }))
  const files = new Files((message) => log("error", message, { part: "files" }))
  const runner = new Runner({
    agents,
    files,
    generation,
    settings,
    terminals,
    emulators,
    log,
    build: options.build,
    journalDirectory: directory.journal,
    environment: options.environment,
    changed: () => consider(),
  })
  const server = createServer((socket) => runner.attach(new HubConnection(socket, runner)))

  const finish = async (reason: string, gone: boolean): Promise<void> => {
    if (finishing) return
    finishing = true
    ending = true
    clearTimeout(idle)
    log("info", "the runner ends", { reason })
    server.close()
    runner.disconnect(reason)
    let left = false
    try {
      left = await runner.children.leave(!gone)
    } catch (error) {
      left = true
      if (!gone) log("error", `the rest of the journal could not be written: ${String(error)}`)
    }
    await emulators?.stop()
    await agents.stop()
    await files.stop()
    directory.remove(!left)
    end.resolve()
  }

  const consider = (): void => {
    if (ending) return
    const empty = runner.children.size === 0
    // On a later turn of the loop, so that whoever asked for the drain gets its answer.
    if (empty && runner.unwanted) return void setImmediate(() => void finish("drained", false))
    if (!empty || runner.connected) {
      clearTimeout(idle)
      idle = undefined
      return
    }
    // Begun once: who comes, is refused and tries again keeps nothing alive.
    idle ??= setTimeout(() => void finish("idle", false), settings.runnerIdle).unref()
  }

  const stop = async (reason: string, gone = false): Promise<void> => {
    if (ending) return end.promise
    ending = true
    runner.drain()
    await runner.children.endAll(Math.min(settings.killGrace, LAST_GRACE_MILLIS))
    if (!gone) await delivered(runner)
    await finish(reason, gone)
  }

  await listen(server, directory.socket)
  server.on("error", (error) => log("error", error.message, { part: "socket" }))
  directory.publish({ versions: RUNNER_VERSIONS, build: options.build, startedAt: runner.startedAt })
  directory.watch(() => {
    runner.problem("DirectoryGone", "the runner's directory was removed: its children are being ended")
    void stop("the directory is gone", true)
  })
  consider()
  log("info", "the runner listens", { generation, pid: process.pid, socket: directory.socket })
  return { generation, directory: directory.path, socket: directory.socket, stop: (reason) => stop(reason), ended: end.promise }
}

/** The terminals of this platform. */
async function terminalsHere(log: RunnerLog): Promise<Adapter<PtySpec>> {
  if (process.platform === "win32") return (await import("../pty/conpty.ts")).conptyAdapter
  if (!descriptorsGuarded())
    log("warn", "koffi is not available for this platform: a child inherits the terminals of other children")
  return ptyAdapter
}

/** Listens on a socket that only this user can reach. */
async function listen(server: Server, socket: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(socket, resolve)
  })
  if (process.platform !== "win32") chmodSync(socket, 0o600)
}

/** The emulators; without them terminals still run and are recorded, only screens and answers are missing. */
function screens(log: RunnerLog, events: EmulatorEvents): Emulators | undefined {
  try {
    return startEmulators(events)
  } catch (error) {
    log("error", `no screens: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

/** Resolves once the hub has every entry of the children it follows, or its time is over. */
async function delivered(runner: Runner): Promise<void> {
  const until = performance.now() + LAST_DELIVERY_MILLIS
  while (runner.delivering && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 10))
}
