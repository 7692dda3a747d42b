/**
 * Terminals on Windows, through node-pty's public API (ConPTY). Not tested here: no Windows machine runs these tests.
 *
 * What Windows does not have: signals other than the end, a hangup, and process sessions; `end` closes the console, which ends
 * the processes attached to it.
 */
import { createRequire } from "node:module"
import { AdapterRefused, type Adapter, type AdapterHandle, type AdapterSink } from "@holdfast/adapter/adapter"
import { checkDirectory, checkSize } from "@holdfast/adapter/process/command"
import { childEnvironment } from "@holdfast/adapter/process/environment"
import type { PtySpec } from "./PtyAdapter.ts"

interface WindowsPty {
  readonly pid: number
  readonly write: (data: string | Buffer) => void
  readonly resize: (cols: number, rows: number) => void
  readonly pause: () => void
  readonly resume: () => void
  readonly kill: () => void
  readonly onData: (listener: (data: string | Buffer) => void) => void
  readonly onExit: (listener: (exit: { readonly exitCode: number }) => void) => void
}

interface PublicApi {
  readonly spawn: (file: string, args: ReadonlyArray<string>, options: Readonly<Record<string, unknown>>) => WindowsPty
}

/** Terminals of Windows. */
export const conptyAdapter: Adapter<PtySpec> = { kind: "terminal", start }

function start(spec: PtySpec, sink: AdapterSink): AdapterHandle {
  const { command, args, cwd, cols, rows, term, env } = spec.terminal
  checkSize(cols, rows)
  checkDirectory(cwd)
  const pairs = childEnvironment({ base: spec.environment, session: spec.session, marker: spec.marker, cwd, term, added: env })
  const { spawn } = createRequire(import.meta.url)("@lydell/node-pty") as PublicApi
  let child: WindowsPty
  try {
    const environment = Object.fromEntries(
      pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
    )
    child = spawn(command, args, { cols, rows, cwd, env: environment, encoding: null, useConpty: true })
  } catch (error) {
    throw new AdapterRefused(
      "CommandNotFound",
      `${command} cannot be started: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  let ended = false
  let size = { cols, rows }
  const exited = Promise.withResolvers<void>()
  child.onData((data) => sink.output(Buffer.from(data)))
  child.onExit(({ exitCode }) => {
    ended = true
    sink.exit({ code: exitCode })
    exited.resolve()
  })
  return {
    pid: child.pid,
    write: (bytes, settled) => {
      if (ended) return settled({ tag: "SessionNotReady", message: "the process has ended" })
      child.write(Buffer.from(bytes))
      settled(undefined)
    },
    resize: (newCols, newRows) => {
      checkSize(newCols, newRows)
      if (ended || (newCols === size.cols && newRows === size.rows)) return false
      child.resize(newCols, newRows)
      size = { cols: newCols, rows: newRows }
      return true
    },
    signal: (name) => {
      if (name === "SIGINT") child.write("\x03")
      else if (name === "SIGTERM" || name === "SIGKILL" || name === "SIGHUP") child.kill()
      else throw new AdapterRefused("Unprocessable", `${name} does not exist on Windows: use SIGINT, SIGTERM or SIGKILL`)
    },
    pause: () => child.pause(),
    continue: () => child.resume(),
    end: async () => {
      if (!ended) child.kill()
      await exited.promise
    },
  }
}
