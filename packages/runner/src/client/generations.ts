/**
 * Generations: the runners of a data directory, living and dead, as their directories `<data>/runner/<generation>` tell.
 *
 * A pid is never trusted alone: a living runner answers on its socket, and its process started when its record says.
 */

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

/** A generation found in a data directory. A dead one has no process any more; its journal can be recovered. */
export type FoundRunner =
  | { readonly state: "live"; readonly generation: string; readonly directory: string; readonly record: RunnerRecord }
  | { readonly state: "dead"; readonly generation: string; readonly directory: string; readonly record: RunnerRecord | undefined }

/** Every generation of a data directory, newest first. */
export function discoverRunners(dataDirectory: string): Promise<ReadonlyArray<FoundRunner>> {
  void dataDirectory
  return Promise.reject(new Error("not built yet"))
}

/** Removes a dead generation's directory and its socket, once its journal was taken. */
export function removeGeneration(found: FoundRunner & { readonly state: "dead" }): Promise<void> {
  void found
  return Promise.reject(new Error("not built yet"))
}

/** Ends what is left of a dead runner's children (also those that ignored the hangup); gives how many processes (Linux only, elsewhere 0). */
export function sweepGeneration(generation: string): Promise<number> {
  void generation
  return Promise.reject(new Error("not built yet"))
}
