/** Where the commands of a shell stand in a terminal's lines, so that one can go from prompt to prompt (docs/protocol/rules.md, T-57). */
import type { IBuffer } from "@xterm/xterm"
import { lineAt } from "./copy.ts"

type Lines = Pick<IBuffer, "getLine" | "length">

/** A command that was found: the row that its line begins in, and the first row of what it printed. */
export interface FoundCommand {
  readonly row: number
  readonly output: number
}

/** Most rows of a buffer that are looked through. */
const MOST_ROWS = 20_000

/**
 * Finds commands by their lines, the oldest first, from the end of the buffer upwards: each stands at the end of a line, behind
 * its prompt, above those that came later. One that is not there, such as after `clear`, is passed by.
 */
export function findCommands(buffer: Lines, commands: ReadonlyArray<string>): ReadonlyArray<FoundCommand> {
  const lines = linesOf(buffer)
  const found: Array<FoundCommand> = []
  let at = lines.length - 1
  for (const command of commands.toReversed()) {
    const wanted = command.trimEnd()
    if (wanted === "") continue
    let place = at
    while (place >= 0 && !endsWith(lines[place]?.text ?? "", wanted)) place--
    const line = lines[place]
    if (line === undefined) continue
    found.unshift({ row: line.first, output: line.last + 1 })
    at = place - 1
  }
  return found
}

/** The row of the command before or after a row; `undefined` where there is none. */
export function nextCommand(found: ReadonlyArray<FoundCommand>, row: number, way: "up" | "down"): FoundCommand | undefined {
  return way === "up" ? found.findLast((one) => one.row < row) : found.find((one) => one.row > row)
}

/** What a line is, without what fills it up. */
interface Line {
  readonly first: number
  readonly last: number
  readonly text: string
}

function linesOf(buffer: Lines): ReadonlyArray<Line> {
  const lines: Array<Line> = []
  for (let row = Math.max(0, buffer.length - MOST_ROWS); row < buffer.length;) {
    const { first, last } = lineAt(buffer, row)
    let text = ""
    for (let part = first; part <= last; part++) text += buffer.getLine(part)?.translateToString(part === last) ?? ""
    lines.push({ first, last, text: text.trimEnd() })
    row = last + 1
  }
  return lines
}

/** A command behind its prompt: something that is no letter or digit stands before it, or nothing. */
const endsWith = (line: string, command: string): boolean =>
  line.endsWith(command) && !/[\p{L}\p{N}]$/u.test(line.slice(0, line.length - command.length))
