/** Reads the unified diff of one file into pieces, within bounds. */
import { DIFF_LINE_MAX, type DiffHunk } from "@holdfast/protocol/changes"
import { headOf } from "@holdfast/protocol/text-cut"

/** What a diff of one file says. */
export interface Patch {
  readonly hunks: ReadonlyArray<DiffHunk>
  readonly binary: boolean
  readonly cut: boolean
}

const HEAD = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/

/** Reads it; `isCut`: its end is missing, and its last line may be a part of one. */
export function readPatch(text: string, isCut: boolean): Patch {
  const lines = text.split("\n")
  lines.pop()
  const hunks: Array<{ -readonly [K in keyof DiffHunk]: DiffHunk[K] } & { lines: Array<string> }> = []
  let binary = false
  let cut = isCut
  let before = 0
  let after = 0
  for (const line of lines) {
    const hunk = hunks.at(-1)
    if (hunk !== undefined && (before > 0 || after > 0 || line.startsWith("\\"))) {
      const sign = line[0] ?? " "
      if (sign !== "+" && sign !== "\\") before--
      if (sign !== "-" && sign !== "\\") after--
      cut ||= line.length > DIFF_LINE_MAX
      hunk.lines.push(headOf(line === "" ? " " : line, DIFF_LINE_MAX))
      continue
    }
    const head = HEAD.exec(line)
    if (head === null) {
      // Another file of a pattern that matches several is not this one.
      if (hunk !== undefined && line.startsWith("diff --git ")) break
      binary ||= line.startsWith("Binary files ")
      continue
    }
    const [, oldStart = "0", oldLines = "1", newStart = "0", newLines = "1", section = ""] = head
    before = Number(oldLines)
    after = Number(newLines)
    const counts = { oldStart: Number(oldStart), oldLines: before, newStart: Number(newStart), newLines: after }
    hunks.push({ ...counts, section: headOf(section, 200), lines: [] })
  }
  return { hunks, binary, cut }
}
