/**
 * The values of the environment variables that a session was made with (docs/PROTOCOL.md, E-8).
 *
 * Events have their names; the values lie in a file beside the log and are read when a process starts. No door shows them.
 */
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { Unprocessable } from "@holdfast/protocol/errors"
import { writeDurably } from "@holdfast/store/durable-file"

type Variables = Readonly<Record<string, string>>

const FILE = "environment.json"

/** Keeps the values for a session that is about to be made. */
export const keepEnvironment = (directory: string, variables: Variables): Promise<void> =>
  writeDurably(join(directory, FILE), JSON.stringify(variables))

/** The variables with these names and their values. Rejects with `Unprocessable` when one has none any more. */
export async function readEnvironment(directory: string, names: ReadonlyArray<string>): Promise<Variables> {
  if (names.length === 0) return {}
  const kept = await readFile(join(directory, FILE), "utf8").then(parse, () => undefined)
  const missing = names.filter((name) => typeof kept?.[name] !== "string")
  if (missing.length === 0) return Object.fromEntries(names.map((name) => [name, String(kept?.[name])]))
  throw new Unprocessable({
    message: `the values of ${missing.join(", ")}, which this session was made with, are gone or damaged; make a new session with them`,
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
