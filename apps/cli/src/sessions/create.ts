/**
 * `holdfast new terminal`: opens a session.
 */
import { randomUUID } from "node:crypto"
import { cwd as currentDirectory } from "node:process"
import { resolve } from "node:path"
import type { CreateSession } from "@holdfast/protocol/session"
import { print, printJson } from "../output.ts"
import { ask, useHub } from "../server/hub.ts"
import { sessionSize } from "../attach/viewport.ts"
import { askerEnvironment } from "./asker.ts"
import { entriesOf } from "./metadata.ts"
import { sayTaken } from "./same-label.ts"
import { NEW_ATTACH, variables } from "./new-session.ts"

/** What to open. */
export interface CreateOptions {
  readonly command: ReadonlyArray<string>
  readonly cwd: string | undefined
  readonly env: ReadonlyArray<string>
  readonly cols: number | undefined
  readonly rows: number | undefined
  readonly term: string | undefined
  readonly label: string | undefined
  readonly tags: ReadonlyArray<string>
  /** Texts `NAME=VALUE`. */
  readonly metadata: ReadonlyArray<string>
  readonly key: string | undefined
  readonly attach: boolean
  readonly json: boolean
}

/** The size that is asked for; of the window what a session can have. */
function windowSize({ cols, rows }: CreateOptions): { readonly cols: number; readonly rows: number } {
  const own = sessionSize({ cols: process.stdout.columns || 80, rows: process.stdout.rows || 24 })
  return { cols: cols ?? own.cols, rows: rows ?? own.rows }
}

/** Opens a terminal session and prints its id, or attaches to it. */
export async function create(options: CreateOptions): Promise<void> {
  const { command, label, term, json } = options
  const env = variables(options.env)
  const [program, ...args] = command
  const request: CreateSession = {
    kind: "terminal",
    // The key makes the creation once, also when the answer is lost and it is asked again.
    key: options.key ?? randomUUID(),
    cwd: resolve(options.cwd ?? currentDirectory()),
    ...windowSize(options),
    ...(program === undefined ? {} : { command: program, args }),
    ...(options.env.length === 0 ? {} : { env }),
    ...(term === undefined ? {} : { term }),
    ...(label === undefined ? {} : { label }),
    ...(options.tags.length === 0 ? {} : { tags: options.tags }),
    ...(options.metadata.length === 0 ? {} : { metadata: entriesOf(options.metadata) }),
  }
  const hub = useHub()
  const asked: CreateSession = { ...request, ...askerEnvironment(hub.target) }
  if (options.attach) {
    const { attach } = await import("../attach/attach.ts")
    // One socket for both: loading what HTTP needs takes longer than the shell's own start.
    return attach(NEW_ATTACH, async (connection) => {
      await sayTaken(label, (query) => connection.call("sessions.list", query))
      return connection.call("sessions.create", asked)
    })
  }
  const session = await ask(hub, (api) => api.create(asked))
  await sayTaken(label, hub.api.list, session.id)
  if (json) printJson(session)
  else print(session.id)
}

/** Opens the user's shell, attached where there is a terminal. */
export function createShell(): Promise<void> {
  return create({
    command: [],
    cwd: undefined,
    env: [],
    cols: undefined,
    rows: undefined,
    term: undefined,
    label: undefined,
    tags: [],
    metadata: [],
    key: undefined,
    attach: process.stdin.isTTY && process.stdout.isTTY,
    json: false,
  })
}
