/** The record that a runner leaves in its directory, and how it is read: `<data>/runner/<generation>/runner.json`. */
import { join } from "node:path"
import { fields, list, maybe, number, text, type TypeOf, whole } from "@holdfast/protocol/codec"
import { readJson } from "./control.ts"

/** `runner.json` of a generation. Times are epoch milliseconds. */
const RunnerRecord = fields({
  pid: whole,
  /** Start of the process in the kernel's own units, to tell it from a later process with the same pid; absent where unknown. */
  processStart: maybe(text),
  versions: list(whole),
  build: text,
  startedAt: number,
  /** Path of its socket. */
  socket: text,
})
export type RunnerRecord = TypeOf<typeof RunnerRecord>

/** Generations are named by UUIDs. */
export const GENERATION = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Directory that holds the generations of a data directory. */
export function generationsDirectory(dataDirectory: string): string {
  return join(dataDirectory, "runner")
}

/** Files and directories of a generation. */
export function generationPaths(directory: string): {
  readonly record: string
  readonly log: string
  readonly journal: string
  readonly socket: string
} {
  return {
    record: join(directory, "runner.json"),
    log: join(directory, "runner.log"),
    journal: join(directory, "journal"),
    socket: join(directory, "socket"),
  }
}

/** Reads a record's text; throws `WireMalformed`. */
export function readRunnerRecord(text: string): RunnerRecord {
  return readJson(RunnerRecord, text, "runner.json")
}
