/** The edits of files in what an agent asks, of any agent's shape, with what else each of them says (docs/protocol/app-rules.md, APP-40). */
import { type AskedField, type Fields, isFields, leftOf, listIn, written } from "./asked-fields.ts"

/** A change of one file. `isWhole`: `after` is all of the file, and what was there before is not known. */
export interface AskedEdit {
  readonly path: string
  readonly before: string
  readonly after: string
  readonly isWhole: boolean
  /** What else it says. */
  readonly more?: ReadonlyArray<AskedField>
}

/** The edits of an input. */
export interface AskedEdits {
  readonly edits: ReadonlyArray<AskedEdit>
  /** Changes that are no edits of lines, as they were sent. */
  readonly others: ReadonlyArray<AskedField>
  /** Names of the input whose values the edits show. */
  readonly shown: ReadonlySet<string>
}

const PATHS = ["file_path", "filePath", "notebook_path", "path", "abs_path"] as const
const BEFORES = ["old_string", "oldString", "oldText", "old_source", "old_str"] as const
const AFTERS = ["new_string", "newString", "newText", "new_source", "new_str"] as const
const WHOLES = ["content", "contents", "file_text"] as const
/** What puts only a part of a file there, although it does not say in place of what. */
const PARTS: ReadonlyArray<string> = ["new_source"]
const LISTS = ["changes", "edits"] as const

const nameIn = (fields: Fields, names: ReadonlyArray<string>): string | undefined =>
  names.find((name) => typeof fields[name] === "string")
const textOf = (fields: Fields, name: string | undefined): string => (name === undefined ? "" : String(fields[name]))

/** An edit, and the names of what it shows; `path` where it has none of its own. */
function editOf(
  fields: Fields,
  path?: string,
): { readonly edit: AskedEdit; readonly shown: ReadonlySet<string>; readonly isOwn: boolean } | undefined {
  const own = nameIn(fields, PATHS)
  const where = own === undefined ? path : textOf(fields, own)
  const before = nameIn(fields, BEFORES)
  const part = nameIn(fields, AFTERS)
  const after = part ?? nameIn(fields, WHOLES)
  if (where === undefined || after === undefined) return undefined
  // What would stand there before a whole content is not known, so it is not shown as that.
  const from = part === undefined ? undefined : before
  const same = (names: ReadonlyArray<string>, name: string | undefined): ReadonlyArray<string> =>
    name === undefined ? [] : names.filter((other) => fields[other] === fields[name])
  const nothing = from === undefined ? BEFORES.filter((name) => fields[name] === null) : []
  const shown = new Set([
    ...same(PATHS, own),
    ...same(BEFORES, from),
    ...same(part === undefined ? WHOLES : AFTERS, after),
    ...nothing,
  ])
  const text = textOf(fields, from)
  const edit = { path: where, before: text, after: textOf(fields, after), isWhole: text === "" && !PARTS.includes(after) }
  return { edit, shown, isOwn: own !== undefined }
}

/** The edits of an input: several of several files, several of one, or one; none where it is something else. */
export function editsIn(input: Fields): AskedEdits {
  const outer = nameIn(input, PATHS)
  const path = outer === undefined ? undefined : textOf(input, outer)
  for (const name of LISTS) {
    const found = listIn(input, name).map((one) => (isFields(one) ? editOf(one, path) : undefined))
    if (!found.some((one) => one !== undefined)) continue
    const usesOuter = found.some((one) => one?.isOwn === false)
    return {
      edits: found.flatMap((one, at) => {
        if (one === undefined) return []
        const more = leftOf(listIn(input, name)[at], one.shown)
        return more.length === 0 ? one.edit : { ...one.edit, more }
      }),
      others: found.flatMap((one, at) =>
        one === undefined ? { name: `${name}[${at}]`, text: written(listIn(input, name)[at]) } : [],
      ),
      shown: new Set([name, ...(usesOuter ? PATHS.filter((one) => input[one] === path) : [])]),
    }
  }
  const one = editOf(input)
  return one === undefined ? { edits: [], others: [], shown: new Set() } : { edits: [one.edit], others: [], shown: one.shown }
}
