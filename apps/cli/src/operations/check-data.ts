/**
 * Checks of settings, data directory, credential and store. Nothing is changed.
 */
import { accessSync, constants, readFileSync, statfsSync, statSync } from "node:fs"
import { join, resolve } from "node:path"
import { hint } from "../hint.ts"
import { hubProcess } from "../server/find.ts"
import { loadedSettings } from "../server/settings.ts"
import { bytes } from "../text/amounts.ts"
import type { Finding } from "./finding.ts"

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Can the settings be read? */
export function checkSettings(): Finding {
  try {
    const { settings, file } = loadedSettings()
    const sources = Object.values(settings.sources)
    const set = [...new Set(sources)].flatMap((source) => {
      const count = sources.filter((one) => one === source).length
      return source === "default" ? [] : `${count} ${source === "file" ? `from ${file}` : `from the ${source}`}`
    })
    const found = set.length === 0 ? "all are defaults" : `${set.join(", ")}, the others are defaults`
    return { check: "settings", state: "ok", found }
  } catch (error) {
    return {
      check: "settings",
      state: "problem",
      found: message(error),
      advice: `correct it; ${hint("config")} shows all settings`,
    }
  }
}

const mode = (value: number): string => (value & 0o777).toString(8).padStart(4, "0")

/** Is the data directory there, ours, private and not full? */
export function checkDataDirectory(): Finding {
  const { data } = loadedSettings()
  const check = "data"
  try {
    const stat = statSync(data)
    if (!stat.isDirectory())
      return { check, state: "problem", found: `${data} is not a directory`, advice: "set HOLDFAST_DATA to a directory" }
    accessSync(data, constants.R_OK | constants.W_OK | constants.X_OK)
    if (process.platform !== "win32" && (stat.mode & 0o077) !== 0) {
      return {
        check,
        state: "problem",
        found: `${data} has mode ${mode(stat.mode)}: other users can read it`,
        advice: `chmod 700 ${data}`,
      }
    }
    const { bavail, bsize } = statfsSync(data)
    const free = bavail * bsize
    if (free < 256 * 1024 * 1024) {
      return {
        check,
        state: "warning",
        found: `${data}: ${bytes(free)} free`,
        advice: "free some space; when the disk is full, appends stop",
      }
    }
    return { check, state: "ok", found: `${data}, ${bytes(free)} free` }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined
    if (code === "ENOENT") return { check, state: "ok", found: `${data} will be created at the first start` }
    return {
      check,
      state: "problem",
      found: `${data}: ${message(error)}`,
      advice: "the directory must belong to you: check its owner and mode",
    }
  }
}

/** Is there a credential, and is it private? */
export function checkCredential(): Finding {
  const { settings, data } = loadedSettings()
  const check = "credential"
  if (settings.values.token !== "") return { check, state: "ok", found: "from HOLDFAST_TOKEN or the configuration file" }
  const path = join(data, "credential")
  try {
    const stat = statSync(path)
    readFileSync(path)
    if (process.platform !== "win32" && (stat.mode & 0o077) !== 0) {
      return {
        check,
        state: "problem",
        found: `${path} has mode ${mode(stat.mode)}`,
        advice: `chmod 600 ${path}, then ${hint("token rotate")}`,
      }
    }
    return { check, state: "ok", found: path }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined
    if (code === "ENOENT") return { check, state: "ok", found: "created at the first start" }
    return { check, state: "problem", found: `${path}: ${message(error)}`, advice: "the file must belong to you and be readable" }
  }
}

/** Milliseconds for which logs are checked at most. */
const LOGS_MOST = 10_000

/** Is the database whole, with every log in it? */
async function checkFile(path: string): Promise<Finding> {
  const { checkDatabase } = await import("@holdfast/server/check-database")
  const verdict = await checkDatabase(path, LOGS_MOST)
  const check = "store"
  if ("inUse" in verdict)
    return {
      check,
      state: "warning",
      found: `${path} is locked by another program, such as a backup`,
      advice: `run ${hint("doctor")} again when that program is done`,
    }
  if ("broken" in verdict)
    return {
      check,
      state: "problem",
      found: `${path}: ${verdict.broken}`,
      advice: "keep a copy of the file, then restore a backup",
    }
  const { sessions, checked, damaged } = verdict
  const which =
    checked === sessions ? `${sessions} session${sessions === 1 ? "" : "s"}` : `the newest ${checked} of ${sessions} sessions`
  const [first] = damaged
  if (first === undefined)
    return {
      check,
      state: "ok",
      found: `${path}, ${bytes(statSync(path).size)}; checked the log${checked === 1 ? "" : "s"} of ${which}`,
    }
  return {
    check,
    state: "problem",
    found: `${path}: ${damaged.length === 1 ? "1 log is" : `${damaged.length} logs are`} damaged in ${which}; the first is that of ${first.session}: ${first.message}`,
    advice: "keep a copy of the file; the other sessions can still be read and written",
  }
}

/** Does the store look like one of ours? A store that is open belongs to the running hub and is left alone. */
export async function checkStore(): Promise<Finding> {
  const { settings, data } = loadedSettings()
  const check = "store"
  const { store } = settings.values
  if (store !== "" && !store.startsWith("sqlite:")) return { check, state: "ok", found: store.replace(/:\/\/[^@]*@/, "://…@") }
  const path = store === "" ? join(data, "holdfast.db") : resolve(data, store.slice("sqlite:".length))
  try {
    statSync(path)
  } catch {
    return { check, state: "ok", found: `${path} will be created at the first start` }
  }
  const running = hubProcess(data)
  if (running !== undefined) return { check, state: "ok", found: `${path}, open in the hub (process ${running})` }
  try {
    return await checkFile(path)
  } catch (error) {
    return {
      check,
      state: "problem",
      found: `${path}: ${message(error)}`,
      advice: "keep a copy of the file, then restore a backup or move it away to start over",
    }
  }
}
