/**
 * The hub under test: a real `holdfast serve` in a process of its own, as users start it.
 */
import { once } from "node:events"
import { existsSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { startHub, type HubProcess } from "@holdfast/testkit/hub-process"
import { within } from "../process/within.ts"
import type { Place } from "../row.ts"

const BUILT = fileURLToPath(new URL("../../../apps/cli/dist/main.js", import.meta.url))
const SOURCE = fileURLToPath(new URL("../../../apps/cli/src/main.ts", import.meta.url))
const PROBE = fileURLToPath(new URL("./probe.ts", import.meta.url))

/** The program under test: `HOLDFAST_BENCH_PROGRAM`, else what was built, else the sources. */
export const MAIN = process.env["HOLDFAST_BENCH_PROGRAM"] ?? (existsSync(BUILT) ? BUILT : SOURCE)

/** What the probe tells. Bytes and milliseconds. */
export interface ProbeReading {
  readonly rss: number
  readonly heap: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** A hub with its address and its probe. */
export interface Hub {
  readonly process: HubProcess
  readonly url: string
  readonly token: string
  readonly pid: number
  readonly ask: (word: "collect" | "reset" | "read") => Promise<ProbeReading>
  readonly end: () => Promise<void>
}

const running = new Set<HubProcess>()

process.on("exit", () => {
  for (const hub of running) {
    for (const pid of [hub.pid(), ...hub.runners()]) {
      try {
        process.kill(pid, "SIGKILL")
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error
      }
    }
  }
})

/** Starts a hub whose data is in `data` of the place's directory, where a seeded store may be already. */
export async function openHub(place: Place, settings: Readonly<Record<string, string>> = {}): Promise<Hub> {
  const probe = join(place.directory, `probe-${crypto.randomUUID().slice(0, 8)}`)
  const hub = await startHub({
    data: join(place.directory, "data"),
    settings: { BENCH_PROBE: probe, HOLDFAST_LOG_LEVEL: "warn", ...settings },
    command: [process.execPath, "--expose-gc", "--import", PROBE, MAIN],
  })
  running.add(hub)
  return {
    process: hub,
    url: hub.url(),
    token: hub.token,
    pid: hub.pid(),
    ask: (word) => within("the probe answers", 10_000, askProbe(probe, word)),
    end: async () => {
      await hub.stop()
      running.delete(hub)
    },
  }
}

async function askProbe(path: string, word: string): Promise<ProbeReading> {
  const socket = connect(path)
  try {
    await once(socket, "connect")
    socket.write(`${word}\n`)
    const [bytes] = (await once(socket, "data")) as [Buffer]
    return JSON.parse(bytes.toString("utf8")) as ProbeReading
  } finally {
    socket.destroy()
  }
}

/** The fields of a terminal that needs nothing of the user's: fixed size, no start-up files. */
export function terminal(command: string, args: ReadonlyArray<string>): object {
  return {
    kind: "terminal",
    command,
    args,
    cols: 80,
    rows: 24,
    cwd: "/",
  }
}

/** Creates a session over HTTP and gives its id. */
export async function createSession(hub: Hub, body: object): Promise<string> {
  const answer = await hub.process.call<{ readonly id: string; readonly error?: { readonly message: string } }>(
    "POST",
    "/api/sessions",
    body,
  )
  if (answer.status !== 201) throw new Error(`create answered ${answer.status}: ${JSON.stringify(answer.body).slice(0, 300)}`)
  return answer.body.id
}
