/**
 * A command line as rules compare it: the simple commands of a list, word by word (docs/protocol/rules.md, P-8, P-9).
 *
 * Literal is what every POSIX shell, Bash and zsh read alike: words that are written out or quoted, joined by `&&`, `||`,
 * `;` or `|`. The grammar is `unbash`'s (decisions/0019); its words are checked against the text here, and whatever lies
 * between them must be one of these operators, so that nothing of the line is left out of the comparison.
 */
import type { ParsedSubject, SimpleCommand } from "@holdfast/protocol/agent/permission-rule"
import {
  type Command,
  forEachChild,
  parse,
  type PipelineNode,
  type Redirection,
  type Script,
  type SyntaxNode,
  type Word,
} from "unbash"

type Commands = Extract<ParsedSubject, { readonly type: "commands" }>

/** Longest line that is parsed, in characters, and most commands that are reported of it. */
const LINE_MAX = 16 * 1024
const COMMANDS_MAX = 256

/**
 * A word that stands for exactly itself: plain characters, or quotes around what no shell changes. No quote behind a backslash,
 * which does not end in fish.
 */
const LITERAL = /^(?![=~])(?:[\p{L}\p{N}_./:@%+,=-]+|'(?:[^']*[^'\\])?'|"[^"$`\\!]*")+$/u

/** Characters that are not seen as what they do. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u

const BETWEEN = /^ *(?:(&&|\|\||;|\|) *)?$/

/** Output to where it goes anyway, or to nowhere; `&>` is a background command in some shells. */
const HARMLESS = /^[12]?>(?:&[12]| ?\/dev\/null)$/

const isLiteral = ({ text, value }: Word): boolean =>
  LITERAL.test(text) && (text === "''" || !text.includes("''")) && value === text.replaceAll(/'([^']*)'|"([^"]*)"/g, "$1$2")

interface Piece {
  readonly pos: number
  readonly end: number
  readonly command: number
  readonly word: string | undefined
}

/** The simple commands of a list, in order; undefined when there is anything else in it. */
function listOf({ commands }: Script): ReadonlyArray<Command> | undefined {
  const found: Array<Command> = []
  const take = (node: PipelineNode): boolean => {
    if (node.type === "Pipeline") return node.prefixes.length === 0 && node.commands.every(take)
    return node.type === "Command" && found.push(node) > 0
  }
  for (const { command, background } of commands) {
    if (background === true) return undefined
    const parts = command.type === "AndOr" ? command.commands : [command]
    if (!parts.every(take)) return undefined
  }
  return found
}

function piecesOf(text: string, command: Command, at: number): ReadonlyArray<Piece> | undefined {
  const { name, prefix, suffix } = command
  if (name === undefined || prefix.length > 0) return undefined
  const pieces: Array<Piece> = []
  for (const part of [name, ...suffix] as ReadonlyArray<Word | Redirection | { readonly type: "Assignment" }>) {
    if (part.type === "Word" && isLiteral(part)) {
      pieces.push({ pos: part.pos, end: part.end, command: at, word: part.value })
    } else if (part.type === "Redirect" && HARMLESS.test(text.slice(part.pos, part.end))) {
      pieces.push({ pos: part.pos, end: part.end, command: at, word: undefined })
    } else return undefined
  }
  return pieces
}

/** The commands of a line in which everything is literal; undefined when anything is not. */
function literalCommands(text: string, script: Script): ReadonlyArray<SimpleCommand> | undefined {
  const list = listOf(script)
  if (list === undefined || list.length === 0 || list.length > COMMANDS_MAX || script.shebang !== undefined) return undefined
  const pieces = list.map((command, at) => piecesOf(text, command, at))
  const made: Array<{ argv: Array<string>; after?: NonNullable<SimpleCommand["after"]> }> = []
  let end = 0
  let last = 0
  for (const piece of pieces) {
    if (piece === undefined) return undefined
    for (const { pos, end: behind, command, word } of piece) {
      const gap = BETWEEN.exec(text.slice(end, pos))
      const after = gap?.[1] as SimpleCommand["after"]
      const starts = made.length === 0
      if (gap === null || (after !== undefined) !== (!starts && command !== last) || (!starts && end === pos)) return undefined
      if (starts || command !== last) made.push({ argv: [], ...(after === undefined ? {} : { after }) })
      if (word !== undefined) made.at(-1)?.argv.push(word)
      end = behind
      last = command
    }
  }
  return /^ *;? *$/.test(text.slice(end)) ? made : undefined
}

/** Every command that is recognized anywhere in a line, for rules that refuse. */
function allCommands(script: Script): ReadonlyArray<SimpleCommand> {
  const found: Array<SimpleCommand> = []
  const visit = (node: SyntaxNode, depth: number): void => {
    if (found.length >= COMMANDS_MAX || depth > 100) return
    if (node.type === "Command" && node.name !== undefined) {
      const words = node.suffix.flatMap((part) => (part.type === "Word" ? part.value : []))
      found.push({ argv: [node.name.value, ...words] })
    }
    forEachChild(node, (child) => visit(child, depth + 1))
  }
  visit(script, 0)
  return found
}

/** Parses a command line that runs in `cwd`. */
export function parseCommand(text: string, cwd: string): Commands {
  const nothing: Commands = { type: "commands", cwd, commands: [], literal: false }
  // Another shell reads it there.
  if (text.length > LINE_MAX || process.platform === "win32") return nothing
  try {
    const script = parse(text)
    const literal = HIDDEN.test(text) || (script.errors?.length ?? 0) > 0 ? undefined : literalCommands(text, script)
    return literal === undefined
      ? { ...nothing, commands: allCommands(script) }
      : { type: "commands", cwd, commands: literal, literal: true }
  } catch (error) {
    // A grammar that gives up recognizes nothing.
    if (error instanceof RangeError || error instanceof Error) return nothing
    throw error
  }
}

/** Shells by their name, or where systems have them: any other program of such a name may do anything. */
const SHELL = /^(?:(?:\/usr(?:\/local)?|\/opt\/homebrew|\/run\/current-system\/sw)?\/bin\/)?(?:ba|z|da|k)?sh$/

/** The line that a shell is started for; undefined for any other program and arguments. */
export function shellLine([program = "", flag = "", line, ...more]: ReadonlyArray<string>): string | undefined {
  return SHELL.test(program) && /^-[a-z]*c$/.test(flag) && more.length === 0 ? line : undefined
}

/** A program with its arguments, as an agent starts it without a shell, or with one for the last word. */
export function parseArgv(argv: ReadonlyArray<string>, cwd: string): Commands {
  const line = shellLine(argv)
  if (line !== undefined) return parseCommand(line, cwd)
  const literal = argv.length > 0 && !argv.some((word) => HIDDEN.test(word)) && process.platform !== "win32"
  return { type: "commands", cwd, commands: argv.length === 0 ? [] : [{ argv }], literal }
}
