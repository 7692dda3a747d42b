/**
 * Scripts: what a model answers is written in the text that a person sends, as directives in double brackets.
 *
 * `[[think TEXT]]` `[[say TEXT]]` `[[slow N MS]]` (N words, MS between them) `[[tokens N]]` `[[wait MS]]`
 * `[[bash COMMAND]]` `[[write PATH TEXT]]` `[[tool NAME {json}]]` `[[par]]` (all tools in one reply)
 * `[[error STATUS TIMES]]` `[[limit SECONDS]]` `[[cut TIMES]]` (without TIMES: always).
 * A tool ends a reply; the next reply quotes its result and continues. Text without a directive is echoed.
 */

/** Most words of one `slow` or `tokens`; larger numbers are cut to it. */
const MOST_WORDS = 1_000_000

/** A directive: its word and what follows it. */
export interface Directive {
  readonly op: string
  readonly rest: string
}

/** A part of a reply. `pause` is milliseconds before each word. */
export type Block =
  | { readonly kind: "text" | "thinking"; readonly words: Iterable<string>; readonly pause: number }
  | { readonly kind: "tool"; readonly name: string; readonly input: unknown }
  | { readonly kind: "wait"; readonly millis: number }
  /** `times`: how often, before the reply continues without it. `resetSeconds`: a usage limit that ends then. */
  | { readonly kind: "error"; readonly status: number; readonly times: number; readonly resetSeconds?: number }
  | { readonly kind: "cut"; readonly times: number }

/** End of the directive that begins at `start`: the brackets that balance; for a tool, where its JSON is whole. */
function endOf(text: string, start: number, isTool: boolean): number {
  let depth = 1
  for (let at = start; at < text.length - 1; at++) {
    const pair = text.slice(at, at + 2)
    if (pair === "[[") depth++
    if (pair === "]]" && text[at + 2] !== "]") depth--
    if (pair !== "]]" || text[at + 2] === "]") {
      if (pair === "[[") at++
      continue
    }
    if (isTool ? jsonOf(text.slice(start, at)) !== undefined : depth === 0) return at
    at++
  }
  return -1
}

/** Name and input of `NAME {json}`; undefined when the JSON is not whole. */
function jsonOf(rest: string): { readonly name: string; readonly input: unknown } | undefined {
  const space = rest.search(/\s/)
  if (space < 0) return { name: rest, input: {} }
  try {
    const input: unknown = JSON.parse(rest.slice(space))
    return { name: rest.slice(0, space), input }
  } catch {
    // Not whole yet, or not JSON at all.
    return undefined
  }
}

/** The directives in a text, in order; one that says it again when there are none. */
export function parseScript(text: string): ReadonlyArray<Directive> {
  const found: Array<Directive> = []
  for (let at = text.indexOf("[["); at >= 0;) {
    const word = /^\[\[(\w+)\s*/.exec(text.slice(at, at + 40))
    const start = at + (word?.[0].length ?? 2)
    const end = word === null ? -1 : endOf(text, start, word[1] === "tool")
    if (word?.[1] !== undefined && end >= 0) found.push({ op: word[1], rest: text.slice(start, end).trim() })
    at = text.indexOf("[[", end >= 0 ? end + 2 : at + 2)
  }
  return found.length > 0 ? found : [{ op: "say", rest: `Echo: ${text.slice(0, 400)}` }]
}

const SHELLS = ["Bash", "bash", "shell", "exec_command", "run_shell_command", "shell_command"]
const WRITERS = ["Write", "write", "write_file"]

/** Input of a shell tool, as the agent that has it under this name wants it. */
function shellInput(tool: string, command: string): unknown {
  if (tool === "exec_command") return { cmd: command }
  if (tool === "shell") return { command: ["bash", "-lc", command] }
  return { command, description: "scripted" }
}

const wordsOf = (text: string): ReadonlyArray<string> => text.match(/\S+\s*/g) ?? [""]

function* counted(word: string, count: number): Iterable<string> {
  for (let index = 0; index < count; index++) yield `${word}${index} `
}

const numbersIn = (rest: string): ReadonlyArray<number> =>
  rest
    .split(/\s+/)
    .map(Number)
    .filter((number) => Number.isFinite(number) && number >= 0)

/** What one directive puts into a reply; nothing for a word that is not known. */
function blockOf({ op, rest }: Directive, tools: ReadonlyArray<string>): Block | undefined {
  const [first = 0, second] = numbersIn(rest)
  const known = (names: ReadonlyArray<string>): string => names.find((name) => tools.includes(name)) ?? names[0] ?? ""
  switch (op) {
    case "say":
      return { kind: "text", words: wordsOf(rest), pause: 2 }
    case "think":
      return { kind: "thinking", words: wordsOf(rest), pause: 2 }
    case "slow":
      return { kind: "text", words: counted("word", Math.min(first, MOST_WORDS)), pause: second ?? 0 }
    case "tokens":
      return { kind: "text", words: counted("tok", Math.min(first, MOST_WORDS)), pause: 0 }
    case "wait":
      return { kind: "wait", millis: first }
    case "error":
      return { kind: "error", status: first, times: second ?? Infinity }
    case "limit":
      return { kind: "error", status: 429, times: Infinity, resetSeconds: first }
    case "cut":
      return { kind: "cut", times: rest === "" ? Infinity : first }
    case "bash": {
      const name = known(SHELLS)
      return { kind: "tool", name, input: shellInput(name, rest) }
    }
    case "write": {
      const [path = "", ...text] = rest.split(/\s/)
      const name = known(WRITERS)
      return { kind: "tool", name, input: { [name === "write" ? "filePath" : "file_path"]: path, content: text.join(" ") } }
    }
    case "tool": {
      const { name, input } = jsonOf(rest) ?? { name: rest, input: {} }
      return { kind: "tool", name, input }
    }
    default:
      return undefined
  }
}

/** The replies that a script asks for, one per call of the model; the last may be empty. `tools` are those on offer. */
export function plan(script: ReadonlyArray<Directive>, tools: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<Block>> {
  const together = script.some(({ op }) => op === "par")
  let reply: Array<Block> = []
  const replies = [reply]
  for (const directive of script) {
    const block = blockOf(directive, tools)
    if (block === undefined) continue
    reply.push(block)
    if (block.kind === "tool" && !together) replies.push((reply = []))
  }
  return replies
}
