/**
 * Processes that the bench starts: each is known by its id and none outlives the bench.
 */
import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process"
import { once } from "node:events"
import { within } from "./within.ts"

const alive = new Set<ChildProcess>()

process.on("exit", () => {
  for (const child of alive) child.kill("SIGKILL")
})

/** Starts a process that is ended with the bench at the latest. */
export function startProcess(program: string, args: ReadonlyArray<string>, options: SpawnOptions): ChildProcess {
  const child = spawn(program, args, options)
  alive.add(child)
  child.once("exit", () => alive.delete(child))
  child.once("error", () => alive.delete(child))
  return child
}

/** Ends a process: SIGTERM, after two seconds SIGKILL; resolves when it is gone. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const gone = once(child, "exit")
  child.kill("SIGTERM")
  try {
    await within(`process ${child.pid} ends`, 2000, gone)
  } catch {
    child.kill("SIGKILL")
    await gone
  }
}
