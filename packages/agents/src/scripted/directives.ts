/**
 * The language of the scripted agent: `[[name argument]]` in a message says what it does.
 *
 * Directives are played one step each: a tool ends a step, the next one quotes its result and continues; with `[[par]]`
 * they all are in one step. `[[background COMMAND]]` runs one beside the turn; `[[subagent MILLIS COMMAND]]` asks after so
 * long, in no turn, whether it may run one. What has ended is reported in a turn of the agent's own. `[[used TOKENS DOLLARS]]`
 * is what it reports of its context and cost, `[[todo done: ONE|now: TWO|THREE]]` its list of what is to be done. A message without a directive plays the next text of the option `script`, or is
 * answered with what can be done.
 */
import type { PlanItem } from "@holdfast/protocol/agent/named-data"
import { headOf } from "@holdfast/protocol/text-cut"

/** A tool that is called. */
export interface ToolCall {
  readonly name: string
  readonly input: Readonly<Record<string, unknown>>
}

/** One thing that the agent does. */
export type Block =
  /** `millis` per word; `undefined`: as the session's pace says. */
  | { readonly kind: "text" | "reasoning"; readonly words: ReadonlyArray<string>; readonly millis: number | undefined }
  /** Words that are the time at which they were said, by the machine's monotonic clock in milliseconds. */
  | { readonly kind: "stamps"; readonly count: number; readonly millis: number }
  | { readonly kind: "wait"; readonly millis: number }
  | { readonly kind: "tool"; readonly call: ToolCall }
  | { readonly kind: "ask"; readonly question: string; readonly choices: ReadonlyArray<string> }
  | { readonly kind: "plan"; readonly text: string }
  | { readonly kind: "todo"; readonly items: ReadonlyArray<PlanItem> }
  | { readonly kind: "error"; readonly status: number }
  | { readonly kind: "limit"; readonly seconds: number }
  /** What it reports to have used: tokens of its context, and dollars in this turn. */
  | { readonly kind: "used"; readonly context: number; readonly cost: number }
  | { readonly kind: "stderr"; readonly text: string }
  | { readonly kind: "cut" | "crash" | "stubborn" }

/** Blocks of one step. */
export type Step = ReadonlyArray<Block>

const DIRECTIVE = /\[\[(\w+)\s*([\s\S]*?)\]\](?!\])/g
/** Most words of one directive, and longest wait, in milliseconds. */
const WORDS_MAX = 1_000_000
const WAIT_MAX = 3_600_000

const wordsOf = (text: string): ReadonlyArray<string> => text.match(/\s*\S+\s*/g) ?? [text]

function count(text: string | undefined, max: number): number {
  const number = Number(text)
  return Number.isFinite(number) && number > 0 ? Math.min(Math.floor(number), max) : 0
}

function inputOf(json: string): Readonly<Record<string, unknown>> {
  if (json === "") return {}
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : { value }
  } catch {
    // What is no JSON is handed on as the text that it is.
    return { text: json }
  }
}

/** Splits after the first word. */
function firstWord(text: string): readonly [string, string] {
  const at = text.search(/\s/)
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at).trim()]
}

function todoOf(item: string): PlanItem {
  const [, status, text = item] = /^(done|now):\s*([^]*)$/.exec(item) ?? []
  return { text, status: status === "done" ? "completed" : status === "now" ? "in_progress" : "pending" }
}

function blockOf(name: string, argument: string): Block {
  const [first, rest] = firstWord(argument)
  switch (name) {
    case "say":
      return { kind: "text", words: wordsOf(argument), millis: undefined }
    case "think":
      return { kind: "reasoning", words: wordsOf(argument), millis: undefined }
    case "slow": {
      const [millis, text] = firstWord(rest)
      const own = text === "" ? [] : wordsOf(`${text} `)
      const words = Array.from({ length: count(first, WORDS_MAX) }, (_, i) => own[i % own.length] ?? `word${i} `)
      return { kind: "text", words, millis: count(millis, WAIT_MAX) }
    }
    case "tokens":
      return { kind: "text", words: Array.from({ length: count(first, WORDS_MAX) }, (_, i) => `tok${i} `), millis: 0 }
    case "stamp":
      return { kind: "stamps", count: count(first, WORDS_MAX), millis: count(rest, WAIT_MAX) }
    case "wait":
      return { kind: "wait", millis: count(first, WAIT_MAX) }
    case "bash":
      return { kind: "tool", call: { name: "bash", input: { command: argument } } }
    case "background":
      return { kind: "tool", call: { name: "bash", input: { command: argument, background: true } } }
    case "subagent":
      return { kind: "tool", call: { name: "subagent", input: { after: count(first, WAIT_MAX), command: rest } } }
    case "write":
      return { kind: "tool", call: { name: "write", input: { path: first, content: rest } } }
    case "tool":
      return { kind: "tool", call: { name: first, input: inputOf(rest) } }
    case "ask": {
      const [question = "", ...choices] = argument.split("|").map((part) => part.trim())
      return { kind: "ask", question, choices: choices.length === 0 ? ["Yes", "No"] : choices }
    }
    case "plan":
      return { kind: "plan", text: argument }
    case "todo":
      return { kind: "todo", items: argument.split("|").map((item) => todoOf(item.trim())) }
    case "error":
      return { kind: "error", status: count(first, 999) }
    case "limit":
      return { kind: "limit", seconds: count(first, 7 * 24 * 3600) }
    case "used":
      return { kind: "used", context: count(first, WORDS_MAX), cost: Math.max(0, Number(rest) || 0) }
    case "stderr":
      return { kind: "stderr", text: argument }
    case "cut":
    case "crash":
    case "stubborn":
      return { kind: name }
    default:
      return { kind: "text", words: wordsOf(`(I do not know the directive ${name}.) `), millis: undefined }
  }
}

const endsStep = (block: Block): boolean => block.kind === "tool" || block.kind === "ask" || block.kind === "plan"

/** The steps that a message asks for; empty when it has no directive. */
export function stepsOf(text: string): ReadonlyArray<Step> {
  const found = Array.from(text.matchAll(DIRECTIVE), ([, name = "", argument = ""]) => ({ name, argument: argument.trim() }))
  const parallel = found.some(({ name }) => name === "par")
  const steps: Array<Array<Block>> = [[]]
  for (const { name, argument } of found) {
    if (name === "par") continue
    const block = blockOf(name, argument)
    steps.at(-1)?.push(block)
    if (endsStep(block) && !parallel) steps.push([])
  }
  return steps.filter((step) => step.length > 0)
}

/** One step that says a text. */
export function sayStep(text: string): Step {
  return [{ kind: "text", words: wordsOf(text), millis: undefined }]
}

/** What the agent answers to a message without a directive. */
export function helpfulAnswer(text: string, remembered: number): Step {
  const said = headOf(text.trim(), 400)
  const memory = remembered > 0 ? ` I remember ${remembered} earlier message${remembered === 1 ? "" : "s"}.` : ""
  const answer = `${said === "" ? "You said nothing in words." : `You said: ${said}`}\n\nI am the scripted agent: no model, no key, no network.${memory} I do what directives say: try [[bash ls -l]], [[write notes.txt hello]], [[ask Which one?|This|That]], [[think hmm]] or [[slow 50 100]].`
  return [{ kind: "text", words: wordsOf(answer), millis: undefined }]
}
