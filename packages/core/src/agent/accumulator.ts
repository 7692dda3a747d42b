/**
 * Builds the message of a turn from its chunks (M-1), as the AI SDK does (ai 7.0, `processUIMessageStream`), with every
 * tool call as `dynamic-tool`.
 *
 * Invariants: never throws, whatever order chunks come in; its cost is linear in what it is told; parts that a chunk does
 * not touch stay the same objects; `fromLive` of the JSON of `toLive`, told the rest, is the same as one told all (M-5).
 * Text is kept exactly (M-6). A message grows to about `TURN_MESSAGE_MAX`, then its longest strings are cut.
 */
import type { AgentChunk, Json, ProviderMetadata } from "@holdfast/protocol/agent/chunk"
import { jsonBytes } from "@holdfast/protocol/agent/cut"
import type { Message, TurnOutcome } from "@holdfast/protocol/agent/message"
import { cutParts, TURN_MESSAGE_MAX } from "./cut-parts.ts"
import {
  type DataPart,
  isDataPart,
  isTextPart,
  isToolPart,
  type MessagePart,
  type StoredTextPart,
  type ToolPart,
} from "./message-part.ts"
import { mergeMetadata } from "./metadata.ts"
import { advanceTool, answerTool, endedTool, isSettled, shownTool, type ToolChunk } from "./tool-part.ts"

/** A turn's message while it is built, as plain JSON. */
export type LiveMessage = {
  readonly turn: string
  readonly createdAt: number
  readonly parts: ReadonlyArray<MessagePart>
  readonly metadata?: Json
  /** Text and reasoning that is open: kind and id, and the part's place. */
  readonly open: ReadonlyArray<readonly [key: string, index: number]>
  /** Bytes added since the size of the message was last looked at. */
  readonly grown: number
}

type Delta = Extract<AgentChunk, { readonly delta: string }>
type Piece = { readonly id: string; readonly providerMetadata?: ProviderMetadata }
type DataChunk = Extract<AgentChunk, { readonly type: `data-${string}` }>

const dataKey = (type: string, id: string): string => `${type}\u0000${id}`

/** The message of one turn, growing. */
export class Accumulator {
  readonly turn: string
  readonly createdAt: number
  #parts: Array<MessagePart>
  #metadata: Json | undefined
  #open: Map<string, number>
  #grown: number
  readonly #max: number
  #step = -1
  readonly #tools = new Map<string, number>()
  readonly #data = new Map<string, number>()
  readonly #shown = new WeakMap<ToolPart, ToolPart>()
  readonly #sizes = new WeakMap<MessagePart, number>()

  /** Continues from `live`. `max`: most bytes of the finished message. */
  constructor(live: LiveMessage, max = TURN_MESSAGE_MAX) {
    this.turn = live.turn
    this.createdAt = live.createdAt
    this.#parts = [...live.parts]
    this.#metadata = live.metadata
    this.#open = new Map(live.open)
    this.#grown = live.grown
    this.#max = max
    this.#index()
  }

