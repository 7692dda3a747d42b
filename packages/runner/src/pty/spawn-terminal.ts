/**
 * Starts a child on a new terminal with `posix_spawn` (Linux).
 *
 * It shares the runner's memory until its exec, so that a start costs the same however large the runner has grown, where
 * a fork copies its tables: 0.4 ms against 1 to 6 ms. The child leads a session of its own, and opening the slave makes
 * that its controlling terminal.
 */
import { closeSync, constants, openSync } from "node:fs"
import { getSystemErrorName } from "node:util"
import { AdapterRefused } from "@holdfast/adapter/adapter"
import type { Libc } from "@holdfast/adapter/process/libc"

/** What to start, and how large. */
export interface SpawnOptions {
  /** Path of the program; a relative one is looked for in `cwd`. */
  readonly program: string
  /** All arguments with the program's name first. */
  readonly argv: ReadonlyArray<string>
  /** `NAME=value` pairs. */
  readonly env: ReadonlyArray<string>
  readonly cwd: string
  readonly cols: number
  readonly rows: number
}

/** A child, and the non-blocking master of its terminal, which later children do not inherit. */
export interface Spawned {
  readonly pid: number
  readonly fd: number
}

const TCSETS = 0x5402
const TIOCSWINSZ = 0x5414
const TIOCGPTN = 0x80045430
const TIOCSPTLCK = 0x40045431

const SETSIGDEF = 0x04
const SETSIGMASK = 0x08
const SETSID = 0x80

const { E2BIG, ENOEXEC, EAGAIN, ENOMEM, EMFILE, ENFILE } = {
  E2BIG: 7,
  ENOEXEC: 8,
  EAGAIN: 11,
  ENOMEM: 12,
  EMFILE: 24,
  ENFILE: 23,
}

/** How a terminal behaves at first: that of a terminal window, with UTF-8 (`struct termios` of the kernel). */
const MODES = ((): Buffer => {
  const modes = Buffer.alloc(36)
  // BRKINT, ICRNL, IXON, IXANY, IMAXBEL, IUTF8 · OPOST, ONLCR · CS8, CREAD, HUPCL, 38400 baud
  modes.writeUInt32LE(0o2 | 0o400 | 0o2000 | 0o4000 | 0o20000 | 0o40000, 0)
  modes.writeUInt32LE(0o1 | 0o4, 4)
  modes.writeUInt32LE(0o60 | 0o200 | 0o2000 | 0o17, 8)
  // ISIG, ICANON, ECHO, ECHOE, ECHOK, ECHOCTL, ECHOKE, IEXTEN
  modes.writeUInt32LE(0o1 | 0o2 | 0o10 | 0o20 | 0o40 | 0o1000 | 0o4000 | 0o100000, 12)
  // INTR, QUIT, ERASE, KILL, EOF, TIME, MIN, SWTC, START, STOP, SUSP, EOL, REPRINT, DISCARD, WERASE, LNEXT, EOL2
  modes.set([3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, 0], 17)
  return modes
})()

/** Sets the size of a terminal by its master; throws when the descriptor is no terminal. */
export function setTerminalSize(libc: Libc, fd: number, cols: number, rows: number): void {
  const size = Buffer.alloc(8)
  size.writeUInt16LE(rows, 0)
  size.writeUInt16LE(cols, 2)
  control(libc, fd, TIOCSWINSZ, size)
}

function control(libc: Libc, fd: number, request: number, argument: Buffer): void {
  if (libc.ioctl(fd, request, argument) !== 0) throw new Error(`the terminal refuses request 0x${request.toString(16)}`)
}

/** Opens a master and gives it with the path of its slave. */
function openTerminal(libc: Libc, cols: number, rows: number): { readonly fd: number; readonly slave: string } {
  const fd = openSync("/dev/ptmx", constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK)
  try {
    const number = Buffer.alloc(4)
    control(libc, fd, TIOCSPTLCK, number)
    control(libc, fd, TIOCGPTN, number)
    control(libc, fd, TCSETS, MODES)
    setTerminalSize(libc, fd, cols, rows)
    return { fd, slave: `/dev/pts/${number.readUInt32LE()}` }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

let attributes: Buffer | undefined

/** A new session, no signal blocked, every signal as it is by default. */
function spawnAttributes(libc: Libc): Buffer {
  if (attributes !== undefined) return attributes
  const made = Buffer.alloc(1024)
  libc.attributesInit(made)
  libc.setFlags(made, SETSID | SETSIGDEF | SETSIGMASK)
  libc.setSignalDefault(made, Buffer.alloc(128, 0xff))
  libc.setSignalMask(made, Buffer.alloc(128))
  return (attributes = made)
}

/** Starts a child; throws `AdapterRefused` or the system's error, and then nothing runs. */
export function spawnTerminal(libc: Libc, options: SpawnOptions): Spawned {
  const { fd, slave } = openTerminal(libc, options.cols, options.rows)
  const actions = Buffer.alloc(256)
  const pid = Buffer.alloc(4)
  libc.actionsInit(actions)
  const run = (program: string, argv: ReadonlyArray<string>): number =>
    libc.spawn(pid, program, actions, spawnAttributes(libc), [...argv, null], [...options.env, null])
  try {
    libc.addChdir(actions, options.cwd)
    libc.addOpen(actions, 0, slave, constants.O_RDWR, 0)
    libc.addDup2(actions, 0, 1)
    libc.addDup2(actions, 0, 2)
    let failed = run(options.program, options.argv)
    // A script without an interpreter's line is the shell's, as everywhere.
    if (failed === ENOEXEC) failed = run("/bin/sh", ["sh", options.program, ...options.argv.slice(1)])
    if (failed !== 0) throw refusal(failed, options)
    return { pid: pid.readInt32LE(), fd }
  } catch (error) {
    closeSync(fd)
    throw error
  } finally {
    libc.actionsDestroy(actions)
  }
}

function refusal(errno: number, { argv: [command = ""] }: SpawnOptions): AdapterRefused {
  const name = getSystemErrorName(-errno)
  if (errno === E2BIG)
    return new AdapterRefused("Unprocessable", "the arguments and the environment are longer than the system takes")
  if ([EAGAIN, ENOMEM, EMFILE, ENFILE].includes(errno))
    return new AdapterRefused("Unavailable", `the system starts no process (${name})`)
  return new AdapterRefused("CommandNotFound", `${JSON.stringify(command)} cannot be executed (${name})`)
}
