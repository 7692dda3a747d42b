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

/** The parts of a diff that are of one file, which may have been renamed; of one that changed its kind there are two. */
export function sectionsOf(out: Buffer, raw: string, from: string | undefined): string {
  const heads = new Set([raw, from ?? raw].map((old) => `${BEGIN}${quotedName("a", old)} ${quotedName("b", raw)}`))
  const text = out.toString("latin1")
  const sections: Array<string> = []
  for (let at = text.startsWith(BEGIN) ? 0 : next(text, 0); at < text.length;) {
    const end = next(text, at)
    const section = text.slice(at, end)
    if (heads.has(section.slice(0, section.indexOf("\n")))) sections.push(section)
    at = end
  }
  return Buffer.from(sections.join(""), "latin1").toString("utf8")
}

const BEGIN = "diff --git "

/** Where the next file begins. Lines of files have a sign in front. */
function next(text: string, at: number): number {
  const found = text.indexOf(`\n${BEGIN}`, at)
  return found < 0 ? text.length : found + 1
}

const LETTERS: Readonly<Record<string, string>> = {
  "\x07": "a",
  "\b": "b",
  "\t": "t",
  "\n": "n",
  "\v": "v",
  "\f": "f",
  "\r": "r",
  '"': '"',
  "\\": "\\",
}

// oxlint-disable-next-line no-control-regex
const SPECIAL = /[\x00-\x1f"\\\x7f]/g

const escaped = (byte: string): string => `\\${LETTERS[byte] ?? byte.charCodeAt(0).toString(8).padStart(3, "0")}`

/** A name of bytes as Git writes it in a diff: with its prefix, in quotation marks where it must be. */
function quotedName(prefix: string, raw: string): string {
  const written = raw.replace(SPECIAL, escaped)
  return written === raw ? `${prefix}/${raw}` : `"${prefix}/${written}"`
}
