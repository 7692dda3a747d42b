/**
 * The examples of a Markdown document: its fenced blocks, and how what was received is compared with what they show.
 *
 * In an example `{name}` stands for a value that differs each time, the same one wherever the name stands; `…` for any
 * text; fields, elements and lines that are left out do not matter.
 */

/** One fenced block. `info` is what follows the language. */
export interface Example {
  readonly language: string
  readonly info: string
  readonly body: string
  /** Line of the fence, for messages. */
  readonly line: number
}

/** The fenced blocks of a document, in order. */
export function examplesOf(markdown: string): ReadonlyArray<Example> {
  return [...markdown.matchAll(/^```(\w+)[ ]*(.*)\n([\s\S]*?)^```$/gm)].map(
    ([, language = "", info = "", body = ""], i, all) => ({
      language,
      info,
      body,
      line: markdown.slice(0, all[i]?.index).split("\n").length,
    }),
  )
}

/** Values by the names that examples give them. */
export type Names = Map<string, unknown>

const NAME = /^\{(\w+)\}$/
const PIECE = /\{(\w+)\}|…/g
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")

/** Whether `actual` is what an example shows; names that are new then have their values. */
export function isShown(shown: unknown, actual: unknown, names: Names): boolean {
  const trial = new Map(names)
  if (!matches(shown, actual, trial)) return false
  for (const [name, value] of trial) names.set(name, value)
  return true
}

function matches(shown: unknown, actual: unknown, names: Names): boolean {
  if (typeof shown === "string") return matchesText(shown, actual, names)
  if (typeof shown !== "object" || shown === null) return shown === actual
  if (Array.isArray(shown)) return Array.isArray(actual) && matchesList(shown, actual, names)
  if (typeof actual !== "object" || actual === null) return false
  return Object.entries(shown).every(([name, value]) => matches(value, (actual as Record<string, unknown>)[name], names))
}

function matchesText(shown: string, actual: unknown, names: Names): boolean {
  const name = NAME.exec(shown)?.[1]
  if (name !== undefined) {
    if (!names.has(name)) names.set(name, actual)
    return actual !== undefined && String(names.get(name)) === String(actual)
  }
  if (typeof actual !== "string") return false
  const found: Array<string> = []
  let pattern = ""
  let end = 0
  for (const { 0: piece, 1: part, index } of shown.matchAll(PIECE)) {
    pattern += `${escaped(shown.slice(end, index))}${part === undefined ? "[\\s\\S]*" : "([\\s\\S]+?)"}`
    if (part !== undefined) found.push(part)
    end = index + piece.length
  }
  const values = new RegExp(`^${pattern}${escaped(shown.slice(end))}$`).exec(actual)
  return values !== null && found.every((part, i) => matchesText(`{${part}}`, values[i + 1], names))
}

/** Each element that is shown is there, in order; an empty list is empty. */
function matchesList(shown: ReadonlyArray<unknown>, actual: ReadonlyArray<unknown>, names: Names): boolean {
  if (shown.length === 0) return actual.length === 0
  let at = 0
  return shown.every((element) => {
    while (at < actual.length) if (isShown(element, actual[at++], names)) return true
    return false
  })
}

/** The fields of a message of a stream of server-sent events; `data` as JSON. */
export function messageOf(text: string): Readonly<Record<string, unknown>> {
  const fields = text.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()])
  const { data, ...rest } = Object.fromEntries(fields) as Record<string, string>
  return data === undefined ? rest : { ...rest, data: JSON.parse(data) as unknown }
}

/** A request of an example with values in place of names. Throws for a name that has none yet. */
export function filled<A>(shown: A, names: Names): A {
  const valueOf = (name: string): unknown => {
    if (!names.has(name)) throw new Error(`the example uses {${name}} before it has a value`)
    return names.get(name)
  }
  const fill = (value: unknown): unknown => {
    if (typeof value === "string") {
      const whole = NAME.exec(value)?.[1]
      return whole === undefined ? value.replace(/\{(\w+)\}/g, (_, name: string) => String(valueOf(name))) : valueOf(whole)
    }
    if (Array.isArray(value)) return value.map(fill)
    if (typeof value !== "object" || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, fill(each)]))
  }
  return fill(shown) as A
}
