/**
 * The exits of spawned children, collected when the kernel says that there are some (SIGCHLD).
 *
 * Only processes that were given to `await` are reaped: others have whoever started them.
 */
import type { Libc } from "@holdfast/adapter/process/libc"

/** Receives an exit: its code, or the number of the signal that ended it (0 for none). */
export type OnExit = (code: number, signal: number) => void

const WNOHANG = 1
const WEXITED = 4
const WNOWAIT = 0x01000000
const P_ALL = 0
/** Where `si_pid` lies in a `siginfo_t` of 128 bytes. */
const INFO_PID = 16
/** The code of a process whose status someone else collected. */
const UNKNOWN_CODE = 255

/** Waits for children. */
export class Exits {
  readonly #libc: Pick<Libc, "waitid" | "waitpid">
  readonly #awaited = new Map<number, OnExit>()
  readonly #info = Buffer.alloc(128)
  readonly #status = Buffer.alloc(4)

  constructor(libc: Pick<Libc, "waitid" | "waitpid">) {
    this.#libc = libc
    process.on("SIGCHLD", () => this.#collect())
  }

  /** Calls `onExit` once the process has ended; to be called in the tick that started it. */
  await(pid: number, onExit: OnExit): void {
    this.#awaited.set(pid, onExit)
  }

  /** Reaps what has ended. As long as the kernel names ours, nothing else is looked at: cheap with many children. */
  #collect(): void {
    for (;;) {
      this.#info.writeInt32LE(0, INFO_PID)
      const failed = this.#libc.waitid(P_ALL, 0, this.#info, WEXITED | WNOHANG | WNOWAIT) !== 0
      const pid = failed ? 0 : this.#info.readInt32LE(INFO_PID)
      if (pid !== 0 && this.#reap(pid)) continue
      // Another's zombie hides ours behind it; and where all are gone, none may be forgotten.
      if (pid !== 0 || failed) for (const each of this.#awaited.keys()) this.#reap(each)
      return
    }
  }

  /** Reaps one of ours; false when it is not ours or has not ended. */
  #reap(pid: number): boolean {
    const onExit = this.#awaited.get(pid)
    if (onExit === undefined) return false
    const reaped = this.#libc.waitpid(pid, this.#status, WNOHANG)
    if (reaped === 0) return false
    this.#awaited.delete(pid)
    const status = reaped === pid ? this.#status.readInt32LE() : UNKNOWN_CODE << 8
    onExit((status >> 8) & 0xff, status & 0x7f)
    return true
  }
}
