/** OpenAI's chat completions API, which many providers speak. */
import type { Asked, Dialect } from "./dialect.ts"
import { contentText, list, member, path, textOf } from "./json.ts"
import { pieces, said, typed, type Turn } from "./reply.ts"

/** Messages as turns; results that follow each other are those of one reply's tools. */
function turnsOf(messages: ReadonlyArray<unknown>): ReadonlyArray<Turn> {
  const turns: Array<Turn> = []
  for (const message of messages) {
    const role = member(message, "role")
    const content = contentText(member(message, "content"))
    const last = turns.at(-1)
    if (role !== "tool") {
      const as = role === "user" || role === "assistant" ? role : "system"
      turns.push({ role: as, text: typed(content), results: [] })
    } else if (last !== undefined && last.results.length > 0)
      turns[turns.length - 1] = { ...last, results: [...last.results, content] }
    else turns.push({ role: "user", text: "", results: [content] })
  }
  return turns
}

const usageOf = (tokens: number) => ({ prompt_tokens: tokens, completion_tokens: 10, total_tokens: tokens + 10 })

const baseOf = ({ id, body }: Asked, object: string) => ({
  id: id("chatcmpl"),
  object,
  created: Math.floor(Date.now() / 1000),
  model: member(body, "model"),
})

/** `POST …/chat/completions`. */
export const chatCompletions: Dialect = {
  name: "chat-completions",
  answers: (path) => path.endsWith("/chat/completions"),
  conversation: (body) => ({
    turns: turnsOf(list(member(body, "messages"))),
    tools: list(member(body, "tools")).map((tool) => textOf(path(tool, "function", "name"))),
  }),
  streams: ({ body }) => member(body, "stream") === true,
  aside: () => "A title",
  error: (status, message) => ({
    error: { message, type: status === 401 ? "invalid_request_error" : "server_error", code: status },
  }),
  whole: (asked, blocks) => {
    const calls = blocks.flatMap((block) =>
      block.kind === "tool"
        ? [{ id: asked.id("call"), type: "function", function: { name: block.name, arguments: JSON.stringify(block.input) } }]
        : [],
    )
    const message = { role: "assistant", content: said(blocks, "text"), ...(calls.length > 0 ? { tool_calls: calls } : {}) }
    const choice = { index: 0, finish_reason: calls.length > 0 ? "tool_calls" : "stop", message }
    return { ...baseOf(asked, "chat.completion"), choices: [choice], usage: usageOf(asked.tokens) }
  },
  stream: async (asked, play, send) => {
    const base = baseOf(asked, "chat.completion.chunk")
    const chunk = (delta: object, finish: string | null = null) =>
      send(undefined, { ...base, choices: [{ index: 0, delta, finish_reason: finish }] })
    let call = -1
    await chunk({ role: "assistant", content: "" })
    for await (const piece of play) {
      if (piece.type === "cut" || piece.type === "error") return false
      if (piece.type === "delta")
        await chunk(piece.kind === "thinking" ? { reasoning_content: piece.text } : { content: piece.text })
      if (piece.type === "tool") {
        const index = ++call
        const named = { index, id: asked.id("call"), type: "function", function: { name: piece.name, arguments: "" } }
        await chunk({ tool_calls: [named] })
        for (const part of pieces(piece.json)) await chunk({ tool_calls: [{ index, function: { arguments: part } }] })
      }
    }
    await chunk({}, call >= 0 ? "tool_calls" : "stop")
    await send(undefined, { ...base, choices: [], usage: usageOf(asked.tokens) })
    await send(undefined, "[DONE]")
    return true
  },
}