  /** What is needed to continue elsewhere; plain JSON, which later chunks do not change. */
  toLive(): LiveMessage {
    return {
      turn: this.turn,
      createdAt: this.createdAt,
      parts: [...this.#parts],
      ...(this.#metadata === undefined ? {} : { metadata: this.#metadata }),
      open: [...this.#open],
      grown: this.#grown,
    }
  }

  /** Whether nothing was reported yet that a message shows. */
  get isEmpty(): boolean {
    return this.#parts.length === 0 && this.#metadata === undefined
  }

  /** Whether text or reasoning with this id is open. */
  isOpen(kind: StoredTextPart["type"], id: string): boolean {
    return this.#open.has(`${kind}:${id}`)
  }

  /** A tool call as it was reported so far: the latest with this id. */
  call(toolCallId: string): ToolPart | undefined {
    const part = this.#parts[this.#tools.get(toolCallId) ?? -1]
    return part !== undefined && isToolPart(part) ? part : undefined
  }

  /** The latest call that has asked under this id. */
  asker(approvalId: string): ToolPart | undefined {
    return this.#parts.filter(isToolPart).findLast(({ approval }) => approval?.id === approvalId)
  }

  /** The message as it is now. */
  message(): Message {
    return this.#message(this.#parts.map((part) => (isToolPart(part) ? this.#shownTool(part) : part)))
  }

  /** The message as it is stored when the turn has ended: nothing in it is open, and it fits a record. */
  ended(outcome: TurnOutcome): Message {
    const parts = this.#parts.map((part): MessagePart => {
      if (isToolPart(part)) return endedTool(part)
      return isTextPart(part) && part.state === "streaming" ? { ...part, state: "done" } : part
    })
    return { ...this.#message(cutParts(parts, this.#max, this.#size(parts)).parts), outcome }
  }

  /** Takes the next chunk. */
  tell(chunk: AgentChunk): void {
    this.#take(chunk)
    this.#grown += "delta" in chunk ? chunk.delta.length + 8 : jsonBytes(chunk)
    if (this.#grown > this.#max / 4) this.#bound()
  }

  #message(parts: ReadonlyArray<MessagePart>): Message {
    const metadata = this.#metadata === undefined ? {} : { metadata: this.#metadata }
    return { id: this.turn, role: "assistant", parts, turn: this.turn, createdAt: this.createdAt, ...metadata }
  }

  #shownTool(part: ToolPart): ToolPart {
    const known = this.#shown.get(part)
    if (known !== undefined) return known
    const shown = shownTool(part)
    this.#shown.set(part, shown)
    return shown
  }

  #take(chunk: AgentChunk): void {
    switch (chunk.type) {
      case "start":
      case "finish":
      case "message-metadata":
        this.#metadata = mergeMetadata(this.#metadata, chunk.messageMetadata)
        return
      case "text-start":
      case "reasoning-start":
        return this.#openText(chunk.type === "text-start" ? "text" : "reasoning", chunk)
      case "text-delta":
      case "reasoning-delta":
        return this.#growText(chunk)
      case "text-end":
        return this.#closeText("text", chunk, chunk.citations)
      case "reasoning-end":
        return this.#closeText("reasoning", chunk)
      case "tool-approval-response": {
        const index = this.#parts.findLastIndex((part) => isToolPart(part) && part.approval?.id === chunk.approvalId)
        const part = this.#parts[index]
        if (part !== undefined && isToolPart(part)) this.#parts[index] = answerTool(part, chunk)
        return
      }
      case "start-step":
        this.#step = this.#parts.push({ type: "step-start" }) - 1
        return
      case "reset-step":
        this.#parts.length = this.#step + 1
        this.#open = new Map()
        return this.#index()
      case "file":
      case "reasoning-file":
      case "source-url":
      case "source-document":
      case "custom":
      case "steering-message":
        this.#parts.push(chunk)
        return
      case "abort":
      case "error":
      case "finish-step":
        return
      case "tool-input-start":
      case "tool-input-delta":
      case "tool-input-available":
      case "tool-input-error":
      case "tool-approval-request":
      case "tool-output-available":
      case "tool-output-error":
      case "tool-output-denied":
        return this.#tool(chunk)
      default:
        // A later version may have written types that this one does not know.
        if (chunk.type.startsWith("data-")) this.#named(chunk)
    }
  }

