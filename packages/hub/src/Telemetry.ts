/**
 * What the hub and its doors report about themselves: lines, counts, spans. A plain interface with a default that keeps nothing,
 * so that observability is something that a server puts in, never a part of the loop.
 */

/** Levels of a line, least first. */
export type Level = "debug" | "info" | "warn" | "error"

/** Fields of a line beside time, level and message. */
export type Fields = Readonly<Record<string, string | number | boolean | undefined>>

/** What operations are counted by. */
export interface OperationLabels {
  readonly operation: string
  readonly door: string
  /** `success`, the tag of the error, or `interrupted` when the caller went away before the answer. */
  readonly outcome: string
}

/** Ends a span with its outcome. */
export type EndSpan = (outcome: string) => void

/** Where lines, counts and spans go. */
export interface Telemetry {
  readonly log: (level: Level, message: string, fields?: Fields) => void
  /** Counts an operation that has ended, with the time it took in milliseconds. */
  readonly count: (labels: OperationLabels, milliseconds: number) => void
  /** Begins a span; `undefined` where no one wants any. */
  readonly span: (name: string, fields: Fields) => EndSpan | undefined
}

/** Keeps nothing. */
export const noTelemetry: Telemetry = { log: () => {}, count: () => {}, span: () => undefined }

/** Reports something that needs a look, whatever the values of its fields are. */
export type Report = (message: string, fields: Readonly<Record<string, unknown>>) => void

/** A `Report` that becomes a line. */
export const reportTo =
  ({ log }: Pick<Telemetry, "log">): Report =>
  (message, fields) =>
    log("warn", message, plain(fields))

const plain = (fields: Readonly<Record<string, unknown>>): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) =>
      typeof value === "string" || typeof value === "number" || typeof value === "boolean"
        ? [name, value]
        : [name, JSON.stringify(value)],
    ),
  )
