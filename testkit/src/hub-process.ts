/**
 * A real hub in a process of its own, as users start it, for tests that kill it.
 */
import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { request } from "node:http"
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
  const hub = new RunningHub(data, options)
  try {
    await hub.start()
  } catch (error) {
    hub.abandon()
    throw error
  }
  return {
    data,
    token: hub.token,
    port: () => hub.port,
    url: () => `${options.settings?.["HOLDFAST_TLS_CERT"] === undefined ? "http" : "https"}://127.0.0.1:${hub.port}`,
    pid: () => hub.pid,
    call: (method, path, body) => hub.call(method, path, body),
    kill: (signal) => hub.kill(signal),
    start: (command) => hub.start(command),
    runners: () => runnersIn(data),
    output: () => hub.printed,
    environment: () => hub.environment(),
    stop: async () => {
      await hub.kill("SIGTERM")
      const left = runnersIn(data)
      for (const pid of left) process.kill(pid, "SIGTERM")
      await eventually("the runners ended", 15_000, () => left.every((pid) => !isAlive(pid)))
      if (options.data === undefined) rmSync(data, { recursive: true, force: true })
    },
  }
}

interface Sent {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** What `fetch` does, at a Unix socket. */
function fetchAt(socketPath: string, path: string, { body, ...sent }: Sent): Promise<Response> {
  return new Promise((resolve, reject) => {
    const asked = request({ ...sent, socketPath, path, agent: false, timeout: 100_000 }, (answer) => {
      const chunks: Array<Buffer> = []
      answer.on("data", (chunk: Buffer) => chunks.push(chunk))
      answer.on("error", reject)
      answer.on("end", () => {
        const type = answer.headers["content-type"]
        const headers = type === undefined ? {} : { "content-type": type }
        resolve(new Response(Buffer.concat(chunks), { status: answer.statusCode ?? 500, headers }))
      })
    })
    asked.on("error", reject)
    asked.end(body)
  })
}

/** The hub's process of the moment. */
class RunningHub {
  readonly token = `test-${crypto.randomUUID()}`
  port = 0
  pid = 0
  printed = ""
  readonly #data: string
  readonly #options: HubOptions
  readonly #base = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign(name)))
  #child: ChildProcess | undefined

  constructor(data: string, options: HubOptions) {
    this.#data = data
    this.#options = options
  }

  environment(): NodeJS.ProcessEnv {
    return {
      ...this.#base,
      HOLDFAST_DATA: this.#data,
      // Messages name commands as they do where the program is installed.
      HOLDFAST_STARTED_AS: "holdfast",
      HOLDFAST_TOKEN: this.token,
      HOLDFAST_OPEN: "0",
      HOLDFAST_PORT: String(this.port),
      HOLDFAST_CONFIG: join(this.#data, "config.json"),
      ...this.#options.settings,
    }
  }

  /** With a certificate of its own, which no one trusts here, it is asked at its Unix socket. */
  get #isEncrypted(): boolean {
    return this.#options.settings?.["HOLDFAST_TLS_CERT"] !== undefined
  }

  async call<A>(method: string, path: string, body?: unknown): Promise<Answer<A>> {
    const headers = {
      authorization: `Bearer ${this.token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    }
    const sent = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
    const response = this.#isEncrypted
      ? await fetchAt(join(this.#data, "hub.sock"), path, sent)
      : await fetch(`http://127.0.0.1:${this.port}${path}`, { ...sent, signal: AbortSignal.timeout(100_000) })
    const text = await response.text()
    const json = response.headers.get("content-type")?.includes("json") === true
    return { status: response.status, body: (json ? JSON.parse(text) : text) as A, headers: response.headers }
  }

  async start(command = this.#options.command): Promise<number> {
    const began = performance.now()
    const [program = process.execPath, ...before] = command ?? HUB_COMMAND
    const started = spawn(program, [...before, "serve"], { env: this.environment(), stdio: ["ignore", "pipe", "pipe"] })
    this.#child = started
    for (const stream of [started.stdout, started.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.printed = (this.printed + text).slice(-1_000_000)
      })
    }
    await eventually("the hub is ready", 20_000, async () => {
      if (started.exitCode !== null || started.signalCode !== null)
        throw new Hopeless(`the hub ended with ${started.exitCode ?? started.signalCode}: ${this.printed.slice(-2000)}`)
      const state = JSON.parse(readFileSync(join(this.#data, "hub.json"), "utf8")) as { pid: number; port: number }
      if (state.pid === this.pid || !isAlive(state.pid)) return false
      const health = "/health/ready"
      const ready = this.#isEncrypted
        ? (await fetchAt(join(this.#data, "hub.sock"), health, { method: "GET", headers: {} })).status === 200
        : (await fetch(`http://127.0.0.1:${state.port}${health}`)).status === 200
      if (ready) {
        this.pid = state.pid
        this.port = state.port
      }
      return ready
    })
    return performance.now() - began
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, "exit")
    process.kill(this.pid, signal)
    await ended
  }

  /** Ends a process that was not ready in time. */
  abandon(): void {
    this.#child?.kill("SIGKILL")
  }
}

/** Process ids of the runners that live in a data directory. */
function runnersIn(data: string): ReadonlyArray<number> {
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
