/** A change of text as a unified diff: hunks with three lines around each change. */
import { formatPatch, OMIT_HEADERS, structuredPatch } from "diff"

const CONTEXT = 3

/** Most lines that two texts may differ by to be compared line by line: the work grows with it. */
const MAX_CHANGES = 2000

/** The diff that turns `before` into `after`; empty when they are the same. Texts that differ by more are shown as replaced. */
export function lineDiff(path: string, before: string, after: string): string {
  if (before === after) return ""
  const [old, fresh] =
    before === "" || after === "" || isEnded(before) === isEnded(after) ? [ended(before), ended(after)] : [before, after]
  const compared = structuredPatch(path, path, old, fresh, undefined, undefined, { context: CONTEXT, maxEditLength: MAX_CHANGES })
  const hunks = compared === undefined ? replaced(before, after) : formatPatch(compared, OMIT_HEADERS).replace(/\n$/, "")
  return `--- ${path}\n+++ ${path}\n${hunks}`
}

const isEnded = (text: string): boolean => text.endsWith("\n")

/** The text with an end to its last line, which most tools leave out. */
const ended = (text: string): string => (text === "" || isEnded(text) ? text : `${text}\n`)

function replaced(before: string, after: string): string {
  const [old, fresh] = [before, after].map((text) => text.replace(/\n$/, "").split("\n")) as [Array<string>, Array<string>]
  const lines = [...old.map((line) => `-${line}`), ...fresh.map((line) => `+${line}`)]
  return [`@@ -1,${old.length} +1,${fresh.length} @@`, ...lines].join("\n")
}
