/**
 * A lock between processes: a file that names its holder.
 *
 * Whoever finds it left behind by a process that has ended, or not touched for five seconds, takes it away. Two processes can
 * hold it for a moment that way; nothing that it guards depends on that (docs/protocol/rules.md, C-58).
 */
import { makeClientId } from "../../client-id.ts"
import type { Timers } from "../../timers.ts"
import type { Turns } from "../turns.ts"
import { codeOf, ifThere } from "./node.ts"
import type { NodeFiles, NodeProcess } from "./node.ts"

/** Milliseconds after which a lock that was not touched is taken away. */
const STALE = 5000

/** A lock at a path. */
export class FileLock {
  readonly #files: NodeFiles
  readonly #process: NodeProcess
  readonly #path: string
  readonly #own: string

  constructor(files: NodeFiles, process: NodeProcess, path: string) {
    this.#files = files
    this.#process = process
    this.#path = path
    this.#own = `${process.pid} ${makeClientId()}`
  }

  /** Takes the lock if no one holds it. */
  async take(): Promise<boolean> {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        const file = await this.#files.open(this.#path, "wx", 0o600)
        await file.writeFile(this.#own).finally(() => file.close())
        return true
      } catch (cause) {
        if (codeOf(cause) !== "EEXIST") throw cause
      }
      if (!(await this.#clear())) return false
    }
    return false
  }

  /** Whether it was not taken away. */
  async isHeld(): Promise<boolean> {
    return (await ifThere(this.#files.readFile(this.#path, "utf8"))) === this.#own
  }

  /** Shows that the holder is alive. */
  async touch(): Promise<void> {
    const now = new Date()
    await ifThere(this.#files.utimes(this.#path, now, now))
  }

  async release(): Promise<void> {
    if (await this.isHeld()) await ifThere(this.#files.unlink(this.#path))
  }

  /** Removes the lock of a holder that is gone; answers whether it may be free now. */
  async #clear(): Promise<boolean> {
    const [holder, state] = await Promise.all([
      ifThere(this.#files.readFile(this.#path, "utf8")),
      ifThere(this.#files.stat(this.#path)),
    ])
    if (holder === undefined || state === undefined) return true
    // A clock that was set back must not keep it for as long.
    const isFresh = Math.abs(Date.now() - state.mtimeMs) < STALE
    if (isFresh && (holder === "" || this.#isAlive(Number(holder.split(" ")[0])))) return false
    const aside = `${this.#path}.${this.#own.split(" ")[1]}`
    if ((await ifThere(this.#files.rename(this.#path, aside).then(() => true))) === undefined) return true
    // Another was quicker, and this is already the next holder's: put it back.
    const moved = await this.#files.readFile(aside, "utf8")
    if (moved !== holder) await this.#files.link(aside, this.#path).catch(ignoreTaken)
    await this.#files.unlink(aside)
    return moved === holder
  }

  #isAlive(pid: number): boolean {
    try {
      this.#process.kill(pid, 0)
      return true
    } catch (cause) {
      return codeOf(cause) !== "ESRCH"
    }
  }
}

function ignoreTaken(cause: unknown): void {
  if (codeOf(cause) !== "EEXIST") throw cause
}

/** Milliseconds between two attempts to take the turn, and between two signs of life of its holder. */
const TRY_EVERY = 100
const BEAT = 1000

/** Turns of processes by a lock that the holder touches every second. */
export function fileTurns(lock: FileLock, timers: Timers): Turns {
  return {
    take: async (signal, lost) => {
      // A lock that cannot be had at all guards nothing: then every process sends.
      const taken = (): Promise<boolean> => lock.take().catch(() => true)
      while (!signal.aborted && !(await taken())) await new Promise<void>((done) => timers.after(TRY_EVERY, done))
      let isOver = false
      let cancel = (): void => undefined
      const release = (): void => {
        if (isOver) return
        isOver = true
        cancel()
        // A lock that cannot be removed goes stale by itself.
        lock.release().catch(() => undefined)
      }
      const isHeld = async (): Promise<boolean> => {
        if (isOver) return false
        if (await lock.isHeld().catch(() => true)) return true
        release()
        lost()
        return false
      }
      const beat = (): void => {
        const goOn = (): void => (isOver ? undefined : beat())
        cancel = timers.after(BEAT, () => {
          void isHeld()
            .then((held) => (held ? lock.touch() : undefined))
            .then(goOn, goOn)
        })
      }
      if (signal.aborted) release()
      else beat()
      return { isHeld, release }
    },
  }
}
