/**
 * Replies: which part of a script answers a request, and that part played word by word.
 */
import { setTimeout as pause } from "node:timers/promises"
import { parseScript, plan, type Block } from "./script.ts"

/** One entry of the history that a request carries, the same for every API. */
export interface Turn {
  readonly role: "user" | "assistant" | "system"
  /** What a person typed; what agents add around it is left out. */
  readonly text: string
  /** Results of tools, in order. */
  readonly results: ReadonlyArray<string>
}

/** What a request asks: the history and the tools on offer. */
export interface Conversation {
  readonly turns: ReadonlyArray<Turn>
  readonly tools: ReadonlyArray<string>
}

/** The blocks of a reply. `step` counts the replies to one message from 0; `prompt` is that message. */
export interface Reply {
  readonly prompt: string
  readonly step: number
  readonly blocks: ReadonlyArray<Block>
}

/** A moment of a reply. */
export type Piece =
  | { readonly type: "open" | "close"; readonly kind: "text" | "thinking" }
  | { readonly type: "delta"; readonly kind: "text" | "thinking"; readonly text: string }
  | { readonly type: "tool"; readonly name: string; readonly json: string }
  | { readonly type: "error"; readonly status: number }
  | { readonly type: "cut" }

const WRAPPERS = /<(system-reminder|environment_context|session_context|turn_aborted|user_instructions)>[\s\S]*?<\/\1>/g
const STOPPED = /\[Request interrupted by user[^\]]*\]\s*/g

/** A text without what agents put around what a person typed. */
export function typed(text: string): string {
  return text.replace(STOPPED, "").replace(WRAPPERS, "").trim()
}

/** The reply that the script in the latest typed text has for the number of tool results since. */
export function replyTo({ turns, tools }: Conversation): Reply {
  const at = turns.findLastIndex(({ role, text }) => role === "user" && text !== "")
  const prompt = turns[at]?.text ?? ""
  if (prompt === "") return { prompt, step: 0, blocks: [text("(no text)")] }
  const answered = turns.slice(at + 1).filter(({ results }) => results.length > 0)
  const blocks = plan(parseScript(prompt), tools)[answered.length] ?? []
  const results = answered.at(-1)?.results
  const quoted = results === undefined ? [] : [text(`Tool said: ${results.join(" | ").slice(0, 300)} `)]
  const all = [...quoted, ...blocks]
  return { prompt, step: answered.length, blocks: all.length > 0 ? all : [text("Done.")] }
}

/** One block of text without pauses. */
export function text(words: string): Block {
  return { kind: "text", words: [words], pause: 0 }
}

/** Everything that blocks say of one kind, joined. */
export function said(blocks: ReadonlyArray<Block>, kind: "text" | "thinking"): string {
  return blocks.flatMap((block) => (block.kind === kind ? [...block.words] : [])).join("")
}

/** Waits, shorter when `signal` aborts. */
async function waits(millis: number, signal: AbortSignal): Promise<void> {
  if (millis <= 0 || signal.aborted) return
  await pause(millis, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
}

/** Plays blocks in their own time; ends early when `signal` aborts, and after an error or a cut. */
export async function* play(blocks: ReadonlyArray<Block>, signal: AbortSignal): AsyncGenerator<Piece, void, undefined> {
  for (const block of blocks) {
    if (signal.aborted) return
    if (block.kind === "wait") await waits(block.millis, signal)
    else if (block.kind === "tool") yield { type: "tool", name: block.name, json: JSON.stringify(block.input) }
    else if (block.kind === "error") return yield { type: "error", status: block.status }
    else if (block.kind === "cut") return yield { type: "cut" }
    else {
      yield { type: "open", kind: block.kind }
      for (const word of block.words) {
        await waits(block.pause, signal)
        if (signal.aborted) return
        yield { type: "delta", kind: block.kind, text: word }
      }
      yield { type: "close", kind: block.kind }
    }
  }
}

/** A text in pieces of twelve characters, as models stream the input of a tool. */
export function pieces(text: string): ReadonlyArray<string> {
  return text.match(/[\s\S]{1,12}/g) ?? [""]
}
