/** The runner's own log: JSON lines on a descriptor, bounded in size. */
import { ftruncateSync, writeSync } from "node:fs"

/** Size at which the log starts over, in bytes. */
const LOG_MAX_BYTES = 1024 * 1024

/** Writes one line. */
export type RunnerLog = (level: "info" | "warn" | "error", message: string, fields?: Readonly<Record<string, unknown>>) => void

/** A log on a file descriptor; a line that cannot be written is lost, because there is no one to tell. */
export function logTo(descriptor: number): RunnerLog {
  let written = 0
  return (level, message, fields) => {
    const line = `${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`
    try {
      if (written > LOG_MAX_BYTES) {
        ftruncateSync(descriptor, 0)
        written = 0
      }
      written += writeSync(descriptor, line)
    } catch {
      // A full disk or a closed pipe must not end the children.
    }
  }
}
