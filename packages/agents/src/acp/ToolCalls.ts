/**
 * The tool calls of a turn, by id, in whatever order an agent reports them: a permission request or a result before the
 * call makes the call, a call may come when it is over already. Some providers give several calls one id: what begins again under the
 * id of a call that is over is another call, with an id of ours. What is open when the turn ends is closed here.
 *
 * Agents report the whole output so far again and again; of it only the end is shown, now and then, until the call is over.
 */
import { createHash } from "node:crypto"
import type { AgentChunk, Json } from "@holdfast/protocol/agent/chunk"
import { tailOf } from "@holdfast/protocol/text-cut"
import { CallBudget } from "./CallBudget.ts"
import { at, isObject, listOf, textOf } from "./read-json.ts"
import { asJson, changesIn, resultError, resultOutput, resultText, type ToolResult } from "./tool-output.ts"

/** Characters of a running call's output that are shown, and how often, in milliseconds, at most. */
const PREVIEW_CHARACTERS = 4000
const PREVIEW_MILLIS = 250
/** Characters of a terminal's output that an agent reports piece by piece. */
const TOLD_MAX = 256 * 1024

/** A tool call as far as it is known. */
export interface AcpToolCall {
  readonly id: string
  name: string
  title: string | undefined
  kind: string | undefined
  input: Json | undefined
  content: ReadonlyArray<unknown>
  raw: unknown
  /** Too long to be held: its rest is left out. */
  cut: boolean
  locations: ReadonlyArray<unknown>
  told: string
  /** What stands for the input, title and name that were sent last. */
  sent: string | undefined
  shown: string
  status: string | undefined
  /** The agent reported more of it than its end. */
  announced: boolean
  /** The content was reported before it had begun: it may be what it would do. */
  proposed: boolean
  denied: boolean
  over: boolean
}

/** The calls of one turn. */
export class ToolCalls {
  readonly #out: (chunk: AgentChunk) => void
  readonly #terminal: (id: string) => string | undefined
  /** Calls that are open. */
  readonly #calls = new Set<AcpToolCall>()
  readonly #budget = new CallBudget()
  /** The latest call with an id of the agent's, and how many there were. */
  readonly #latest = new Map<string, { readonly call: AcpToolCall; readonly count: number }>()
  readonly #waiting = new Set<AcpToolCall>()
  #timer: NodeJS.Timeout | undefined

  /** `terminal`: the output of a terminal of ours so far. */
  constructor(out: (chunk: AgentChunk) => void, terminal: (id: string) => string | undefined) {
    this.#out = out
    this.#terminal = terminal
  }

  /** Takes a `tool_call`, a `tool_call_update` or, with `asks`, the call of a permission request; undefined when it has no id. */
  upsert(update: unknown, asks = false): AcpToolCall | undefined {
    const id = textOf(at(update, "toolCallId"))
    if (id === undefined) return undefined
    const latest = this.#latest.get(id)
    const known = latest === undefined || beginsAgain(latest.call, update, asks) ? undefined : latest.call
    const call = known ?? this.#begin(id, (latest?.count ?? 0) + 1, update)
    // Whatever is reported of a call that is over is no one's any more.
    if (call.over) return call
    this.#learn(call, update)
    if (known === undefined) {
      this.#out({ type: "tool-input-start", toolCallId: call.id, toolName: call.name, dynamic: true, ...titled(call) })
    }
    if (call.input !== undefined) this.#tellInput(call)
    switch (at(update, "status")) {
      case "completed":
        this.#end(call, () => ({ ...this.#base(call, "tool-output-available"), output: resultOutput(this.#result(call)) }))
        break
      case "failed":
        this.#end(call, () => ({ ...this.#base(call, "tool-output-error"), errorText: resultError(this.#result(call)) }))
        break
      default:
        // Before it has begun, what is shown with it says what it would do.
        if (call.status !== "pending") this.#preview(call)
    }
    return call
  }

