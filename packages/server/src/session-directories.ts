/**
 * The directory that holds those of the sessions (docs/protocol/rules.md, X-13).
 *
 * Sessions keep variables, files and transcripts there, so a hub never looks for them in another place without a word: the data
 * directory remembers where they were, and a start with another setting is refused until they have been moved.
 */
import { accessSync, chmodSync, constants, readdirSync, readFileSync, statSync } from "node:fs"
import { isAbsolute, join } from "node:path"
import type { Settings } from "@holdfast/protocol/settings"
import { sessionsRoot } from "@holdfast/hub/session/SessionDirectories"
import { writeDurably } from "@holdfast/store/durable-file"
import { makeDirectory } from "@holdfast/store/make-directory"
import { ServeFailed } from "./Serving.ts"

/** Makes the directory usable and remembers it. Rejects with `ServeFailed` when it cannot be used, or the sessions' files are elsewhere. */
export async function takeSessionDirectories(settings: Settings, data: string): Promise<void> {
  const wanted = sessionsRoot(settings, data)
  if (!isAbsolute(wanted)) throw new ServeFailed("settings", `sessionDirectories must be an absolute path, not ${wanted}`)
  const place = join(data, "session-directories")
  const known = remembered(place) ?? join(data, "sessions")
  if (known === wanted && settings.sessionDirectories === "") return
  if (known !== wanted) {
    const count = entriesOf(known)
    if (count > 0) {
      throw new ServeFailed(
        "settings",
        `sessionDirectories is ${wanted}, but ${known} still holds the files of ${count} session${count === 1 ? "" : "s"}; ` +
          `move them to ${wanted} and start again, or set sessionDirectories back`,
      )
    }
  }
  try {
    makeDirectory(wanted)
    if (process.platform !== "win32" && (statSync(wanted).mode & 0o077) !== 0) chmodSync(wanted, 0o700)
    accessSync(wanted, constants.R_OK | constants.W_OK | constants.X_OK)
    if (known !== wanted) await writeDurably(place, `${wanted}\n`)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ServeFailed(
      "settings",
      `the directory ${wanted} for sessions' files cannot be used: ${why}; change its owner, or correct sessionDirectories`,
      { cause },
    )
  }
}

function remembered(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim()
  } catch (cause) {
    if (isMissing(cause)) return undefined
    throw new ServeFailed("data", `cannot read ${file}: ${String(cause)}; correct its owner and mode`, { cause })
  }
}

function entriesOf(directory: string): number {
  try {
    return readdirSync(directory).length
  } catch (cause) {
    if (isMissing(cause)) return 0
    throw new ServeFailed("data", `cannot read ${directory}: ${String(cause)}; correct its owner and mode`, { cause })
  }
}

const isMissing = (cause: unknown): boolean => cause instanceof Error && "code" in cause && cause.code === "ENOENT"
