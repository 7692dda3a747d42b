/**
 * What Claude says in a turn, as chunks: its messages as they stream, its tools, what they gave.
 *
 * A block comes in pieces, then whole in an `assistant` message before its end; a message that was not streamed comes
 * whole alone. A reply that breaks off ends like any other, but without a reason to stop: what follows either continues
 * from it (Claude tells itself so in a message) or says it all again, and then the step starts over.
 */
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import { namedChunk } from "@holdfast/protocol/agent/named-data"
import { unknownChunk } from "@holdfast/protocol/agent/read-chunk"
import { RecentIds } from "../host/RecentIds.ts"
import { asJson, at, listAt, numberAt, textAt } from "./read.ts"
import { toolOutput } from "./tool-output.ts"
import { contextOf } from "./usage.ts"

const IDS_MAX = 4096

/** A tool call's id as the turn shows it, and the message that it stands in. */
interface Call {
  readonly id: string
  readonly message: string
  readonly count: number
}

/** Tools that the provider runs itself. */
const PROVIDER_CALLS = ["server_tool_use", "mcp_tool_use"]

type Block = { readonly kind: "text" | "reasoning"; readonly id: string; readonly citations: Array<unknown> }
type Tool = { readonly kind: "tool"; readonly id: string }

/** Turns what Claude sends into chunks; `refused` says whether a person refused a tool call. */
export class MessageStream {
  readonly #chunk: (chunk: AgentChunk) => void
  readonly #refused: (toolCallId: string) => boolean
  readonly #streamed = new RecentIds(IDS_MAX)
  readonly #told = new RecentIds(IDS_MAX)
  /** By the provider's id: some give every call the same one. */
  readonly #calls = new Map<string, Call>()
  readonly #outputs = new RecentIds(IDS_MAX)
  #open = new Map<number, Block | Tool>()
  #message = ""
  #blocks = 0
  #reply: "none" | "open" | "whole" | "cut" | "resumed" = "none"
  #inStep = false
  #context: number | undefined
  #usage: Readonly<Record<string, unknown>> = {}
  /** The plan that was shown or written last. */
  plan: string | undefined

  constructor(chunk: (chunk: AgentChunk) => void, refused: (toolCallId: string) => boolean) {
    this.#chunk = chunk
    this.#refused = refused
  }

  /** Whether the last reply broke off, and nothing followed. */
  get isCut(): boolean {
    return this.#reply === "cut" || this.#reply === "open" || this.#reply === "resumed"
  }

  /** Tokens in the context after the last reply. */
  get context(): number | undefined {
    return this.#context
  }

  begin(): void {
    this.#open = new Map()
    this.#message = ""
    this.#reply = "none"
    this.#inStep = false
    this.#context = undefined
    this.plan = undefined
  }

  /** Closes what is open. */
  end(): void {
    this.#closeAll()
    if (this.#inStep) this.#chunk({ type: "finish-step" })
    this.#inStep = false
    this.#reply = "none"
  }

  /** Takes an event of a reply that streams. */
  event(event: unknown): void {
    const index = numberAt(event, "index") ?? 0
    switch (textAt(event, "type")) {
      case "message_start":
        return this.#start(at(event, "message"))
      case "content_block_start":
        return this.#openBlock(index, at(event, "content_block"))
      case "content_block_delta":
        return this.#grow(index, at(event, "delta"))
      case "content_block_stop":
        return this.#close(index)
      case "message_delta":
        this.#count(at(event, "usage"))
        if (textAt(event, "delta", "stop_reason") !== undefined) this.#reply = "whole"
        return
      case "message_stop":
        if (this.#reply === "open") this.#reply = "cut"
        return
      case "ping":
      case "error":
        return
      default:
        return this.#chunk(unknownChunk(event))
    }
  }

  #start(message: unknown): void {
    this.#anew()
    this.#reply = "open"
    this.#message = textAt(message, "id") ?? ""
    this.#streamed.add(this.#message)
    this.#usage = {}
    this.#count(at(message, "usage"))
  }

  /** A reply begins: in place of one that broke off, whether it streams or comes whole, or as a step of its own. */
  #anew(): void {
    const cut = this.#reply === "cut" || this.#reply === "open"
    if (!cut || !this.#inStep) return this.#step()
    this.#open = new Map()
    this.#chunk({ type: "reset-step" })
  }

  #step(): void {
    this.#closeAll()
    if (this.#inStep) this.#chunk({ type: "finish-step" })
    this.#chunk({ type: "start-step" })
    this.#inStep = true
  }

  #count(usage: unknown): void {
    if (typeof usage !== "object" || usage === null) return
    this.#usage = { ...this.#usage, ...usage }
    this.#context = contextOf(this.#usage)
  }

