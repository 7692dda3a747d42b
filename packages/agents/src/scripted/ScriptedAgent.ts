/** The scripted agent: one message a turn, more of them at the next step, an end for each turn. */
import { randomUUID } from "node:crypto"
import { readFileSync } from "node:fs"
import type { PermissionAsk } from "@holdfast/protocol/agent/permission"
import type { PermissionOutcome } from "@holdfast/link/agent-messages"
import { helpfulAnswer, sayStep, stepsOf, type Step } from "./directives.ts"
import { Background } from "./Background.ts"
import { infoOf } from "./info.ts"
import type { ScriptedOptions } from "./options.ts"
import type { Output } from "./Output.ts"
import { Play, TurnFailed } from "./Play.ts"
import type { ScriptedInput } from "./scripted-lines.ts"

/** Tokens that the agent says fit into its context. */
const CONTEXT_WINDOW = 200_000

type Message = Extract<ScriptedInput, { type: "message" }>

const wordCount = (text: string): number => text.match(/\S+/g)?.length ?? 0

/** How many messages a transcript holds, and how many words. */
function remember(path: string | undefined): { readonly messages: number; readonly words: number } {
  if (path === undefined) return { messages: 0, words: 0 }
  const lines = readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
  return { messages: lines.length, words: lines.reduce((sum, line) => sum + wordCount(line), 0) }
}

/** The agent; `output` is where it speaks. */
export class ScriptedAgent {
  readonly #output: Output
  readonly #cwd: string
  readonly #asked = new Map<string, (outcome: PermissionOutcome) => void>()
  readonly #prefix = randomUUID().slice(0, 8)
  #options: ScriptedOptions
  #messages: number
  #context: number
  #cost = 0
  /** How many texts of the script were played. */
  #played = 0
  #ids = 0
  #turn: AbortController | undefined
  #stubborn = false
  #steering: Array<Message> = []
  readonly #background: Background
  /** What there is to say of background tasks that have ended. */
  #reports: Array<string> = []
  /** Messages that came while the agent was at a turn of its own. */
  #waiting: Array<Message> = []

