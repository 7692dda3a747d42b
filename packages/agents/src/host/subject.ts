/** What a call is about, in the words of its input, whatever shape the agent gave them. */
import { shellLine } from "./parse-command.ts"

/** Fields that say what runs: another field never speaks for them. */
const COMMANDS: ReadonlyArray<string> = ["command", "cmd"]

/** A word as it can be told from others beside it. */
const shown = (word: string): string => (/^[\w./:@%+,=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

/** The text of a field: a text, a program with its arguments, of a shell's the line. */
function textOf(name: string, value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value
  if (Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === "string"))
    return shellLine(value) ?? value.map(shown).join(" ")
  return COMMANDS.includes(name) && typeof value === "object" && value !== null ? JSON.stringify(value) : undefined
}

/** The first of these fields that says something; `undefined` when none does. */
export function subjectIn(input: unknown, names: ReadonlyArray<string>): string | undefined {
  if (typeof input !== "object" || input === null) return undefined
  for (const name of names) {
    const text = Object.hasOwn(input, name) ? textOf(name, (input as Readonly<Record<string, unknown>>)[name]) : undefined
    if (text !== undefined) return text
  }
  return undefined
}
