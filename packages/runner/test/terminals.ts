/** Terminals for tests, without a runner around them. */
import type { ChildExit, AdapterHandle } from "@holdfast/adapter/adapter"
import { ptyAdapter, type PtySpec } from "../src/pty/PtyAdapter.ts"

let last = 0

/** A terminal's spec; each has a marker of its own. */
export function pty(command: string, args: ReadonlyArray<string>, changed: Partial<PtySpec["terminal"]> = {}): PtySpec {
  last += 1
  return {
    terminal: { command, args, cwd: "/tmp", env: {}, cols: 80, rows: 24, term: "", ...changed },
    session: "session",
    marker: `test-${process.pid}:${last}`,
    inputMax: 1024 * 1024,
    environment: process.env,
  }
}

/** A terminal with a script. */
export function bash(script: string, changed?: Partial<PtySpec["terminal"]>): PtySpec {
  return pty("bash", ["--norc", "-c", script], changed)
}

/** A terminal that collects its output. */
export interface Collected {
  readonly handle: AdapterHandle
  readonly exit: Promise<ChildExit>
  readonly bytes: () => Buffer
  readonly text: () => string
}

/** Starts a terminal and collects what it says. */
export function collect(spec: PtySpec): Collected {
  const parts: Array<Buffer> = []
  const exit = Promise.withResolvers<ChildExit>()
  const handle = ptyAdapter.start(spec, {
    output: (bytes) => void parts.push(Buffer.from(bytes)),
    note: () => undefined,
    exit: exit.resolve,
  })
  const bytes = (): Buffer => Buffer.concat(parts)
  return { handle, exit: exit.promise, bytes, text: () => bytes().toString("latin1") }
}
