/**
 * One turn of the scripted agent: plays steps, calls tools, asks, and says what it does in chunks.
 *
 * An abort stops it wherever it is: open blocks are closed, running commands ended, what is left is not played.
 */
import type { PermissionAsk } from "@holdfast/protocol/agent/permission"
import { headOf } from "@holdfast/protocol/text-cut"
import type { PermissionOutcome } from "@holdfast/link/agent-messages"
import type { Block, Step, ToolCall } from "./directives.ts"
import type { ScriptedOptions } from "./options.ts"
import type { Output } from "./Output.ts"
import type { Background } from "./Background.ts"
import { runCommand, writeBelow } from "./tools.ts"

/** Longest part of a result that the next step quotes, in characters. */
const QUOTE_CHARACTERS = 300

/** The turn cannot continue; `tag` and `message` are its end. */
export class TurnFailed extends Error {
  readonly _tag = "TurnFailed"
  readonly tag: string
  constructor(tag: string, message: string) {
    super(message)
    this.tag = tag
  }
}

/** What a turn needs of its agent. */
export interface PlayOptions {
  readonly cwd: string
  readonly options: ScriptedOptions
  readonly output: Output
  readonly signal: AbortSignal
  /** Asks and waits for the answer. */
  readonly ask: (request: Omit<PermissionAsk, "id">) => Promise<PermissionOutcome>
  readonly newId: () => string
  readonly background: Background
  /** What is reported as used when the turn ends. */
  readonly used: (context: number, cost: number) => void
  /** From now on interrupts are not heeded. */
  readonly stubborn: () => void
}

const OPTIONS: PermissionAsk["options"] = [
  { id: "allow", label: "Allow", kind: "allow_once" },
  { id: "reject", label: "Reject", kind: "reject_once" },
]

/** Now, as every process of the machine reads it, with microseconds. */
const stamp = (): string => `${(Number(process.hrtime.bigint()) / 1e6).toFixed(3)} `

const textOf = (value: unknown): string => (typeof value === "string" ? value : "")

/** Plays steps; `quote` is what the last step's tools said. */
export class Play {
  readonly #given: PlayOptions
  #quote = ""
  #tools: Array<Promise<string>> = []

  constructor(given: PlayOptions) {
    this.#given = given
  }

  /** What the next step would say of the last one's tools. */
  get owes(): boolean {
    return this.#quote !== ""
  }

  /** Resolves once no tool runs any more; they stop when the turn was aborted. */
  async rest(): Promise<void> {
    await Promise.allSettled(this.#tools)
  }

  /** Plays one step; rejects with `TurnFailed`. */
  async step(blocks: Step): Promise<void> {
    const { output, signal } = this.#given
    output.chunk({ type: "start-step" })
    if (this.#quote !== "") {
      const quote = this.#quote
      this.#quote = ""
      await this.#say("text", [`Tool said: ${headOf(quote, QUOTE_CHARACTERS)} `], 0)
    }
    const tools: Array<Promise<string>> = []
    this.#tools = tools
    for (const block of blocks) {
      if (signal.aborted) break
      if (block.kind === "tool") tools.push(this.#tool(block.call))
      else if (block.kind === "ask") tools.push(this.#question(block.question, block.choices))
      else if (block.kind === "plan") tools.push(this.#plan(block.text))
      else await this.#block(block)
    }
    const results = (await Promise.all(tools)).join(" | ")
    // A script says itself what comes of its tools.
    this.#quote = this.#given.options.script.length > 0 ? "" : results
    output.chunk({ type: "finish-step" })
  }

  async #block(block: Exclude<Block, { kind: "tool" | "ask" | "plan" }>): Promise<void> {
    const { output } = this.#given
    switch (block.kind) {
      case "text":
      case "reasoning":
        return this.#say(block.kind, block.words, block.millis ?? this.#given.options.pace)
      case "stamps":
        return this.#say("text", Array<typeof stamp>(block.count).fill(stamp), block.millis)
      case "wait":
        return this.#wait(block.millis)
      case "used":
        return this.#given.used(block.context, block.cost)
      case "todo":
        return output.chunk({ type: "data-todo", id: "todo", data: block.items })
      case "stderr":
        process.stderr.write(`${block.text}\n`)
        return
      case "stubborn":
        return this.#given.stubborn()
      case "crash":
        await output.drained()
        return process.exit(3)
      case "error":
        throw new TurnFailed("ModelError", `the model answered with status ${block.status}`)
      case "cut":
        throw new TurnFailed("ModelCut", "the model's answer was cut off")
      case "limit": {
        const message = `The usage limit was reached; it resets in ${block.seconds} seconds.`
        output.send({ type: "limited", message, until: Date.now() + block.seconds * 1000 })
        throw new TurnFailed("UsageLimit", message)
      }
    }
  }

  async #say(kind: "text" | "reasoning", words: ReadonlyArray<string | (() => string)>, millis: number): Promise<void> {
    const { output, signal } = this.#given
    const id = this.#given.newId()
    output.chunk({ type: `${kind}-start`, id })
    for (const word of words) {
      if (millis > 0) await this.#wait(millis)
      if (signal.aborted) break
      const delta = typeof word === "string" ? word : word()
      output.chunk({ type: `${kind}-delta`, id, delta })
      output.words += 1
      await output.drained()
    }
    output.chunk({ type: `${kind}-end`, id })
  }

  #wait(millis: number): Promise<void> {
    const { signal } = this.#given
    return new Promise((resolve) => {
      if (signal.aborted) return resolve()
      const over = (): void => {
        clearTimeout(timer)
        signal.removeEventListener("abort", over)
        resolve()
      }
      const timer = setTimeout(over, millis)
      signal.addEventListener("abort", over)
    })
  }

  async #tool({ name, input }: ToolCall): Promise<string> {
    const { output, options } = this.#given
    const toolCallId = this.#given.newId()
    const subject = textOf(name === "bash" ? input["command"] : (input["path"] ?? input["file_path"]))
    const json = JSON.stringify(input)
    output.chunk({ type: "tool-input-start", toolCallId, toolName: name, dynamic: true })
    output.chunk({ type: "tool-input-delta", toolCallId, inputTextDelta: json })
    output.chunk({ type: "tool-input-available", toolCallId, toolName: name, dynamic: true, input: JSON.parse(json) })
    const asks = options.permissions === "ask" && name !== "subagent"
    const title = subject === "" ? name : `${name}: ${headOf(subject, 200)}`
    const about = { tool: name, toolCallId, title, subject, ...(name === "bash" ? { editable: true } : {}) }
    const request = { kind: "tool" as const, ...about, input: JSON.parse(json), options: OPTIONS }
    const outcome = asks ? await this.#given.ask(request) : undefined
    if (outcome !== undefined && !(outcome.type === "answered" && outcome.allow)) {
      output.chunk({ type: "tool-output-denied", toolCallId })
      return `${name} was not allowed`
    }
    const edited = outcome?.subject === undefined ? {} : { command: outcome.subject }
    return this.#carryOut(name, { ...input, ...edited }, toolCallId)
  }

