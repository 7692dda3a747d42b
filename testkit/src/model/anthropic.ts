/** Anthropic's Messages API. */
import type { Asked, Dialect } from "./dialect.ts"
import { contentText, list, member, path, textOf } from "./json.ts"
import { pieces, said, typed, type Turn } from "./reply.ts"

const SIGNATURE = "c2NyaXB0ZWQ="

const ERRORS: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  429: "rate_limit_error",
  529: "overloaded_error",
}

const problem = (status: number, message: string) => ({
  type: "error",
  error: { type: ERRORS[status] ?? "api_error", message },
})

/** A message; of several typed texts the last counts, because the agent joins what was not answered. */
function turnOf(message: unknown): Turn {
  const content = member(message, "content")
  const parts = typeof content === "string" ? [{ type: "text", text: content }] : list(content)
  const texts = parts.filter((part) => member(part, "type") === "text").map((part) => typed(textOf(member(part, "text"))))
  const results = parts.filter((part) => member(part, "type") === "tool_result")
  const role = member(message, "role")
  return {
    role: role === "assistant" || role === "system" ? role : "user",
    text: texts.findLast((text) => text !== "") ?? "",
    results: results.map((part) => contentText(member(part, "content"))),
  }
}

const usageOf = (tokens: number, output: number) => ({
  input_tokens: tokens,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: output,
  service_tier: "standard",
})

const messageOf = ({ id, body, tokens }: Asked, content: ReadonlyArray<unknown>, stop: string | null) => ({
  id: id("msg"),
  type: "message",
  role: "assistant",
  model: member(body, "model"),
  content,
  stop_reason: stop,
  stop_sequence: null,
  usage: usageOf(tokens, 1),
})

/** `POST /v1/messages`. */
export const anthropic: Dialect = {
  name: "anthropic",
  answers: (path) => path.endsWith("/v1/messages"),
  conversation: (body) => ({
    turns: list(member(body, "messages")).map(turnOf),
    tools: list(member(body, "tools")).map((tool) => textOf(member(tool, "name"))),
  }),
  streams: ({ body }) => member(body, "stream") === true,
  aside: ({ body }) => (path(body, "output_config", "format") === undefined ? "A title" : '{"title":"A title"}'),
  error: problem,
  whole: (asked, blocks) => {
    const thinking = said(blocks, "thinking")
    const tools = blocks.flatMap((block) =>
      block.kind === "tool" ? [{ type: "tool_use", id: asked.id("toolu"), name: block.name, input: block.input }] : [],
    )
    const content = [
      ...(thinking === "" ? [] : [{ type: "thinking", thinking, signature: SIGNATURE }]),
      { type: "text", text: said(blocks, "text") },
      ...tools,
    ]
    return messageOf(asked, content, tools.length > 0 ? "tool_use" : "end_turn")
  },
  stream: async (asked, play, send) => {
    let index = -1
    let output = 1
    let stop = "end_turn"
    const event = (type: string, data: object) => send(type, { type, ...data })
    const delta = (data: object) => event("content_block_delta", { index, delta: data })
    const begin = (block: object) => event("content_block_start", { index: ++index, content_block: block })
    await event("message_start", { message: messageOf(asked, [], null) })
    await event("ping", {})
    for await (const piece of play) {
      if (piece.type === "cut") return false
      if (piece.type === "error") {
        await send("error", problem(piece.status, `scripted ${piece.status}`))
        return true
      }
      if (piece.type === "tool") {
        stop = "tool_use"
        await begin({ type: "tool_use", id: asked.id("toolu"), name: piece.name, input: {} })
        for (const part of ["", ...pieces(piece.json)]) await delta({ type: "input_json_delta", partial_json: part })
        await event("content_block_stop", { index })
        continue
      }
      const thinking = piece.kind === "thinking"
      if (piece.type === "open")
        await begin(thinking ? { type: "thinking", thinking: "", signature: "" } : { type: "text", text: "" })
      if (piece.type === "delta") {
        output++
        await delta(thinking ? { type: "thinking_delta", thinking: piece.text } : { type: "text_delta", text: piece.text })
      }
      if (piece.type === "close") {
        if (thinking) await delta({ type: "signature_delta", signature: SIGNATURE })
        await event("content_block_stop", { index })
      }
    }
    await event("message_delta", { delta: { stop_reason: stop, stop_sequence: null }, usage: usageOf(asked.tokens, output) })
    await event("message_stop", {})
    return true
  },
}
