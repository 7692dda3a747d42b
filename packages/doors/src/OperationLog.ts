/**
 * The hub's log: one JSON object a line, one line an operation, never a secret (row:K1, check:S5, check:S10).
 *
 * Control characters of every kind are escaped, so that a line is a line in any terminal.
 */
import { headOf } from "@holdfast/protocol/text-cut"

/** Levels, least first. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Fields of a line beside time, level and message. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

/** Writes lines at or above a level. */
export interface OperationLog {
  readonly write: (level: LogLevel, message: string, fields?: LogFields) => void
}

/** Whether a text is a level. */
export function isLogLevel(text: string): text is LogLevel {
  return LOG_LEVELS.some((level) => level === text)
}

const escaped = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  text.replace(/[\u007f-\u009f\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)

/** Most characters of a text in a line. */
const TEXT_MAX = 4096

const bounded = (value: string): string =>
  value.length <= TEXT_MAX ? value : `${headOf(value, TEXT_MAX)}… (${value.length} characters)`

const boundedFields = (fields: LogFields | undefined): LogFields =>
  Object.fromEntries(
    Object.entries(fields ?? {}).map(([name, value]) => [name, typeof value === "string" ? bounded(value) : value]),
  )

/** Makes a log that hands each line to `sink`; `now` gives epoch milliseconds. */
export function makeOperationLog(
  least: LogLevel,
  now: () => number,
  sink: (level: LogLevel, line: string) => void,
): OperationLog {
  const from = LOG_LEVELS.indexOf(least)
  return {
    write: (level, message, fields) => {
      if (LOG_LEVELS.indexOf(level) < from) return
      sink(
        level,
        escaped(
          JSON.stringify({ time: new Date(now()).toISOString(), level, message: bounded(message), ...boundedFields(fields) }),
        ),
      )
    },
  }
}