  async #carryOut(name: string, input: ToolCall["input"], toolCallId: string): Promise<string> {
    const { output, cwd, signal, background } = this.#given
    const command = textOf(input["command"])
    if (name === "subagent" || input["background"] === true) {
      const after = Number(input["after"] ?? 0)
      const task = name === "subagent" ? background.subagent(after, command, toolCallId) : background.command(command, toolCallId)
      output.chunk({ type: "tool-output-available", toolCallId, dynamic: true, output: { task } })
      return `it runs in the background as ${task}`
    }
    if (name === "bash") {
      const result = await runCommand(command, cwd, signal, (tail) => {
        output.chunk({ type: "tool-output-available", toolCallId, dynamic: true, preliminary: true, output: { output: tail } })
      })
      if (signal.aborted) {
        output.chunk({ type: "tool-output-error", toolCallId, dynamic: true, errorText: "The command was interrupted." })
        return "interrupted"
      }
      output.chunk({ type: "tool-output-available", toolCallId, dynamic: true, output: { ...result } })
      return result.output
    }
    if (name === "write") {
      try {
        const bytes = await writeBelow(cwd, textOf(input["path"]), textOf(input["content"]))
        output.chunk({ type: "tool-output-available", toolCallId, dynamic: true, output: { bytes } })
        return `${bytes} bytes were written`
      } catch (error) {
        const errorText = error instanceof Error ? error.message : String(error)
        output.chunk({ type: "tool-output-error", toolCallId, dynamic: true, errorText })
        return errorText
      }
    }
    output.chunk({ type: "tool-output-available", toolCallId, dynamic: true, output: JSON.parse(JSON.stringify(input)) })
    return `${name} got ${JSON.stringify(input)}`
  }

  async #question(question: string, choices: ReadonlyArray<string>): Promise<string> {
    const outcome = await this.#given.ask({
      kind: "question",
      tool: "ask",
      title: question,
      subject: "",
      input: { question, choices },
      options: [
        { id: "answer", label: "Answer", kind: "allow_once" },
        { id: "reject", label: "Do not answer", kind: "reject_once" },
      ],
      questions: [{ question, choices: choices.map((label) => ({ label })) }],
    })
    if (outcome.type !== "answered" || !outcome.allow) return "the question was not answered"
    return `you chose ${Object.values(outcome.answers ?? {}).join(", ")}`
  }

  async #plan(text: string): Promise<string> {
    this.#given.output.chunk({ type: "data-plan", data: { text } })
    const outcome = await this.#given.ask({
      kind: "plan",
      tool: "plan",
      title: "Is this plan all right?",
      subject: "",
      input: { plan: text },
      options: [
        { id: "approve", label: "Continue", kind: "allow_once" },
        { id: "reject", label: "No", kind: "reject_once" },
      ],
    })
    const allowed = outcome.type === "answered" && outcome.allow
    const why = outcome.type === "answered" && outcome.message !== undefined ? `: ${outcome.message}` : ""
    return allowed ? `the plan was approved${why}` : `the plan was rejected${why}`
  }
}