  #openBlock(index: number, block: unknown): void {
    const id = `${this.#message}.${index}`
    const type = textAt(block, "type") ?? ""
    if (type === "text" || type === "thinking") {
      const kind = type === "text" ? "text" : "reasoning"
      this.#open.set(index, { kind, id, citations: [] })
      this.#chunk({ type: `${kind}-start`, id })
    } else if (type === "tool_use" || PROVIDER_CALLS.includes(type)) {
      const toolCallId = this.#callIn(this.#message, textAt(block, "id") ?? id)
      this.#open.set(index, { kind: "tool", id: toolCallId })
      const toolName = textAt(block, "name") ?? "tool"
      const provider = type === "tool_use" ? {} : { providerExecuted: true }
      this.#chunk({ type: "tool-input-start", toolCallId, toolName, dynamic: true, ...provider })
    }
  }

  #grow(index: number, delta: unknown): void {
    const open = this.#open.get(index)
    if (open === undefined) return
    if (open.kind === "tool") {
      const inputTextDelta = textAt(delta, "partial_json") ?? ""
      if (inputTextDelta !== "") this.#chunk({ type: "tool-input-delta", toolCallId: open.id, inputTextDelta })
      return
    }
    const text = textAt(delta, open.kind === "text" ? "text" : "thinking")
    if (text !== undefined && text !== "") this.#chunk({ type: `${open.kind}-delta`, id: open.id, delta: text })
    const citation = at(delta, "citation")
    if (citation !== undefined) open.citations.push(citation)
  }

  #close(index: number): void {
    const open = this.#open.get(index)
    this.#open.delete(index)
    if (open === undefined || open.kind === "tool") return
    if (open.kind === "reasoning") return this.#chunk({ type: "reasoning-end", id: open.id })
    const cited = open.citations.length === 0 ? {} : { citations: open.citations.map(asJson) }
    this.#chunk({ type: "text-end", id: open.id, ...cited })
  }

  #closeAll(): void {
    for (const index of this.#open.keys()) this.#close(index)
  }

  /** Takes a whole message of Claude's: its tool calls, and what was not streamed. */
  assistant(message: unknown): void {
    const id = textAt(message, "id") ?? ""
    const streamed = this.#streamed.has(id)
    if (!streamed && id !== this.#message) {
      this.#message = id
      this.#blocks = 0
      this.#anew()
    }
    for (const block of listAt(message, "content")) {
      const type = textAt(block, "type") ?? ""
      if (type === "tool_use" || PROVIDER_CALLS.includes(type)) this.#call(id, block, type !== "tool_use")
      else if (type.endsWith("_tool_result")) this.result(block, undefined, true)
      else if (type === "text") {
        if (!streamed) this.#whole("text", textAt(block, "text"))
      } else if (type === "thinking") {
        if (!streamed) this.#whole("reasoning", textAt(block, "thinking"))
      } else if (type !== "redacted_thinking" && !streamed) {
        this.#chunk(unknownChunk(block))
      }
    }
    if (!streamed) this.#reply = "whole"
  }

  #whole(kind: "text" | "reasoning", text: string | undefined): void {
    if (text === undefined || text === "") return
    const id = `${this.#message}.${this.#blocks++}`
    this.#chunk({ type: `${kind}-start`, id })
    this.#chunk({ type: `${kind}-delta`, id, delta: text })
    this.#chunk({ type: `${kind}-end`, id })
  }

  /** The id under which the turn shows the tool call that has this id of the provider's now. */
  callOf(id: string): string {
    return this.#calls.get(id)?.id ?? id
  }

  /** The call with this id in a message: another message's is another call. */
  #callIn(message: string, id: string): string {
    const known = this.#calls.get(id)
    if (known?.message === message) return known.id
    const count = (known?.count ?? 0) + 1
    const call: Call = { id: count === 1 ? id : `${id}~${count}`, message, count }
    this.#calls.delete(id)
    this.#calls.set(id, call)
    for (const oldest of this.#calls.keys()) {
      if (this.#calls.size <= IDS_MAX) break
      this.#calls.delete(oldest)
    }
    return call.id
  }

  #call(message: string, block: unknown, provider: boolean): void {
    const given = textAt(block, "id")
    if (given === undefined) return
    const toolCallId = this.#callIn(message, given)
    if (!this.#told.add(toolCallId)) return
    if (!this.#inStep) this.#step()
    const toolName = textAt(block, "name") ?? "tool"
    const input = at(block, "input")
    const executed = provider ? { providerExecuted: true } : {}
    this.#chunk({ type: "tool-input-available", toolCallId, toolName, dynamic: true, input: asJson(input), ...executed })
    if (toolName === "TodoWrite") this.#todo(input)
    if (toolName === "ExitPlanMode") this.plan = textAt(input, "plan") ?? this.plan
    const path = textAt(input, "file_path") ?? ""
    if (toolName === "Write" && /[\\/]plans[\\/][^\\/]+\.md$/.test(path)) this.plan = textAt(input, "content")
  }

  #todo(input: unknown): void {
    const items = listAt(input, "todos").map((todo) => ({
      text: textAt(todo, "content") ?? "",
      status: textAt(todo, "status") ?? "pending",
    }))
    this.#chunk(namedChunk("data-todo", items, "todo"))
  }

  /** Takes a message of results. */
  results(message: unknown): void {
    const meta = listAt(message, "tool_result_meta")
    for (const block of listAt(message, "message", "content")) {
      if (textAt(block, "type") !== "tool_result") continue
      const id = textAt(block, "tool_use_id")
      this.result(
        block,
        meta.find((entry) => textAt(entry, "id") === id),
      )
    }
  }

  /** Takes the result of a tool call; `meta` is what Claude says of how it was allowed. */
  result(block: unknown, meta: unknown, provider = false): void {
    const given = textAt(block, "tool_use_id")
    if (given === undefined) return
    const toolCallId = this.callOf(given)
    if (!this.#outputs.add(toolCallId)) return
    if (this.#refused(toolCallId)) return this.#chunk({ type: "tool-output-denied", toolCallId })
    this.#chunk(toolOutput(toolCallId, block, meta, provider))
  }

  /** Claude told itself to continue from where its reply broke off. */
  resumed(): void {
    if (this.#reply === "cut") this.#reply = "resumed"
  }
}
