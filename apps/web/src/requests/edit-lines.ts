/** The lines that an edit takes away and adds. */
import { diffLines } from "diff"
import type { AskedEdit } from "./asked.ts"

/** Lines that are compared one by one; longer texts are shown as all taken away and all added. */
const COMPARED = 4000

/** A line of an edit, with what becomes of it. */
export interface Line {
  readonly sign: "+" | "−" | " "
  readonly text: string
}

const linesOf = (text: string): ReadonlyArray<string> => (text === "" ? [] : text.replace(/\n$/, "").split("\n"))

/** The lines of an edit, with what became of each. */
export function editLines({ before, after }: Pick<AskedEdit, "before" | "after">): ReadonlyArray<Line> {
  const all = (text: string, sign: Line["sign"]): ReadonlyArray<Line> => linesOf(text).map((line) => ({ sign, text: line }))
  if (linesOf(before).length + linesOf(after).length > COMPARED) return [...all(before, "−"), ...all(after, "+")]
  return diffLines(before, after).flatMap(({ value, added, removed }) => all(value, added ? "+" : removed ? "−" : " "))
}
