/**
 * The command line as its user has to type it, for messages that say what to do next (docs/protocol/rules.md, C-10).
 */
import { existsSync } from "node:fs"
import { basename, delimiter, dirname, join, relative } from "node:path"
import { COMMAND_NAMES } from "./command-groups.ts"
import { printable } from "./text/printable.ts"

/** How this program was started. */
export interface Start {
  readonly env: NodeJS.ProcessEnv
  /** The script that was given to Node, and the Node. */
  readonly script: string
  readonly node: string
  readonly exists: (path: string) => boolean
}

const here: Start = {
  env: process.env,
  script: process.env["HOLDFAST_STARTED_AS"] ?? process.argv[1] ?? "holdfast",
  node: process.execPath,
  exists: existsSync,
}

/** A command in full: `holdfast ls` where the name is in the path, `npx holdfast ls` where npm started us, else the script by its path. */
export function hint(command: string, start: Start = here): string {
  return `${invocation(start)} ${command}`.trimEnd()
}

function invocation({ env, script, node, exists }: Start): string {
  const name = process.platform === "win32" ? "holdfast.cmd" : "holdfast"
  const places = (env["PATH"] ?? "").split(delimiter).filter((place) => place !== "")
  // Programs of packages are in the path only while npm runs something.
  const own = places.filter((place) => !/node_modules[\\/]\.bin$/.test(place))
  const inPath = own.some((place) => exists(join(place, name)))
  const byNpm = env["npm_lifecycle_event"] !== undefined || env["npm_command"] === "exec"
  if (inPath || (script === name && !byNpm)) return "holdfast"
  if (byNpm || basename(script) === name) return "npx holdfast"
  const path = shown(script)
  return `${places.includes(dirname(node)) ? "node" : shown(node)} ${path}`
}

/** A path as it is shortest to type from here; as it is when this directory is gone. */
function shown(path: string): string {
  try {
    const near = relative(process.cwd(), path)
    return near.length < path.length ? near : path
  } catch {
    return path
  }
}

const NAMED = new RegExp(`(?<![\\w./-]|npx )holdfast (?=(?:${COMMAND_NAMES.join("|")})\\b)`, "g")

/** The commands for the operations that errors of the hub name. */
const OPERATION_COMMANDS: Readonly<Record<string, string>> = {
  "announcements.list": "announce",
  "imports.list": "import --claude --ls",
  "sessions.resolve": "ls --find",
  "tokens.list": "token ls",
  "webhooks.list": "webhook ls",
}

const OPERATION = new RegExp(`\\bwith (${Object.keys(OPERATION_COMMANDS).join("|").replaceAll(".", "\\.")})$`)

/**
 * A text of the hub's in which commands are named, with those as they have to be typed, and with the command for an operation that
 * it ends with. Never for what agents or children say.
 */
export function withHints(text: string, start: Start = here): string {
  return text
    .replace(OPERATION, (_, name: string) => `with: holdfast ${OPERATION_COMMANDS[name]}`)
    .replace(NAMED, () => `${invocation(start)} `)
}

/** The same in one printable line, for what the hub tells beside its errors: problems, reasons of holds and failures. */
export function hubWords(text: string): string {
  return withHints(printable(text))
}
