/**
 * One turn as a stream of chunks for a reader of the AI SDK (ai 7.0, `UIMessageChunk`): from its start to its end, whatever
 * the reader has of it (docs/protocol/rules.md, I-3, M-17).
 *
 * That reader is stricter than our accumulator: it fails on a delta of text that was not started and on the result of a call
 * that it does not know, and an input that comes late takes a call back. Invariant: what is given here it takes without an
 * error, and shows the same message as the accumulator. The end comes last and once: chunks of the agent that would end the
 * reading are held back until the turn has ended.
 */
import type { AgentChunk, Json } from "@holdfast/protocol/agent/chunk"
import type { Message, TurnOutcome } from "@holdfast/protocol/agent/message"
import { Accumulator, type LiveMessage } from "./accumulator.ts"
import { chunksBetween, chunksFrom } from "./chunks-between.ts"
import { isTextPart, isToolPart, type MessagePart, type ToolPart } from "./message-part.ts"
import { chunksOfChange, chunksOfNew } from "./part-chunks.ts"
import { isSettled, type ToolChunk } from "./tool-part.ts"

type Chunks = ReadonlyArray<AgentChunk>

/** The message that a reader has of a turn: its parts, in the shape of ours. */
export interface ShownMessage {
  readonly parts: ReadonlyArray<MessagePart>
  readonly metadata?: Json
}

const nothing: Chunks = []

/** The chunks of one turn, as far as they were given. */
export class TurnChunks {
  readonly turn: string
  readonly #shown: Accumulator
  #reason: Extract<AgentChunk, { readonly type: "finish" }>["finishReason"]

  /** Continues from the turn's message as it is now. */
  constructor(live: LiveMessage) {
    this.turn = live.turn
    this.#shown = new Accumulator({ ...live, parts: live.parts.map((part, at) => withoutOrphan(part, at, live)) })
  }

