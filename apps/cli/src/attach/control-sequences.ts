/**
 * Which sequences reach a viewer's terminal, in the one form in which they are written (docs/protocol/rules.md, T-15, T-16).
 *
 * They are those that the emulator carries out, so that both show the same: what it ignores, a terminal that does more
 * must not get either. Numbers are those of xterm's `ctlseqs`. Questions, window operations and what works outside the
 * screen are not among them; neither is erasing the scrollback (`CSI 3 J`), which is the user's own.
 */
import type { ReadParameters } from "@holdfast/runner/emulator/SequenceReader"

const ESC = "\u001b"
const CSI = `${ESC}[`

/** A control sequence that passes: as what it is written, and the most parameters that are. */
interface Form {
  readonly as?: string
  readonly most: number
}

const one: Form = { most: 1 }
const FORMS: ReadonlyMap<string, Form> = new Map([
  ...["@", "A", "B", "C", "D", "E", "F", "G", "I", "J", "K", "L", "M", "P", "S", "T", "X", "Z", "b", "d", "e", "g"].map(
    (kind) => [kind, one] as const,
  ),
  ...[" @", " A", "'}", "'~", " q", '"q', "?J", "?K"].map((kind) => [kind, one] as const),
  ["`", { as: "G", most: 1 }],
  ["a", { as: "C", most: 1 }],
  ["H", { most: 2 }],
  ["f", { as: "H", most: 2 }],
  ["r", { most: 2 }],
  ["m", { most: Number.POSITIVE_INFINITY }],
])

/** Columns and rows that bound counts. */
interface Bounds {
  readonly cols: number
  readonly rows: number
}

/** Largest parameter of a place or a count: no screen is larger. */
const LARGEST = 9999

const bound = (kind: string, { cols, rows }: Bounds): number => {
  if ("LMST".includes(kind)) return rows
  if ("IZ".includes(kind)) return cols
  return kind === "b" ? cols * rows : LARGEST
}

/** The control sequence as it is written; undefined for one that does not pass. */
export function writtenControl(kind: string, parameters: ReadParameters, bounds: Bounds): string | undefined {
  if (kind === "m") return `${CSI}${attributes(parameters)}m`
  const form = FORMS.get(kind)
  if (form === undefined) return undefined
  const largest = bound(kind, bounds)
  let text = ""
  let count = 0
  for (const each of parameters) {
    if (typeof each !== "number" || count === form.most) continue
    if ((kind === "J" || kind === "?J") && each > 2) return undefined
    text += `${count++ === 0 ? "" : ";"}${each > largest ? largest : each}`
  }
  if (text === "0") text = ""
  const name = form.as ?? kind
  if (name.length === 1) return CSI + text + name
  return name.startsWith("?") ? `${CSI}?${text}${name.slice(1)}` : CSI + text + name
}

function attributes(parameters: ReadParameters): string {
  let text = ""
  for (const each of parameters) {
    if (typeof each === "number") text += `${text === "" ? "" : ";"}${each}`
    else text += each.map((sub) => `:${sub < 0 ? "" : sub}`).join("")
  }
  return text === "0" ? "" : text
}

const CHARSETS = new Set("0AB4C5RQKYE6ZH7=".split(""))
const DESIGNATORS: Readonly<Record<string, string>> = { "(": "(", ")": ")", "*": "*", "+": "+", "-": ")", ".": "*" }

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ...["7", "8", "D", "E", "H", "M", "=", ">", "n", "o", "#8"].map((sequence) => [sequence, `${ESC}${sequence}`] as const),
  ["|", `${ESC}o`],
  ["}", `${ESC}n`],
  ["~", "\u000e"],
  ["%@", `\u000f${ESC}(B`],
  ["%G", `\u000f${ESC}(B`],
])

/** The escape sequence as it is written; undefined for one that does not pass. */
export function writtenEscape(sequence: string): string | undefined {
  const [designator = "", charset = ""] = sequence
  const level = sequence.length === 2 ? DESIGNATORS[designator] : undefined
  if (level !== undefined) return CHARSETS.has(charset) ? `${ESC}${level}${charset}` : undefined
  return ESCAPES.get(sequence)
}

/** Control characters that act alike everywhere; those of C1 are written as ESC and a letter. Line feeds are none of them. */
export const CONTROLS: ReadonlyMap<number, string> = new Map([
  [0x08, "\b"],
  [0x09, "\t"],
  [0x0d, "\r"],
  [0x0e, "\u000e"],
  [0x0f, "\u000f"],
  [0x84, `${ESC}D`],
  [0x85, `${ESC}E`],
  [0x88, `${ESC}H`],
])
