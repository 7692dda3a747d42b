/** The record that a runner leaves in its directory, and how it is read: `<data>/runner/<generation>/runner.json`. */
import { join } from "node:path"
import { object } from "./fields.ts"

/** `runner.json` of a generation. Times are epoch milliseconds. */
export interface RunnerRecord {
  readonly pid: number
  /** Start of the process in the kernel's own units, to tell it from a later process with the same pid; absent where unknown. */
  readonly processStart?: string
  readonly versions: ReadonlyArray<number>
  readonly build: string
  readonly startedAt: number
  /** Path of its socket. */
  readonly socket: string
}

/** Generations are named by UUIDs. */
export const GENERATION = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Directory that holds the generations of a data directory. */
export const generationsDirectory = (dataDirectory: string): string => join(dataDirectory, "runner")

/** Files and directories of a generation. */
export const generationPaths = (
  directory: string,
): { readonly record: string; readonly log: string; readonly journal: string; readonly socket: string } => ({
  record: join(directory, "runner.json"),
  log: join(directory, "runner.log"),
  journal: join(directory, "journal"),
  socket: join(directory, "socket"),
})

/** Reads a record's text; throws `WireMalformed` or a `SyntaxError`. */
export function readRunnerRecord(text: string): RunnerRecord {
  const fields = object(JSON.parse(text), "runner.json")
  const processStart = fields.optionalText("processStart")
  return {
    pid: fields.whole("pid"),
    ...(processStart === undefined ? {} : { processStart }),
    versions: fields.wholes("versions"),
    build: fields.text("build"),
    startedAt: fields.number("startedAt"),
    socket: fields.text("socket"),
  }
}