  /** The chunks with which a reader begins that has nothing: `start`, and all of the turn so far. */
  begin(): Chunks {
    return chunksFrom(this.#shown.message(), this.#shown.toLive().open)
  }

  /** The chunks with which a reader continues that has `shown` of the turn; `undefined` when none lead to what it is now. */
  resume(shown: ShownMessage): Chunks | undefined {
    const { createdAt, turn } = this.#shown
    const message = this.#shown.message()
    const parts = shown.parts.map((part) => (isToolPart(part) ? this.#unanswered(part) : part))
    const rest = chunksBetween({ ...shown, parts, turn, createdAt, open: [], grown: 0 }, message, this.#shown.toLive().open)
    return rest === undefined ? undefined : [{ type: "start", messageId: turn }, ...rest]
  }

  /** The chunks that the turn's next chunk comes to. */
  next(chunk: AgentChunk): Chunks {
    switch (chunk.type) {
      case "start":
      case "finish":
        if (chunk.type === "finish") this.#reason = chunk.finishReason
        return chunk.messageMetadata === undefined
          ? nothing
          : this.#told({ type: "message-metadata", messageMetadata: chunk.messageMetadata })
      // How the turn ends is said at its end.
      case "abort":
      case "error":
        return nothing
      case "text-start":
      case "reasoning-start":
      case "text-delta":
      case "reasoning-delta":
      case "text-end":
      case "reasoning-end":
        return this.#text(chunk)
      case "tool-approval-response":
        return this.#answer(chunk)
      case "tool-input-start":
      case "tool-input-delta":
      case "tool-input-available":
      case "tool-input-error":
      case "tool-approval-request":
      case "tool-output-available":
      case "tool-output-error":
      case "tool-output-denied":
        return this.#tool(chunk)
      case "reset-step":
        return this.#told(...this.#left(), chunk)
      default:
        return this.#told(chunk)
    }
  }

  /** The chunks that lead to the message that the turn is stored with; `undefined` when none do. */
  stored(whole: Message): Chunks | undefined {
    const { outcome: _, ...message } = whole
    return chunksBetween(this.#shown.toLive(), message)
  }

  /** The chunks that lead to the turn as it is elsewhere while it streams, from which it then continues; `undefined` when none do. */
  moved(live: LiveMessage): Chunks | undefined {
    return chunksBetween(this.#shown.toLive(), new Accumulator(live).message(), live.open)
  }

  /** Whether a call of the turn waits for an answer to this request. */
  waitsFor(approvalId: string): boolean {
    return this.#shown
      .toLive()
      .parts.some((part) => isToolPart(part) && part.state === "approval-requested" && part.approval?.id === approvalId)
  }

  /**
   * The chunks with which a stream stops for an answer: calls of the step that are still open and ask nothing are taken out
   * until the stream continues, because the AI SDK sends no answer while there are any (I-5).
   */
  pause(): Chunks {
    const { parts } = this.#shown.toLive()
    const step = parts.slice(parts.findLastIndex(({ type }) => type === "step-start") + 1)
    if (!step.some(isPending)) return nothing
    const kept = step.filter((part) => !isPending(part))
    return [{ type: "reset-step" }, ...kept.flatMap((part, at) => chunksOfNew(part, `kept ${at}`))]
  }

  /** The last chunk: `finish`, `abort` or `error`. */
  end(outcome: TurnOutcome, error?: { readonly message: string }): AgentChunk {
    if (outcome === "interrupted") return { type: "abort" }
    if (outcome === "completed") return { type: "finish", ...(this.#reason === undefined ? {} : { finishReason: this.#reason }) }
    return { type: "error", errorText: error?.message ?? LOST[outcome] }
  }

  #told(...chunks: ReadonlyArray<AgentChunk>): Chunks {
    for (const chunk of chunks) this.#shown.tell(chunk)
    return chunks
  }

  /** The ends of text that a step started over leaves open forever, as it began before the step. */
  #left(): Chunks {
    const { open, parts } = this.#shown.toLive()
    const step = parts.findLastIndex(({ type }) => type === "step-start")
    return open.flatMap(([key, index]): Chunks => {
      const [kind, id] = [key.slice(0, key.indexOf(":")), key.slice(key.indexOf(":") + 1)]
      return index > step ? [] : [{ type: kind === "text" ? "text-end" : "reasoning-end", id }]
    })
  }

  #text(chunk: Extract<AgentChunk, { readonly type: `${"text" | "reasoning"}-${"start" | "delta" | "end"}` }>): Chunks {
    const kind = chunk.type.startsWith("text") ? "text" : "reasoning"
    const isOpen = this.#shown.isOpen(kind, chunk.id)
    if (chunk.type === "text-end" || chunk.type === "reasoning-end") return isOpen ? this.#told(chunk) : nothing
    if (chunk.type === "text-delta" || chunk.type === "reasoning-delta")
      return isOpen ? this.#told(chunk) : this.#told({ type: `${kind}-start`, id: chunk.id }, chunk)
    return isOpen ? this.#told({ type: `${kind}-end`, id: chunk.id }, chunk) : this.#told(chunk)
  }

  #tool(chunk: ToolChunk): Chunks {
    const before = this.#shown.call(chunk.toolCallId)
    if (before === undefined) {
      const makes =
        chunk.type === "tool-input-start" || chunk.type === "tool-input-available" || chunk.type === "tool-input-error"
      const call = { toolCallId: chunk.toolCallId, dynamic: true }
      if (!makes) return this.#told({ type: "tool-input-start", toolName: "unknown", ...call }, chunk)
      return this.#told({ ...chunk, dynamic: true })
    }
    if (isInOrder(before, chunk)) return this.#told("toolName" in chunk ? { ...chunk, dynamic: true } : chunk)
    const count = this.#shown.toLive().parts.length
    this.#shown.tell(chunk)
    const after = this.#shown.call(chunk.toolCallId)
    if (after === undefined) return nothing
    // An id that starts once more is another call.
    return this.#shown.toLive().parts.length > count ? chunksOfNew(after, "") : this.#changed(before, after)
  }

  #answer(chunk: Extract<AgentChunk, { readonly type: "tool-approval-response" }>): Chunks {
    const before = this.#shown.asker(chunk.approvalId)
    if (before === undefined) return nothing
    if (!isSettled(before)) return this.#told(chunk)
    this.#shown.tell(chunk)
    const after = this.#shown.asker(chunk.approvalId)
    return after === undefined ? nothing : this.#changed(before, after)
  }

  #changed(before: ToolPart, after: ToolPart): Chunks {
    const { parts } = this.#shown.toLive()
    const step = parts.findLastIndex(({ type }) => type === "step-start")
    return chunksOfChange(before, after, { id: undefined, isPast: parts.indexOf(after) < step }) ?? nothing
  }

  /** A call that its reader has answered, as it is here while the answer is on its way to the agent. */
  #unanswered(part: ToolPart): ToolPart {
    const own = this.#shown.call(part.toolCallId)
    const same = own?.approval !== undefined && own.approval.id === part.approval?.id
    return part.state === "approval-responded" && own?.state === "approval-requested" && same
      ? { ...part, state: own.state, approval: own.approval }
      : part
  }
}

/** Text that no chunk can continue or end any more has ended. */
const withoutOrphan = (part: MessagePart, at: number, { open }: LiveMessage): MessagePart =>
  isTextPart(part) && part.state === "streaming" && !open.some(([, index]) => index === at) ? { ...part, state: "done" } : part

const LOST = { error: "The turn ended with an error.", lost: "The agent was lost during the turn." } as const

/** Whether a chunk comes to a call in the order that every reader takes. */
function isInOrder(part: ToolPart, { type }: ToolChunk): boolean {
  switch (type) {
    case "tool-input-start":
    case "tool-input-delta":
    case "tool-input-available":
    case "tool-input-error":
      return part.state === "input-streaming" && part.input === undefined
    default:
      return !isSettled(part)
  }
}

/** Whether a part is a call that is still open and asks nothing. */
function isPending(part: MessagePart): boolean {
  if (!isToolPart(part)) return false
  return part.state === "input-streaming" || part.state === "input-available" || part.preliminary === true
}
