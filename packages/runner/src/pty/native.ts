/**
 * The native parts: `fork` and `resize` of node-pty's addon, and close-on-exec for what they open.
 *
 * node-pty's own stream is not used on Unix: it drops what is unread 200 ms after the exit. Its addon leaves the
 * master open to later children; `fcntl` through koffi closes it to them, in the same tick as the fork.
 */
import { readdirSync } from "node:fs"
import { createRequire } from "node:module"

const ownRequire = createRequire(import.meta.url)

/** A forked child and the non-blocking master of its terminal. */
export interface Forked {
  readonly fd: number
  readonly pid: number
  /** Path of the slave. */
  readonly pty: string
}

interface Binding {
  readonly fork: (
    file: string,
    args: ReadonlyArray<string>,
    env: ReadonlyArray<string>,
    cwd: string,
    cols: number,
    rows: number,
    uid: number,
    gid: number,
    utf8: boolean,
    helperPath: string,
    onExit: (code: number, signal: number) => void,
  ) => Forked
  readonly resize: (fd: number, cols: number, rows: number) => void
}

interface Koffi {
  readonly load: (library: string) => { readonly func: (prototype: string) => (...args: ReadonlyArray<number>) => number }
}

const platform = `${process.platform}-${process.arch}`
const F_SETFD = 2
const FD_CLOEXEC = 1

let binding: Binding | undefined
let helper = ""
let setDescriptorFlags: ((...args: ReadonlyArray<number>) => number) | undefined
let guarded = process.platform !== "linux"

function load(): Binding {
  if (binding !== undefined) return binding
  const besidePty = createRequire(ownRequire.resolve("@lydell/node-pty"))
  binding = besidePty(`@lydell/node-pty-${platform}/pty.node`) as Binding
  if (process.platform === "darwin") helper = besidePty.resolve(`@lydell/node-pty-${platform}/spawn-helper`)
  if (process.platform === "linux") {
    try {
      const koffi = ownRequire(`@koromix/koffi-${platform}`) as Koffi
      setDescriptorFlags = koffi.load("libc.so.6").func("int fcntl(int, int, int)")
      guarded = true
      guardInherited(setDescriptorFlags)
    } catch (error) {
      // Optional by platform: `descriptorsGuarded` tells, and the runner logs it once at its start.
      void error
    }
  }
  return binding
}

/** What this process itself was given beyond the standard three is not for its children. */
function guardInherited(setFlags: (...args: ReadonlyArray<number>) => number): void {
  for (const name of readdirSync("/proc/self/fd")) {
    if (Number(name) > 2) setFlags(Number(name), F_SETFD, FD_CLOEXEC)
  }
}

/** Whether later children are kept from inheriting the masters of earlier ones; throws when the addon cannot be loaded. */
export function descriptorsGuarded(): boolean {
  load()
  return guarded
}

/** Forks a child on a new terminal; throws when the system has no terminal or process left. */
export function fork(options: {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly env: ReadonlyArray<string>
  readonly cwd: string
  readonly cols: number
  readonly rows: number
  readonly onExit: (code: number, signal: number) => void
}): Forked {
  const { command, args, env, cwd, cols, rows, onExit } = options
  const forked = load().fork(command, [...args], [...env], cwd, cols, rows, -1, -1, true, helper, onExit)
  setDescriptorFlags?.(forked.fd, F_SETFD, FD_CLOEXEC)
  return forked
}

/** Sets the size of a terminal; throws when the descriptor is no terminal. */
export const resizeTerminal = (fd: number, cols: number, rows: number): void => load().resize(fd, cols, rows)
