/**
 * Generations: the runners of a data directory, living and dead, as their directories `<data>/runner/<generation>` tell.
 *
 * A pid is never trusted alone: a living runner answers on its socket, and its process started when its record says.
 */
import { readdir, readFile, rm, stat } from "node:fs/promises"
import { connect } from "node:net"
import { join } from "node:path"
import type { DeadRunner, FoundRunner } from "@holdfast/link/found-runner"
import { endProcesses, processEntry, signalProcess } from "@holdfast/adapter/process/processes"
import { GENERATION, generationPaths, generationsDirectory, readRunnerRecord, type RunnerRecord } from "@holdfast/link/generation"

/** A generation's directory without a record for this long, in milliseconds, was left by a start that failed. */
const STARTING_MILLIS = 30_000
const CONNECT_MILLIS = 2000

const missing = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOENT"

async function readRecord(directory: string): Promise<RunnerRecord | undefined> {
  try {
    return readRunnerRecord(await readFile(generationPaths(directory).record, "utf8"))
  } catch {
    // No record, or one that no one can read: in both cases the directory tells nothing of a living runner.
    return undefined
  }
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const peer = connect(socket)
    const settle = (answer: boolean): void => {
      clearTimeout(timer)
      peer.destroy()
      resolve(answer)
    }
    const timer = setTimeout(() => settle(false), CONNECT_MILLIS)
    peer.on("connect", () => settle(true))
    peer.on("error", () => settle(false))
  })
}

/** Whether the process of a record is there: the same pid, and started when the record says (where the platform tells). */
function processThere(record: RunnerRecord): boolean {
  const entry = processEntry(record.pid)
  if (process.platform === "linux") {
    return entry !== undefined && !entry.zombie && (record.processStart === undefined || entry.start === record.processStart)
  }
  return signalProcess(record.pid, "SIGCONT")
}

async function inspect(directory: string, generation: string): Promise<FoundRunner | undefined> {
  const record = await readRecord(directory)
  if (record === undefined) {
    const found = await stat(directory).catch((error: unknown) => {
      if (missing(error)) return undefined
      throw error
    })
    const starting = found === undefined || Date.now() - found.mtimeMs < STARTING_MILLIS
    return starting && (await journalEmpty(directory)) ? undefined : { state: "dead", generation, directory, record: undefined }
  }
  // A killed process that still lets go of its memory may accept connections, and will never answer one.
  const dying = processEntry(record.pid)?.zombie === true
  if (!dying && (await answers(record.socket))) return { state: "live", generation, directory, record }
  // A runner that is stopped or very busy does not answer, and is not dead: its process tells.
  if (processThere(record)) return { state: "live", generation, directory, record }
  return { state: "dead", generation, directory, record }
}

/** False when a journal lies there: then the runner had listened, and its record was removed as it ended. */
async function journalEmpty(directory: string): Promise<boolean> {
  try {
    return (await readdir(generationPaths(directory).journal)).length === 0
  } catch (error) {
    if (missing(error)) return true
    throw error
  }
}

/** Every generation of a data directory, newest first; those that are just starting are left out. */
export async function discoverRunners(dataDirectory: string): Promise<ReadonlyArray<FoundRunner>> {
  const parent = generationsDirectory(dataDirectory)
  let names: ReadonlyArray<string>
  try {
    names = await readdir(parent)
  } catch (error) {
    if (missing(error)) return []
    throw error
  }
  const generations = names.filter((name) => GENERATION.test(name))
  const found = await Promise.all(generations.map((generation) => inspect(join(parent, generation), generation)))
  return found.filter((one) => one !== undefined).toSorted((a, b) => (b.record?.startedAt ?? 0) - (a.record?.startedAt ?? 0))
}

/** Removes a dead generation's directory and its socket, once its journal was taken. */
export async function removeGeneration(found: DeadRunner): Promise<void> {
  if (found.record !== undefined && process.platform !== "win32") await rm(found.record.socket, { force: true })
  await rm(found.directory, { recursive: true, force: true })
}

/** Ends what is left of a dead runner's children (also those that ignored the hangup); gives how many processes (Linux only, elsewhere 0). */
export async function sweepGeneration(generation: string): Promise<number> {
  const { ended } = await endProcesses({ marked: (marker) => marker.startsWith(`${generation}:`), leader: () => undefined }, 0)
  return ended
}
