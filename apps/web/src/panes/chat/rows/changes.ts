/** What a call changes in files, in whatever form its agent says it, and the lines of a diff of it. */
import type { ToolPart } from "@holdfast/client/model"
import { lineEdits } from "./line-edits.ts"
import { fieldsOf, listOf, textIn, within } from "./tool-input.ts"

/** One change of a file: the text before and after, or a diff that came as text. */
export interface FileChange {
  readonly path: string
  readonly before: string
  readonly after: string
  /** Whether the texts are the whole file, so that lines have numbers. */
  readonly isWhole: boolean
  readonly patch?: string
}

/** A line of a diff. Numbers are those in the file, where they are known. */
export interface DiffLine {
  readonly sign: "+" | "-" | " " | "@"
  readonly text: string
  readonly before?: number
  readonly after?: number
}

const PATHS = ["file_path", "filePath", "path", "notebook_path", "file"]
const BEFORE = ["oldText", "old_string", "oldString", "old_str", "old_text"]
const AFTER = ["newText", "new_string", "newString", "new_str", "new_text", "new_source"]
const CONTENT = ["content", "contents", "file_text", "text"]

function changeIn(value: unknown, path: string, cwd: string, isWhole: boolean): FileChange | undefined {
  const fields = fieldsOf(value)
  const own = within(textIn(fields, ...PATHS) ?? path, cwd)
  const patch = textIn(fields, "unified_diff", "patch", "diff")
  if (patch !== undefined && /^[-+@ ]/m.test(patch)) return { path: own, before: "", after: "", isWhole, patch }
  const after = AFTER.map((name) => fields[name]).find((text) => typeof text === "string")
  if (after === undefined) return undefined
  return { path: own, before: textIn(fields, ...BEFORE) ?? "", after, isWhole }
}

/** The changes of a call that edits or writes. */
export function changesOf({ input, output, toolName }: ToolPart, cwd: string): ReadonlyArray<FileChange> {
  const fields = fieldsOf(input)
  const path = textIn(fields, ...PATHS) ?? ""
  const told = [...listOf(fieldsOf(output)["changes"]), ...(output === undefined ? listOf(fields["changes"]) : [])]
  const whole = told.flatMap((one) => changeIn(one, path, cwd, true) ?? [])
  if (whole.length > 0) return whole
  const parts = listOf(fields["edits"]).flatMap((one) => changeIn(one, path, cwd, false) ?? [])
  if (parts.length > 0) return parts
  const byPath = Object.entries(fieldsOf(fields["changes"])).flatMap(([name, one]) => changeIn(one, name, cwd, true) ?? [])
  if (byPath.length > 0) return byPath
  const single = changeIn(input, path, cwd, false)
  if (single !== undefined) return [single]
  if (/patch/i.test(toolName)) {
    const patch = typeof input === "string" ? input : textIn(fields, "input")
    return patch === undefined ? [] : [{ path, before: "", after: "", isWhole: false, patch }]
  }
  const content = textIn(fields, ...CONTENT)
  return content === undefined || path === "" ? [] : [{ path: within(path, cwd), before: "", after: content, isWhole: true }]
}

/** Unchanged lines that are shown around a change. */
const CONTEXT = 2

const LINES = /\r?\n/

function linesOf(text: string): ReadonlyArray<string> {
  const lines = text.split(LINES)
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines
}

/** The lines of a patch that came as text. */
function patchLines(patch: string): Array<DiffLine> {
  return linesOf(patch).flatMap((line): ReadonlyArray<DiffLine> => {
    if (/^(?:---|\+\+\+|diff |index |\\|\*\*\* (?:Begin|End))/.test(line)) return []
    if (line.startsWith("@@") || line.startsWith("***")) return [{ sign: "@", text: line }]
    const sign = line[0] ?? " "
    return sign === "+" || sign === "-" || sign === " " ? [{ sign, text: line.slice(1) }] : [{ sign: " ", text: line }]
  })
}

const diffs = new WeakMap<FileChange, ReadonlyArray<DiffLine>>()

/** The lines of a change's diff; worked out once. */
export function diffOf(change: FileChange): ReadonlyArray<DiffLine> {
  const known = diffs.get(change)
  if (known !== undefined) return known
  const made = change.patch === undefined ? textDiff(change) : patchLines(change.patch)
  diffs.set(change, made)
  return made
}

function textDiff({ before, after, isWhole }: FileChange): Array<DiffLine> {
  const all: Array<DiffLine> = []
  let [old, now] = [0, 0]
  for (const { sign, text } of lineEdits(linesOf(before), linesOf(after))) {
    if (sign !== "+") old += 1
    if (sign !== "-") now += 1
    const places = { ...(sign === "+" ? {} : { before: old }), ...(sign === "-" ? {} : { after: now }) }
    all.push({ sign, text, ...(isWhole ? places : {}) })
  }
  const isNear = (at: number): boolean => all.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(({ sign }) => sign !== " ")
  const lines: Array<DiffLine> = []
  let isCut = false
  for (const [at, line] of all.entries()) {
    if (line.sign === " " && !isNear(at)) {
      isCut = lines.length > 0
      continue
    }
    if (isCut) lines.push({ sign: "@", text: "" })
    isCut = false
    lines.push(line)
  }
  return lines
}

/** How many lines changes add and remove. */
export function countsOf(changes: ReadonlyArray<FileChange>): { readonly added: number; readonly removed: number } {
  let [added, removed] = [0, 0]
  for (const change of changes) {
    for (const { sign } of diffOf(change)) {
      if (sign === "+") added += 1
      else if (sign === "-") removed += 1
    }
  }
  return { added, removed }
}
