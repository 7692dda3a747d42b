/**
 * Finds the hub and the credential: explicit settings first, then what a running hub left in its data directory.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { ResolvedSettings } from "@holdfast/protocol/settings"
import { CliFailure, EXIT, refused, START_HINT } from "../failure.ts"
import { loadedSettings } from "./settings.ts"

/** Where the hub is and how to be let in. */
export interface Target {
  /** Such as `http://127.0.0.1:4653`. */
  readonly origin: string
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
}

const explicit = (settings: ResolvedSettings, name: "port" | "host"): boolean =>
  settings.sources[name] !== "default" && settings.values[name] !== 0

/** Address of the hub by settings, or by the file that a running one keeps. */
export function hubOrigin(settings: ResolvedSettings, data: string): string {
  const file = readHubFile(data)
  if (file !== undefined && !explicit(settings, "port") && !explicit(settings, "host")) return file.url
  const { host, port, tlsCert } = settings.values
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host
  return `${tlsCert === "" ? "http" : "https"}://${name}:${port}`
}

/** What the running hub of a data directory says of itself; `undefined` when none runs. */
export function readHubFile(data: string): HubFile | undefined {
  const text = readIfThere(join(data, "hub.json"))
  if (text === undefined) return undefined
  try {
    const value: Partial<HubFile> = JSON.parse(text)
    const { pid, port, url, version = "" } = value
    return typeof pid === "number" && typeof port === "number" && typeof url === "string"
      ? { pid, port, url, version }
      : undefined
  } catch {
    return undefined
  }
}

/** The hub to talk to. Throws a `CliFailure`: 3 when none was ever started here, 1 when its credential cannot be read. */
export function findHub(): Target {
  const { settings, data } = loadedSettings()
  const origin = hubOrigin(settings, data)
  const { token } = settings.values
  if (token !== "") return { origin, token, data }
  const path = join(data, "credential")
  const credential = readIfThere(path)?.trim()
  if (credential === undefined || credential === "") {
    const message = `no hub has been started with the data directory ${data}; ${START_HINT}`
    throw new CliFailure(EXIT.unreachable, "Unreachable", message)
  }
  return { origin, token: credential, data }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8")
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined
    if (code === "ENOENT" || code === "ENOTDIR") return undefined
    throw refused("Unreadable", `cannot read ${path} (${String(code)}); it must belong to you, and its directory too`)
  }
}
