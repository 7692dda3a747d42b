/**
 * The environment variables that a session was made with and those of who asked for it (docs/protocol/rules.md, E-8, A-67).
 *
 * Events have the names of the former. Values lie in files beside the log and are read when a process starts. No door shows
 * them.
 */
import { readFileSync } from "node:fs"
import { mkdir, readFile, rm, rmdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Unprocessable } from "@holdfast/protocol/errors"
import { writeDurably } from "@holdfast/store/durable-file"

type Variables = Readonly<Record<string, string>>

/** What the request named. */
const NAMED = "environment.json"
/** What the process inherits: the environment of who asked. */
const INHERITED = "inherited-environment.json"

/** Keeps the named values for a session that is about to be made. */
export function keepEnvironment(directory: string, variables: Variables): Promise<void> {
  return writeDurably(join(directory, NAMED), JSON.stringify(variables))
}

/**
 * Keeps the environment of who asked. An agent is started from it again and again, so it outlives a power cut; a terminal
 * needs it until it runs, and no terminal survives one.
 */
export async function keepInherited(directory: string, asker: Variables, isDurable: boolean): Promise<void> {
  const file = join(directory, INHERITED)
  const content = JSON.stringify(asker)
  if (isDurable) return writeDurably(file, content)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await writeFile(file, content, { mode: 0o600 })
}

/** Forgets the environment of who asked for a terminal, which runs now, and a directory that holds nothing else. */
export async function forgetInherited(directory: string): Promise<void> {
  await rm(join(directory, INHERITED), { force: true })
  await rmdir(directory).catch((cause: unknown) => {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined
    if (code !== "ENOTEMPTY" && code !== "EEXIST" && code !== "ENOENT") throw cause
  })
}

/** The environment of who asked, where one is kept. Rejects with `Unprocessable` when it cannot be read. */
export async function readInherited(directory: string): Promise<Variables | undefined> {
  const text = inheritedText(directory)
  if (text === undefined) return undefined
  const kept = Object.entries(parse(text) ?? { damaged: undefined })
  if (kept.some(([, value]) => typeof value !== "string")) throw damaged()
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]))
}

/** Read at once: a small file, only where a process starts, and mostly one that is not there. */
function inheritedText(directory: string): string | undefined {
  try {
    return readFileSync(join(directory, INHERITED), "utf8")
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined
    throw damaged()
  }
}

const damaged = (): Unprocessable =>
  new Unprocessable({
    message: "the environment this session was created with cannot be read; create a new session",
    field: "environment",
  })

/** The variables with these names and their values. Rejects with `Unprocessable` when one has none any more. */
export async function readEnvironment(directory: string, names: ReadonlyArray<string>): Promise<Variables> {
  if (names.length === 0) return {}
  const kept = await readFile(join(directory, NAMED), "utf8").then(parse, () => undefined)
  const missing = names.filter((name) => typeof kept?.[name] !== "string")
  if (missing.length === 0) return Object.fromEntries(names.map((name) => [name, String(kept?.[name])]))
  throw new Unprocessable({
    message: `the values of ${missing.join(", ")}, which this session was created with, are lost or damaged; create a new session with them`,
    field: "env",
  })
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null ? { ...value } : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
