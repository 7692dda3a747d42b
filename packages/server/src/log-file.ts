/**
 * The log file `<data>/logs/hub.log`: appended without waiting, bounded in memory and on disk.
 *
 * At `FILE_MAX` it becomes `hub.log.1`, of which one is kept. When the disk does not take lines, at most `BACKLOG_MAX`
 * bytes wait; what comes then is dropped and counted, and the count is the next line that gets through.
 */
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, write, writeSync } from "node:fs"
import { join } from "node:path"

const FILE_MAX = 16 * 1024 * 1024
const BACKLOG_MAX = 1024 * 1024

/** Where lines go. */
export interface LogFile {
  readonly write: (line: string) => void
  /** Writes what waits and closes. */
  readonly close: () => void
}

/** Opens the log in a data directory. Throws what the file system throws. */
export function openLogFile(data: string, fileMax = FILE_MAX): LogFile {
  const directory = join(data, "logs")
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, "hub.log")
  let file = openSync(path, "a", 0o600)
  let size = fstatSync(file).size
  let waiting: Array<string> = []
  let waitingBytes = 0
  let dropped = 0
  let busy = false
  let closed = false

  const rotate = (): void => {
    closeSync(file)
    renameSync(path, `${path}.1`)
    file = openSync(path, "a", 0o600)
    size = 0
  }
  const take = (): Buffer => {
    if (dropped > 0) waiting.push(`${JSON.stringify({ level: "warn", message: "log lines dropped", dropped })}\n`)
    const bytes = Buffer.from(waiting.join(""))
    waiting = []
    waitingBytes = 0
    dropped = 0
    return bytes
  }
  const flush = (): void => {
    busy = true
    const bytes = take()
    write(file, bytes, 0, bytes.length, null, (error) => {
      busy = false
      if (error === null) size += bytes.length
      // Nowhere to report a log that cannot be written but in the log, once it can be again.
      else dropped++
      if (closed) return closeSync(file)
      if (size > fileMax) rotate()
      if (waiting.length > 0) flush()
    })
  }
  return {
    write: (line) => {
      if (closed) return
      if (waitingBytes > BACKLOG_MAX) {
        dropped++
        return
      }
      waiting.push(`${line}\n`)
      waitingBytes += line.length + 1
      if (!busy) flush()
    },
    close: () => {
      if (waiting.length > 0) writeSync(file, take())
      closed = true
      if (!busy) closeSync(file)
    },
  }
}
