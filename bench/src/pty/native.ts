/**
 * A pseudo terminal with nothing around it: the native fork, and the bytes of the master as they come.
 */
import { createRequire } from "node:module"
import { write } from "node:fs"
import { ReadStream } from "node:tty"

interface Native {
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
    helper: string,
    exited: (code: number, signal: number) => void,
  ) => { readonly fd: number; readonly pid: number }
}

const require = createRequire(import.meta.url)
const { requireBinary } = require("@lydell/node-pty/requireBinary.js") as { readonly requireBinary: (file: string) => Native }

/** A child on a terminal. */
export interface BareTerminal {
  readonly pid: number
  readonly stream: ReadStream
  /** Types into the terminal. */
  readonly write: (bytes: Uint8Array) => void
  /** Resolves once the child ended and its last byte was read. */
  readonly ended: Promise<void>
}

/** Starts a program on a new terminal of 80 × 24. Each piece of output is handed to `output` as it is read. */
export function bareTerminal(
  file: string,
  args: ReadonlyArray<string>,
  output: (bytes: Buffer) => void,
  extra: NodeJS.ProcessEnv = {},
): BareTerminal {
  const native = requireBinary("pty.node")
  const environment = { ...process.env, TERM: "xterm-256color", ...extra }
  const env = Object.entries(environment).flatMap(([name, text]) => (text === undefined ? [] : [`${name}=${text}`]))
  const { promise, resolve } = Promise.withResolvers<void>()
  const child = native.fork(file, args, env, "/", 80, 24, -1, -1, false, "", () => {})
  const stream = new ReadStream(child.fd)
  stream.on("data", (bytes) => output(bytes as unknown as Buffer))
  // The master ends with EIO once the last slave is closed.
  stream.on("error", () => stream.destroy())
  stream.on("close", () => resolve())
  return {
    pid: child.pid,
    stream,
    write: (bytes) => write(child.fd, bytes, () => {}),
    ended: promise,
  }
}
