/**
 * A real hub in a process of its own, as users start it, for tests that kill it.
 */
import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { eventually, Hopeless } from "./eventually.ts"
import { isAlive } from "./processes.ts"
import { MAIN } from "./programs.ts"

/** Program and arguments before `serve` that start a hub from the last build. */
export const HUB_COMMAND: ReadonlyArray<string> = [process.execPath, MAIN]

/** The answer of an HTTP call. */
export interface Answer<A> {
  readonly status: number
  readonly body: A
  readonly headers: Headers
}

/** A hub and its data directory. The process may be killed and started again; the port stays. */
export interface HubProcess {
  readonly data: string
  readonly token: string
  readonly port: () => number
  readonly url: () => string
  readonly pid: () => number
  /** Calls the HTTP API with the token. `body` is sent as JSON. */
  readonly call: <A>(method: string, path: string, body?: unknown) => Promise<Answer<A>>
  /** Sends a signal and waits for the end of the process. */
  readonly kill: (signal: NodeJS.Signals) => Promise<void>
  /**
   * Starts the process again on the same port and data; gives the milliseconds until it was ready. `command` stands
   * for this start in place of that of the options. Throws when the process ended before it was ready.
   */
  readonly start: (command?: ReadonlyArray<string>) => Promise<number>
  /** Process ids of the runners that live in the data directory. */
  readonly runners: () => ReadonlyArray<number>
  /** What the process printed. */
  readonly output: () => string
  /** Arguments and environment with which the command line reaches this hub. */
  readonly environment: () => NodeJS.ProcessEnv
  /** Ends hub and runners and removes the data directory. */
  readonly stop: () => Promise<void>
}

/** How to start a hub. */
export interface HubOptions {
  readonly settings?: Readonly<Record<string, string>>
  /** An existing data directory; it is then kept at the end. */
  readonly data?: string
  /** Program and arguments before `serve`; the last build under the running Node by default. */
  readonly command?: ReadonlyArray<string>
}

/** Environment variables of the process that must not reach a hub under test. */
const foreign = (name: string): boolean => name.startsWith("HOLDFAST_") || name.startsWith("npm_")

/** Starts a hub on a free loopback port with a fixed token and waits until it is ready. */
export async function startHub(options: HubOptions = {}): Promise<HubProcess> {
  const data = options.data ?? mkdtempSync(join(tmpdir(), "holdfast-test-"))
  const token = `test-${crypto.randomUUID()}`
  const base = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign(name)))
  let port = 0
  let child: ChildProcess | undefined
  let hub = 0
  let printed = ""

  const environment = (): NodeJS.ProcessEnv => ({
    ...base,
    HOLDFAST_DATA: data,
    // Messages name commands as they do where the program is installed.
    HOLDFAST_STARTED_AS: "holdfast",
    HOLDFAST_TOKEN: token,
    HOLDFAST_OPEN: "0",
    HOLDFAST_PORT: String(port),
    HOLDFAST_CONFIG: join(data, "config.json"),
    ...options.settings,
  })

  const call = async <A>(method: string, path: string, body?: unknown): Promise<Answer<A>> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(100_000),
    })
    const text = await response.text()
    const json = response.headers.get("content-type")?.includes("json") === true
    return { status: response.status, body: (json ? JSON.parse(text) : text) as A, headers: response.headers }
  }

  const start = async (command = options.command): Promise<number> => {
    const began = performance.now()
    const [program = process.execPath, ...before] = command ?? HUB_COMMAND
    const started = spawn(program, [...before, "serve"], { env: environment(), stdio: ["ignore", "pipe", "pipe"] })
    child = started
    for (const stream of [started.stdout, started.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        printed = (printed + text).slice(-1_000_000)
      })
    }
    await eventually("the hub is ready", 20_000, async () => {
      if (started.exitCode !== null || started.signalCode !== null)
        throw new Hopeless(`the hub ended with ${started.exitCode ?? started.signalCode}: ${printed.slice(-2000)}`)
      const state = JSON.parse(readFileSync(join(data, "hub.json"), "utf8")) as { pid: number; port: number }
      if (state.pid === hub || !isAlive(state.pid)) return false
      const ready = (await fetch(`http://127.0.0.1:${state.port}/health/ready`)).status === 200
      if (ready) {
        hub = state.pid
        port = state.port
      }
      return ready
    })
    return performance.now() - began
  }

  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, "exit")
    process.kill(hub, signal)
    await ended
  }

  const runners = (): ReadonlyArray<number> => {
    const directory = join(data, "runner")
    let generations: ReadonlyArray<string>
    try {
      generations = readdirSync(directory)
    } catch {
      return []
    }
    return generations.flatMap((generation) => {
      try {
        const { pid } = JSON.parse(readFileSync(join(directory, generation, "runner.json"), "utf8")) as { pid: number }
        return isAlive(pid) ? [pid] : []
      } catch {
        return []
      }
    })
  }

  try {
    await start()
  } catch (error) {
    child?.kill("SIGKILL")
    throw error
  }
  return {
    data,
    token,
    port: () => port,
    url: () => `http://127.0.0.1:${port}`,
    pid: () => hub,
    call,
    kill,
    start,
    runners,
    output: () => printed,
    environment,
    stop: async () => {
      await kill("SIGTERM")
      const left = runners()
      for (const pid of left) process.kill(pid, "SIGTERM")
      await eventually("the runners ended", 15_000, () => left.every((pid) => !isAlive(pid)))
      if (options.data === undefined) rmSync(data, { recursive: true, force: true })
    },
  }
}
