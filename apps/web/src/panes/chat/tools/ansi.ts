/**
 * Output of commands with its colours, as data: text and classes. No sequence reaches the page; what is not a colour or an
 * emphasis is left out (docs/protocol/app-rules.md, APP-34).
 */

/** A piece of a line. `color` is one of the terminal's hues, from 0 on; 8 to 15 are the bright ones. */
export interface AnsiRun {
  readonly text: string
  readonly color?: number
  readonly background?: number
  readonly isBold?: true
  readonly isDim?: true
  readonly isItalic?: true
  readonly isUnderlined?: true
  readonly isStruck?: true
}

type Look = Omit<AnsiRun, "text">

/** Sequences: control (with its end), strings such as titles and links, character sets, other escapes, single controls. */
const SEQUENCE =
  // oxlint-disable-next-line no-control-regex
  /\u001b\[([0-?]*)[ -/]*([@-~])|\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\|$)|\u001b[()*+#%][\s\S]|\u001b(?:\[[0-?]*[ -/]*$|[\s\S]|$)|[\u0000-\u0007\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f-\u009f]/g

/** What of a line remains that a program wrote over: what stands after its last return, and what that did not reach. */
function overwritten(line: string): string {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line
  if (!text.includes("\r")) return text
  return text.slice(text.lastIndexOf("\r") + 1)
}

/** A text without backspaces and what they erase. */
function erased(text: string): string {
  let made = text
  while (made.includes("\b")) {
    const next = made.replaceAll(/[^\b\n][\b]/g, "").replaceAll(/^[\b]+/gm, "")
    if (next === made) return made.replaceAll("\b", "")
    made = next
  }
  return made
}

/** The nearest of the 16 hues, whatever the theme makes of them: so that every colour has contrast. */
function nearest(red: number, green: number, blue: number): number {
  const most = Math.max(red, green, blue)
  const least = Math.min(red, green, blue)
  if (most - least < 40) return most < 60 ? 0 : most < 140 ? 8 : most < 220 ? 7 : 15
  const middle = (most + least) / 2
  const hue = (red > middle ? 1 : 0) + (green > middle ? 2 : 0) + (blue > middle ? 4 : 0)
  return hue === 0 ? 8 : hue + (most > 200 ? 8 : 0)
}

const STEPS = [0, 95, 135, 175, 215, 255]

function indexed(number: number): number {
  if (number < 16) return number
  if (number >= 232) return nearest(8 + (number - 232) * 10, 8 + (number - 232) * 10, 8 + (number - 232) * 10)
  const at = number - 16
  return nearest(STEPS[Math.floor(at / 36)] ?? 0, STEPS[Math.floor(at / 6) % 6] ?? 0, STEPS[at % 6] ?? 0)
}

/** The colour that begins at `at`, after 38 or 48, and how many numbers it takes. */
function extended(numbers: ReadonlyArray<number>, at: number): readonly [color: number | undefined, taken: number] {
  if (numbers[at] === 5) return [indexed(Math.min(255, numbers[at + 1] ?? 0)), 2]
  if (numbers[at] === 2) return [nearest(numbers[at + 1] ?? 0, numbers[at + 2] ?? 0, numbers[at + 3] ?? 0), 4]
  return [undefined, 1]
}

function omit(look: Look, ...names: ReadonlyArray<keyof Look>): Look {
  const rest: { -readonly [K in keyof Look]: Look[K] } = { ...look }
  for (const name of names) delete rest[name]
  return rest
}

const ON: Readonly<Record<number, Look>> = {
  1: { isBold: true },
  2: { isDim: true },
  3: { isItalic: true },
  4: { isUnderlined: true },
  9: { isStruck: true },
}
const OFF: Readonly<Record<number, ReadonlyArray<keyof Look>>> = {
  22: ["isBold", "isDim"],
  23: ["isItalic"],
  24: ["isUnderlined"],
  29: ["isStruck"],
  39: ["color"],
  49: ["background"],
}

/** The look after an SGR sequence. */
function sgr(look: Look, parameters: string): Look {
  const numbers = parameters.split(/[;:]/).map((text) => (text === "" ? 0 : Number(text)))
  let now = look
  for (let at = 0; at < numbers.length; at++) {
    const number = numbers[at] ?? 0
    if (number === 0) now = {}
    else if (ON[number] !== undefined) now = { ...now, ...ON[number] }
    else if (OFF[number] !== undefined) now = omit(now, ...OFF[number])
    else if (number >= 30 && number <= 37) now = { ...now, color: number - 30 }
    else if (number >= 90 && number <= 97) now = { ...now, color: number - 82 }
    else if (number >= 40 && number <= 47) now = { ...now, background: number - 40 }
    else if (number >= 100 && number <= 107) now = { ...now, background: number - 92 }
    else if (number === 38 || number === 48) {
      const [color, taken] = extended(numbers, at + 1)
      at += taken
      if (color !== undefined) now = { ...now, [number === 38 ? "color" : "background"]: color }
    }
  }
  return now
}

/** Lines of output with their looks. */
export function ansiLines(output: string): ReadonlyArray<ReadonlyArray<AnsiRun>> {
  let look: Look = {}
  return erased(output.replaceAll("\r\n", "\n"))
    .split("\n")
    .map((raw) => {
      const runs: Array<AnsiRun> = []
      const line = overwritten(raw)
      let at = 0
      for (const match of line.matchAll(SEQUENCE)) {
        if (match.index > at) runs.push({ text: line.slice(at, match.index), ...look })
        at = match.index + match[0].length
        if (match[2] === "m") look = sgr(look, match[1] ?? "")
      }
      if (at < line.length) runs.push({ text: line.slice(at), ...look })
      return runs
    })
}

/** Output without anything but its text. */
export function plainOutput(output: string): string {
  return ansiLines(output)
    .map((runs) => runs.map(({ text }) => text).join(""))
    .join("\n")
}
