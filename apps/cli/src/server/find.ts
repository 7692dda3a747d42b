/**
 * Finds the hub and the credential: explicit settings first, then what a running hub left in its data directory.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { ResolvedSettings } from "@holdfast/protocol/settings"
import { CliFailure, EXIT, refused, START_HINT } from "../failure.ts"
import { loadedSettings } from "./settings.ts"

/** Where a hub is. */
export interface Place {
  /** Such as `http://127.0.0.1:4653`. */
  readonly origin: string
  /** The Unix socket of the hub of the data directory; without one its port is used. */
  readonly socket?: string
}

/** Where the hub is and how to be let in. */
export interface Target extends Place {
  readonly token: string
  /** Data directory that was looked at. */
  readonly data: string
}

/** What a running hub writes to `<data>/hub.json`. */
export interface HubFile {
  readonly pid: number
  readonly port: number
  readonly url: string
  readonly version: string
  readonly socket?: string
}

const explicit = (settings: ResolvedSettings, name: "port" | "host"): boolean =>
  settings.sources[name] !== "default" && settings.values[name] !== 0

/** Where the hub is by the file that a running one keeps, or by settings that name another port or host. */
export function hubPlace(settings: ResolvedSettings, data: string): Place {
  const file = readHubFile(data)
  const { host, port, tlsCert } = settings.values
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host
  const origin = `${tlsCert === "" ? "http" : "https"}://${name}:${port}`
  if (file === undefined) return { origin }
  const other =
    (explicit(settings, "port") && port !== file.port) || (explicit(settings, "host") && new URL(file.url).hostname !== name)
  if (other) return { origin }
  return { origin: file.url, ...(file.socket === undefined ? {} : { socket: file.socket }) }
}

/** What the running hub of a data directory says of itself; `undefined` when none runs. */
export function readHubFile(data: string): HubFile | undefined {
  const text = readIfThere(join(data, "hub.json"))
  if (text === undefined) return undefined
  try {
    const value: Partial<HubFile> = JSON.parse(text)
    const { pid, port, url, version = "", socket } = value
    return typeof pid === "number" && typeof port === "number" && typeof url === "string" && URL.canParse(url)
      ? { pid, port, url, version, ...(typeof socket === "string" ? { socket } : {}) }
      : undefined
  } catch {
    return undefined
  }
}

/** The process of the hub of a data directory, while it lives. */
export function hubProcess(data: string): number | undefined {
  const pid = readHubFile(data)?.pid
  return pid !== undefined && isAlive(pid) ? pid : undefined
}

/** Whether a process lives. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}

/** The hub to talk to. Throws a `CliFailure`: 3 when none was ever started here, 1 when its credential cannot be read. */
export function findHub(): Target {
  const { settings, data } = loadedSettings()
  const place = hubPlace(settings, data)
  const { token } = settings.values
  if (token !== "") return { ...place, token, data }
  const path = join(data, "credential")
  const credential = readIfThere(path)?.trim()
  if (credential === undefined || credential === "") {
    const message = `no hub has been started with the data directory ${data}; ${START_HINT}`
    throw new CliFailure(EXIT.unreachable, "Unreachable", message)
  }
  return { ...place, token: credential, data }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8")
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined
    if (code === "ENOENT" || code === "ENOTDIR") return undefined
    throw refused("Unreadable", `cannot read ${path} (${String(code)}); the file and its directory must belong to you`)
  }
}
