/** A runner with a hub's connection for tests: it records what arrives and leaves nothing behind. */
import type { StartedRunner } from "@holdfast/link/found-runner"
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { connectRunner } from "@holdfast/link/connect"
import type { RunnerClosed, RunnerConnection } from "@holdfast/link/RunnerConnection"
import { startRunner, type RunnerSettings } from "@holdfast/runner/client/start-runner"
import type { ChildStatus, JournalEntry, RunnerFailure } from "@holdfast/link/messages"

/** The runner's program in this clone. */
export const PROGRAM = fileURLToPath(new URL("../../../apps/cli/src/runner-main.ts", import.meta.url))

/** Settings for tests. */
export const SETTINGS: RunnerSettings = {
  journalMemory: 4 * 1024 * 1024,
  journalDisk: 1024 * 1024 * 1024,
  runnerIdle: 60_000,
  killGrace: 1000,
  childrenMax: 100,
  inputQueueMax: 1024 * 1024,
}

/** Waits until a condition holds; fails after `timeout` milliseconds with `what`. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  timeout = 50_000,
): Promise<T> {
  const deadline = performance.now() + timeout
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (performance.now() > deadline) throw new Error(`not within ${timeout} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Whether a process is there and no zombie. */
export function alive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, "latin1"))
  } catch {
    return false
  }
}

/** How many terminal masters a process holds. */
export function masters(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return /ptmx/.test(readlinkSync(`/proc/${pid}/fd/${fd}`))
    } catch {
      return false
    }
  }).length
}

/** Resident memory of a process, in bytes. */
export function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024
}

/** A data directory that is removed by `dispose`. */
export function temporaryDirectory(): { readonly path: string; readonly dispose: () => void } {
  const path = mkdtempSync(join(tmpdir(), "holdfast-runner-"))
  return { path, dispose: () => rmSync(path, { recursive: true, force: true }) }
}

/** A hub as far as a runner can tell. */
export class TestHub {
  readonly entries = new Map<number, Array<JournalEntry>>()
  readonly settled: Array<{ child: number; client: string; number: number; failure: RunnerFailure | undefined }> = []
  readonly problems: Array<{ tag: string; message: string; child: number | undefined }> = []
  closed: RunnerClosed | undefined
  /** Acknowledges each entry as it comes. */
  acknowledges = true
  /** Keeps entries; otherwise only `onEntry` sees them. */
  keeps = true
  onEntry: (child: number, entry: JournalEntry) => void = () => undefined
  connection!: RunnerConnection

  static async connect(socket: string, hubEpoch: number, hub = "test"): Promise<TestHub> {
    const self = new TestHub()
    self.connection = await connectRunner({
      socket,
      hub,
      hubEpoch,
      events: {
        entry: (child, entry) => self.#entry(child, entry),
        input: (child, client, number, failure) => void self.settled.push({ child, client, number, failure }),
        problem: (tag, message, child) => void self.problems.push({ tag, message, child }),
        closed: (closed) => (self.closed = closed),
      },
    })
    return self
  }

  #entry(child: number, entry: JournalEntry): void {
    if (this.keeps) {
      const known = this.entries.get(child)
      if (known === undefined) this.entries.set(child, [entry])
      else known.push(entry)
    }
    this.onEntry(child, entry)
    if (this.acknowledges) this.connection.ack(child, entry.position)
  }

  start(id: string, script: string): Promise<ChildStatus> {
    return this.connection.start({
      id,
      session: "session",
      scrollback: 100,
      terminal: {
        command: "bash",
        args: ["--norc", "-c", script],
        cwd: "/tmp",
        env: { LC_ALL: "C" },
        cols: 80,
        rows: 24,
        term: "",
      },
    })
  }

  text(child: number): string {
    const parts = (this.entries.get(child) ?? []).flatMap((entry) => ("bytes" in entry ? [Buffer.from(entry.bytes)] : []))
    return Buffer.concat(parts).toString("latin1")
  }

  /** The exit of a child, once it is there. */
  exit(child: number, timeout?: number): Promise<{ readonly code: number; readonly signal?: string }> {
    return until(
      "the exit",
      () => {
        const last = this.entries.get(child)?.at(-1)
        return last !== undefined && "note" in last && last.note.type === "exit" ? last.note : undefined
      },
      timeout,
    )
  }
}

/** A detached runner in a data directory of its own, with a hub. */
export class LiveRunner {
  readonly data = temporaryDirectory()
  started!: StartedRunner
  hub!: TestHub

  static async start(settings: Partial<RunnerSettings> = {}): Promise<LiveRunner> {
    const self = new LiveRunner()
    self.started = await startRunner({ dataDirectory: self.data.path, program: PROGRAM, settings: { ...SETTINGS, ...settings } })
    self.hub = await TestHub.connect(self.started.socket, 1)
    return self
  }

  /** Ends the runner however it is doing, and removes its data. */
  async dispose(): Promise<void> {
    if (alive(this.started.pid)) process.kill(this.started.pid, "SIGTERM")
    await until("the runner's end", () => !alive(this.started.pid), 15_000)
    this.data.dispose()
  }

  /** Files left in the generations' directory. */
  leftovers(): ReadonlyArray<string> {
    const parent = join(this.data.path, "runner")
    return existsSync(parent) ? readdirSync(parent) : []
  }
}