  #openText(type: StoredTextPart["type"], { id, providerMetadata }: Piece): void {
    this.#change(`${type}:${id}`, (part) => ({ ...part, state: "done" }))
    const part: StoredTextPart = {
      type,
      ...(type === "reasoning" ? { id } : {}),
      text: "",
      ...(providerMetadata === undefined ? {} : { providerMetadata }),
      state: "streaming",
    }
    this.#open.set(`${type}:${id}`, this.#parts.push(part) - 1)
  }

  #growText({ type, id, delta, providerMetadata }: Delta): void {
    const kind = type === "text-delta" ? "text" : "reasoning"
    const key = `${kind}:${id}`
    if (!this.#open.has(key)) this.#openText(kind, { id })
    const meta = providerMetadata === undefined ? {} : { providerMetadata }
    this.#change(key, (part) => ({ ...part, text: part.text + delta, ...meta }))
  }

  #closeText(kind: StoredTextPart["type"], { id, providerMetadata }: Piece, citations?: ReadonlyArray<Json>): void {
    const meta = providerMetadata === undefined ? {} : { providerMetadata }
    const cited = citations === undefined ? {} : { citations }
    this.#change(`${kind}:${id}`, (part) => ({ ...part, state: "done", ...cited, ...meta }))
    this.#open.delete(`${kind}:${id}`)
  }

  #change(key: string, change: (part: StoredTextPart) => StoredTextPart): void {
    const index = this.#open.get(key)
    const part = index === undefined ? undefined : this.#parts[index]
    if (index !== undefined && part !== undefined && isTextPart(part)) this.#parts[index] = change(part)
  }

  #tool(chunk: ToolChunk): void {
    const index = this.#tools.get(chunk.toolCallId)
    const part = index === undefined ? undefined : this.#parts[index]
    const known = part !== undefined && isToolPart(part) ? part : undefined
    // An id that starts once more in a later step, after its call was done, is another call.
    const again = chunk.type === "tool-input-start" && known?.input !== undefined && isSettled(known) && index! < this.#step
    if (index === undefined || known === undefined || again) {
      this.#tools.set(chunk.toolCallId, this.#parts.push(advanceTool(undefined, chunk)) - 1)
    } else this.#parts[index] = advanceTool(known, chunk)
  }

  #named({ type, id, data, transient }: DataChunk): void {
    if (transient === true) return
    const part: DataPart = { type, ...(id === undefined ? {} : { id }), data }
    const index = id === undefined ? undefined : this.#data.get(dataKey(type, id))
    if (index !== undefined) this.#parts[index] = part
    else {
      this.#parts.push(part)
      if (id !== undefined) this.#data.set(dataKey(type, id), this.#parts.length - 1)
    }
  }

  /** Finds the places of all parts again. */
  #index(): void {
    this.#step = -1
    this.#tools.clear()
    this.#data.clear()
    for (const [index, part] of this.#parts.entries()) {
      if (part.type === "step-start") this.#step = index
      else if (isToolPart(part)) this.#tools.set(part.toolCallId, index)
      else if (isDataPart(part) && part.id !== undefined) this.#data.set(dataKey(part.type, part.id), index)
    }
  }

  #size(parts: ReadonlyArray<MessagePart> = this.#parts): number {
    return parts.reduce((sum, part) => sum + this.#sizeOf(part) + 1, 2)
  }

  /** Bytes of a part as JSON: counted once, as a part that changes is another object. */
  #sizeOf(part: MessagePart): number {
    const known = this.#sizes.get(part)
    if (known !== undefined) return known
    const size = jsonBytes(part)
    this.#sizes.set(part, size)
    return size
  }

  #bound(): void {
    this.#grown = 0
    const size = this.#size()
    if (size <= this.#max) return
    const { parts, start, end } = cutParts(this.#parts, Math.floor((this.#max * 3) / 4), size)
    const shift = parts.length - this.#parts.length
    const open = [...this.#open].filter(([, index]) => index < start || index >= end)
    this.#open = new Map(open.map(([key, index]) => [key, index < start ? index : index + shift]))
    this.#parts = parts
    this.#index()
    // Until a cut text is looked at, engines keep all of the text that it was cut from.
    this.#size()
  }
}

/** An accumulator for a turn that begins. */
export function emptyMessage(turn: string, createdAt: number, max?: number): Accumulator {
  return new Accumulator({ turn, createdAt, parts: [], open: [], grown: 0 }, max)
}
