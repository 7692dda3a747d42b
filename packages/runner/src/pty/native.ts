/**
 * The native part of terminals: starting a child on one, and its size.
 *
 * On Linux the C library is called through koffi. Elsewhere, without koffi, and in a worker thread, which the kernel tells of
 * no exits, `fork` of node-pty's addon does the same. node-pty's own stream is not used on Unix: it drops what is unread
 * 200 ms after the exit.
 */
import { readdirSync } from "node:fs"
import { createRequire } from "node:module"
import { isMainThread } from "node:worker_threads"
import { Exits, type OnExit } from "./Exits.ts"
import { loadLibc, type Libc } from "@holdfast/adapter/process/libc"
import { withOpenFiles } from "@holdfast/adapter/process/open-files"
import { setTerminalSize, spawnTerminal, type Spawned, type SpawnOptions } from "./spawn-terminal.ts"

interface Addon {
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
    onExit: OnExit,
  ) => Spawned
  readonly resize: (fd: number, cols: number, rows: number) => void
}

interface Native {
  readonly start: (options: SpawnOptions, onExit: OnExit) => Spawned
  readonly resize: (fd: number, cols: number, rows: number) => void
  readonly guarded: boolean
}

const F_SETFD = 2
const FD_CLOEXEC = 1

let native: Native | undefined

const load = (): Native => (native ??= process.platform === "linux" ? onLinux() : withAddon(undefined))

function onLinux(): Native {
  let libc: Libc
  try {
    libc = loadLibc()
  } catch {
    // Optional by platform: `descriptorsGuarded` tells, and the runner logs it once at its start.
    return withAddon(undefined)
  }
  guardInherited(libc)
  if (!isMainThread) return withAddon(libc)
  const exits = new Exits(libc)
  return {
    start: (options, onExit) => {
      const spawned = spawnTerminal(libc, options)
      exits.await(spawned.pid, onExit)
      return spawned
    },
    resize: (fd, cols, rows) => setTerminalSize(libc, fd, cols, rows),
    guarded: true,
  }
}

/** node-pty's addon leaves the master open to later children; `fcntl` closes it to them, in the same tick as the fork. */
function withAddon(libc: Libc | undefined): Native {
  const besidePty = createRequire(createRequire(import.meta.url).resolve("@lydell/node-pty"))
  const folder = `@lydell/node-pty-${process.platform}-${process.arch}`
  const addon = besidePty(`${folder}/pty.node`) as Addon
  const helper = process.platform === "darwin" ? besidePty.resolve(`${folder}/spawn-helper`) : ""
  return {
    start: ({ argv: [command = "", ...args], env, cwd, cols, rows }, onExit) => {
      const { fd, pid } = addon.fork(command, args, [...env], cwd, cols, rows, -1, -1, true, helper, onExit)
      libc?.fcntl(fd, F_SETFD, FD_CLOEXEC)
      return { fd, pid }
    },
    resize: addon.resize,
    guarded: libc !== undefined || process.platform !== "linux",
  }
}

/** What this process itself was given beyond the standard three is not for its children. */
function guardInherited(libc: Libc): void {
  for (const name of readdirSync("/proc/self/fd")) {
    if (Number(name) > 2) libc.fcntl(Number(name), F_SETFD, FD_CLOEXEC)
  }
}

/** Whether later children are kept from inheriting the masters of earlier ones; throws when nothing native can be loaded. */
export function descriptorsGuarded(): boolean {
  return load().guarded
}

/** Starts a child on a new terminal; throws `AdapterRefused`, or an error when the system has no terminal left. */
export function startOnTerminal(options: SpawnOptions, onExit: OnExit): Spawned {
  return withOpenFiles(
    () => load().start(options, onExit),
    ({ pid }) => pid,
  )
}

/** Sets the size of a terminal; throws when the descriptor is no terminal. */
export function resizeTerminal(fd: number, cols: number, rows: number): void {
  return load().resize(fd, cols, rows)
}
