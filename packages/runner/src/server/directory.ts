/** A generation's directory: made, watched and removed by its runner. */
import { chmodSync, mkdirSync, renameSync, rmdirSync, rmSync, statSync, unlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { processEntry } from "@holdfast/adapter/process/processes"
import { generationPaths, generationsDirectory, type RunnerRecord } from "@holdfast/link/generation"
import { privateSocketPath } from "@holdfast/link/socket-path"

const WATCH_MILLIS = 1000

/** The directory of this runner. */
export interface GenerationDirectory {
  readonly generation: string
  readonly path: string
  readonly socket: string
  readonly journal: string
  /** Writes `runner.json`, whole or not at all, once the socket listens. */
  readonly publish: (record: Omit<RunnerRecord, "socket" | "processStart" | "pid">) => void
  /** Calls back once when the directory is not the one that was made any more. */
  readonly watch: (gone: () => void) => void
  /** Removes socket and record; with `all` everything. */
  readonly remove: (all: boolean) => void
}

function socketPath(directory: string, generation: string): string {
  if (process.platform === "win32") return `\\\\.\\pipe\\holdfast-${generation}`
  const { socket } = generationPaths(directory)
  return privateSocketPath(socket)
}

/** Makes the directory of a new generation below a data directory, mode 0700. */
export function makeGenerationDirectory(dataDirectory: string, generation: string): GenerationDirectory {
  const path = join(generationsDirectory(dataDirectory), generation)
  const paths = generationPaths(path)
  for (const made of [path, paths.journal]) mkdirSync(made, { recursive: true, mode: 0o700 })
  chmodSync(path, 0o700)
  const { ino, dev } = statSync(path)
  const socket = socketPath(path, generation)
  let timer: NodeJS.Timeout | undefined
  const present = (): boolean => {
    const found = statSync(path, { throwIfNoEntry: false })
    return found !== undefined && found.ino === ino && found.dev === dev
  }
  return {
    generation,
    path,
    socket,
    journal: paths.journal,
    publish: (record) => {
      const processStart = processEntry(process.pid)?.start
      const text = JSON.stringify({
        pid: process.pid,
        ...(processStart === undefined ? {} : { processStart }),
        ...record,
        socket,
      })
      writeFileSync(`${paths.record}.new`, `${text}\n`, { mode: 0o600 })
      renameSync(`${paths.record}.new`, paths.record)
    },
    watch: (gone) => {
      timer = setInterval(() => {
        if (present()) return
        clearInterval(timer)
        gone()
      }, WATCH_MILLIS)
      timer.unref()
    },
    remove: (all) => {
      clearInterval(timer)
      if (process.platform !== "win32") removeFile(socket)
      if (process.platform !== "win32" && !socket.startsWith(path)) removeEmptyDirectory(dirname(socket))
      if (!present()) return
      removeFile(paths.record)
      if (all) rmSync(path, { recursive: true, force: true })
    },
  }
}

function removeEmptyDirectory(path: string): void {
  try {
    rmdirSync(path)
  } catch (error) {
    // Another runner's socket is in it: then it stays, for that one to remove.
    if (
      !(
        error instanceof Error &&
        "code" in error &&
        (error.code === "ENOTEMPTY" || error.code === "EEXIST" || error.code === "ENOENT")
      )
    )
      throw error
  }
}

function removeFile(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (!(error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))) throw error
  }
}
