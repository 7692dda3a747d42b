/**
 * From the start of the process to ready, with an empty store and with a full one, and what an idle hub holds.
 */
import { once } from "node:events"
import { mkdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { MAIN } from "../ours/hub.ts"
import { seedStore } from "../ours/store.ts"
import { endProcess, startProcess } from "../process/children.ts"
import { residentBytes } from "../process/usage.ts"
import { overLimit, value, type Contestant, type Figures, type Row } from "../row.ts"

const MOST = 20_000

/** A bare HTTP server as plain JavaScript: prints its port and answers everything with 200. */
const BARE_SERVER = `const server = require("node:http").createServer((_, response) => response.end("ok"))
server.listen(0, "127.0.0.1", () => process.stdout.write(String(server.address().port)))`

/** Asks until the answer is 200; gives the time since `began`. */
async function ready(began: number, address: () => string | undefined): Promise<number> {
  for (;;) {
    const url = address()
    try {
      if (url !== undefined && (await fetch(url)).status === 200) return performance.now() - began
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
    }
    if (performance.now() - began > MOST) throw new Error(`${url ?? "the server"} is not ready after ${MOST} ms`)
    await pause(1)
  }
}

/** Starts a hub as its user would and gives the milliseconds until ready and, after a rest, the resident megabytes. */
async function start(data: string, store: string, rest: number): Promise<Figures> {
  const state = join(data, "hub.json")
  rmSync(state, { force: true })
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("HOLDFAST_") && !name.startsWith("npm_")),
  )
  const began = performance.now()
  const hub = startProcess(process.execPath, [MAIN, "serve"], {
    env: {
      ...env,
      HOLDFAST_DATA: data,
      HOLDFAST_PORT: "0",
      HOLDFAST_OPEN: "0",
      HOLDFAST_STORE: store,
      HOLDFAST_CONFIG: join(data, "config.json"),
    },
    stdio: ["ignore", "ignore", "inherit"],
  })
  try {
    const address = (): string | undefined => {
      if (hub.exitCode !== null) throw new Error(`serve ended with ${hub.exitCode}`)
      try {
        const found = JSON.parse(readFileSync(state, "utf8")) as { readonly pid: number; readonly url: string }
        return found.pid === hub.pid ? `${found.url}/health/ready` : undefined
      } catch {
        // Not written yet.
        return undefined
      }
    }
    const time = await ready(began, address)
    await pause(rest)
    return { time, resident: residentBytes(hub.pid ?? 0) / 1e6 }
  } finally {
    await endProcess(hub)
  }
}

const bare: Contestant = {
  name: "bare Node http server",
  open: async () => ({
    measure: async () => {
      const began = performance.now()
      const server = startProcess(process.execPath, ["-e", BARE_SERVER], { stdio: ["ignore", "pipe", "inherit"] })
      try {
        const [port] = (await once(server.stdout ?? server, "data")) as [Buffer]
        const time = await ready(began, () => `http://127.0.0.1:${Number(port.toString())}/`)
        await pause(200)
        return { time, resident: residentBytes(server.pid ?? 0) / 1e6 }
      } finally {
        await endProcess(server)
      }
    },
    close: async () => {},
  }),
}

/** The row. "Full" is 1,000 sessions and a log of 100k events (short: 20k). */
export const COLD_START: Row = {
  id: "cold-start",
  title: "cold start",
  cold: true,
  figures: [
    { id: "time", title: "empty store, to ready", unit: "ms", better: "less", goals: [overLimit(700)] },
    { id: "full", title: "full store, to ready", unit: "ms", better: "less", goals: [value(500)] },
    { id: "resident", title: "RSS of an idle hub", unit: "MB", better: "less", goals: [value(90)] },
  ],
  ours: {
    name: "holdfast",
    open: async (place) => {
      const full = join(place.directory, "full")
      const data = join(place.directory, "data")
      mkdirSync(data, { mode: 0o700 })
      await seedStore(full, { sessions: 1000, events: place.size(100_000, 20_000) })
      return {
        measure: async () => {
          const empty = join(place.directory, `empty-${crypto.randomUUID()}`)
          const first = await start(data, `sqlite:${join(empty, "holdfast.sqlite")}`, place.size(2000, 500))
          const second = await start(data, `sqlite:${join(full, "holdfast.sqlite")}`, 0)
          return { ...first, full: second["time"] ?? Number.NaN }
        },
        close: async () => {},
      }
    },
  },
  limit: bare,
  peers: [],
}