  constructor(output: Output, cwd: string, options: ScriptedOptions, history: string | undefined) {
    this.#output = output
    this.#cwd = cwd
    this.#options = options
    const { messages, words } = remember(history)
    this.#messages = messages
    this.#context = words
    this.#background = new Background({
      output,
      cwd,
      newId: () => this.#newId(),
      ask: (request, signal) => this.#ask(request, signal, true),
      report: (text) => {
        this.#reports.push(text)
        this.#next()
      },
    })
    output.send({
      type: "ready",
      resumed: messages > 0 ? "replayed" : "new",
      info: infoOf(options),
    })
  }

  take(input: Exclude<ScriptedInput, { type: "open" }>): void {
    switch (input.type) {
      case "message":
        if (this.#turn === undefined && input.steer) {
          return this.#output.send({ type: "returned", id: input.id, reason: "the turn is over" })
        }
        if (!input.steer) {
          this.#waiting.push(input)
          return this.#next()
        }
        return void this.#steering.push(input)
      case "interrupt":
        if (!this.#stubborn) this.#turn?.abort()
        return
      case "stop-task":
        return this.#background.stop(input.task)
      case "answer":
        return this.#asked.get(input.permission)?.(input.outcome)
      case "configure":
        return this.#configure(input)
    }
  }

  /** A model and a mode hold from the next turn on. */
  #configure({ model, mode }: Extract<ScriptedInput, { type: "configure" }>): void {
    const { modes } = this.#options
    if (model !== undefined) this.#options = { ...this.#options, model }
    if (modes && (mode === "ask" || mode === "allow")) this.#options = { ...this.#options, permissions: mode }
    const { permissions } = this.#options
    this.#output.send({ type: "info", info: { model: this.#options.model, ...(modes ? { mode: permissions } : {}) } })
  }

  /** Stops what it does; for the end of the process. */
  stop(): void {
    this.#turn?.abort()
  }

  /** Begins what is next: first a word about what has ended in the background. */
  #next(): void {
    if (this.#turn !== undefined) return
    const report = this.#reports.shift()
    if (report !== undefined) return void this.#run(undefined, report)
    const message = this.#waiting.shift()
    if (message !== undefined) void this.#run(message, message.text)
  }

  /** A turn; without a message it is the agent's own. */
  async #run(message: Message | undefined, text: string): Promise<void> {
    const turn = new AbortController()
    this.#turn = turn
    this.#output.words = 0
    let inputWords = this.#context
    const play = new Play({
      cwd: this.#cwd,
      options: this.#options,
      output: this.#output,
      signal: turn.signal,
      ask: (request) => this.#ask(request, turn.signal, false),
      newId: () => this.#newId(),
      background: this.#background,
      stubborn: () => (this.#stubborn = true),
      used: (context, cost) => {
        this.#context = context
        this.#cost = cost
      },
    })
    let failed: TurnFailed | undefined
    try {
      this.#output.send(message === undefined ? { type: "begin" } : { type: "taken", id: message.id })
      this.#output.chunk({ type: "start" })
      const steps = message === undefined ? [sayStep(text)] : [...this.#stepsFor(text)]
      while (!turn.signal.aborted && (steps.length > 0 || play.owes || this.#steering.length > 0)) {
        inputWords += this.#context
        for (const into of this.#steering.splice(0)) {
          this.#output.send({ type: "taken", id: into.id })
          steps.push(...this.#stepsFor(into.text))
        }
        await play.step(steps.shift() ?? [])
      }
    } catch (error) {
      failed = error instanceof TurnFailed ? error : new TurnFailed("AgentFault", String(error))
    }
    const interrupted = turn.signal.aborted
    turn.abort()
    await play.rest()
    this.#end(interrupted, failed, inputWords)
  }

  #end(interrupted: boolean, failed: TurnFailed | undefined, inputTokens: number): void {
    this.#turn = undefined
    this.#stubborn = false
    const outputTokens = this.#output.words
    this.#context += outputTokens
    this.#messages += 1
    for (const { id } of this.#steering.splice(0)) this.#output.send({ type: "returned", id, reason: "the turn is over" })
    if (interrupted) this.#output.chunk({ type: "abort" })
    else if (failed === undefined) this.#output.chunk({ type: "finish", finishReason: "stop" })
    this.#output.send({
      type: "ended",
      end: {
        outcome: interrupted ? "interrupted" : failed === undefined ? "completed" : "error",
        ...(failed === undefined || interrupted ? {} : { error: { tag: failed.tag, message: failed.message } }),
        usage: { inputTokens, outputTokens, contextUsed: this.#context, contextWindow: CONTEXT_WINDOW, cost: this.#cost },
        model: this.#options.model,
      },
    })
    this.#cost = 0
    this.#next()
  }

  #stepsFor(text: string): ReadonlyArray<Step> {
    this.#context += wordCount(text)
    const own = stepsOf(this.#commanded(text) ?? text)
    const script = own.length > 0 ? undefined : this.#options.script[this.#played++]
    const steps = script === undefined ? own : stepsOf(script)
    const answer = steps.length > 0 ? steps : [helpfulAnswer(text, this.#messages)]
    this.#messages += 1
    return answer
  }

  /** What a command does, where the text is one. */
  #commanded(text: string): string | undefined {
    const name = /^\s*\/([\w-]+)/.exec(text)?.[1]
    return name !== undefined && Object.hasOwn(this.#options.commands, name) ? this.#options.commands[name] : undefined
  }

  #ask(request: Omit<PermissionAsk, "id">, signal: AbortSignal, withdraws: boolean): Promise<PermissionOutcome> {
    const id = this.#newId()
    return new Promise((resolve) => {
      const settle = (outcome: PermissionOutcome): void => {
        this.#asked.delete(id)
        signal.removeEventListener("abort", stop)
        resolve(outcome)
      }
      const stop = (): void => {
        if (withdraws) this.#output.send({ type: "withdraw", permission: id })
        settle({ type: "cancelled", reason: "the turn is over" })
      }
      signal.addEventListener("abort", stop)
      this.#asked.set(id, settle)
      this.#output.send({ type: "ask", request: { id, ...request } })
    })
  }

  #newId(): string {
    this.#ids += 1
    return `${this.#prefix}-${this.#ids}`
  }
}