  /** A person, or their rule, said no to a call by the id that we show. */
  deny(id: string): void {
    for (const call of this.#calls) if (call.id === id) call.denied = true
  }

  /** The input of a call is wanted now, whether it was reported or not. */
  settleInput(call: AcpToolCall): Json {
    call.input ??= {}
    this.#tellInput(call)
    const changes = changesIn(call.content)
    return changes.length > 0 && isObject(call.input) ? { ...call.input, changes } : call.input
  }

  /** A terminal that calls may show has more output. */
  grew(terminal: string): void {
    for (const call of this.#calls) {
      const shows = call.content.some((item) => at(item, "type") === "terminal" && at(item, "terminalId") === terminal)
      if (shows) this.#preview(call)
    }
  }

  /** Bytes that open calls hold. */
  get bytes(): number {
    return this.#budget.bytes
  }

  /** Whether a call that may have started a process is open. */
  get works(): boolean {
    return Array.from(this.#calls).some((call) => !["read", "search", "think"].includes(call.kind ?? ""))
  }

  /** Whether a call is open. */
  get isOpen(): boolean {
    return this.#calls.size > 0
  }

  /** Ids of the agent's of calls that are over, or of `all`. */
  settled(all: boolean): ReadonlySet<string> {
    return new Set([...this.#latest].filter(([, { call }]) => all || call.over).map(([id]) => id))
  }

  /** The turn is over; `why` is reported for what has no result. */
  close(why: string): void {
    clearTimeout(this.#timer)
    this.#waiting.clear()
    for (const call of this.#calls) this.#end(call, () => ({ ...this.#base(call, "tool-output-error"), errorText: why }))
  }

  #begin(given: string, count: number, update: unknown): AcpToolCall {
    const call: AcpToolCall = {
      id: count === 1 ? given : `${given}~${count}`,
      name: nameOf(update) ?? "tool",
      title: undefined,
      kind: undefined,
      input: undefined,
      content: [],
      raw: undefined,
      cut: false,
      locations: [],
      told: "",
      sent: undefined,
      shown: "",
      status: undefined,
      announced: false,
      proposed: false,
      denied: false,
      over: false,
    }
    this.#calls.add(call)
    this.#latest.set(given, { call, count })
    return call
  }

  #learn(call: AcpToolCall, update: unknown): void {
    call.kind = textOf(at(update, "kind")) ?? call.kind
    const named = textOf(at(update, "name")) ?? textOf(at(update, "_meta", "claudeCode", "toolName"))
    if (named !== undefined || call.name === "tool") call.name = named ?? call.kind ?? call.name
    call.title = textOf(at(update, "title")) ?? call.title
    const ended = ["completed", "failed"].includes(String(at(update, "status")))
    call.announced ||= at(update, "sessionUpdate") === "tool_call" || (!call.over && !ended)
    const changed: Array<"input" | "content" | "raw"> = []
    const input = at(update, "rawInput")
    if (input !== undefined && input !== null) {
      call.input = asJson(input)
      changed.push("input")
    }
    const content = at(update, "content")
    call.status = textOf(at(update, "status")) ?? call.status
    if (Array.isArray(content)) {
      call.content = content
      changed.push("content")
      call.proposed = call.status === "pending"
    }
    const locations = listOf(at(update, "locations"))
    if (locations.length > 0) call.locations = locations
    const raw = at(update, "rawOutput")
    if (raw !== undefined && raw !== null) {
      call.raw = raw
      changed.push("raw")
    }
    const told = toldOutput(at(update, "_meta"))
    if (told !== "") call.told = tailOf(call.told + told, TOLD_MAX)
    // What ends with this is reported whole.
    if (!ended) this.#budget.hold(call, changed)
  }

  #tellInput(call: AcpToolCall): void {
    const { id, name, input = {}, kind, locations } = call
    const now = createHash("sha256")
      .update(JSON.stringify([input, name, call.title]))
      .digest("base64")
    if (call.sent === now || call.over) return
    call.sent = now
    const metadata = {
      ...(kind === undefined ? {} : { kind }),
      ...(locations.length === 0 ? {} : { locations: asJson(locations) }),
    }
    const toolMetadata = Object.keys(metadata).length === 0 ? {} : { toolMetadata: metadata }
    this.#out({
      type: "tool-input-available",
      toolCallId: id,
      toolName: name,
      dynamic: true,
      input,
      ...titled(call),
      ...toolMetadata,
    })
  }

  #end(call: AcpToolCall, result: () => AgentChunk): void {
    call.input ??= {}
    this.#tellInput(call)
    call.over = true
    this.#waiting.delete(call)
    this.#out(call.denied ? { type: "tool-output-denied", toolCallId: call.id } : result())
    this.#calls.delete(call)
    this.#budget.release(call)
    Object.assign(call, { told: "", shown: "", locations: [] })
  }

  #base<T extends "tool-output-available" | "tool-output-error">(call: AcpToolCall, type: T) {
    return { type, toolCallId: call.id, dynamic: true as const }
  }

  #result(call: AcpToolCall): ToolResult {
    const { raw, told, proposed } = call
    const content = proposed && raw !== undefined ? call.content.filter((item) => at(item, "type") !== "content") : call.content
    return { content, raw, told, terminal: this.#terminal }
  }

  /** Shows the end of the output at once, or when it was shown just before, after a while. */
  #preview(call: AcpToolCall): void {
    if (this.#timer !== undefined) return void this.#waiting.add(call)
    const text = tailOf(resultText(this.#result(call)), PREVIEW_CHARACTERS)
    if (text === "" || text === call.shown) return
    call.shown = text
    this.#out({ ...this.#base(call, "tool-output-available"), preliminary: true, output: { output: text } })
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      const waiting = [...this.#waiting]
      this.#waiting.clear()
      for (const one of waiting) if (!one.over) this.#preview(one)
    }, PREVIEW_MILLIS)
  }
}

/** Whether an update is of another call than the one that is over under its id: it begins, or is asked for. */
function beginsAgain(call: AcpToolCall, update: unknown, asks: boolean): boolean {
  if (!call.over) return false
  if (asks) return true
  if (at(update, "sessionUpdate") === "tool_call") return call.announced
  const status = at(update, "status")
  return (status === "pending" || status === "in_progress") && isObject(at(update, "rawInput"))
}

const titled = ({ title }: AcpToolCall): { readonly title?: string } => (title === undefined ? {} : { title })

const nameOf = (update: unknown): string | undefined =>
  textOf(at(update, "name")) ?? textOf(at(update, "_meta", "claudeCode", "toolName")) ?? textOf(at(update, "kind"))

/** Output that codex (2.6 and later) reports piece by piece beside the protocol. */
function toldOutput(meta: unknown): string {
  for (const name of ["terminal_output_delta", "terminal_output"]) {
    const told = at(meta, name)
    const data = typeof told === "string" ? told : (textOf(at(told, "data")) ?? textOf(at(told, "delta")))
    if (data !== undefined) return data
  }
  return ""
}
