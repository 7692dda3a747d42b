/** OpenAI's Responses API. */
import type { Asked, Dialect } from "./dialect.ts"
import { contentText, list, member, textOf } from "./json.ts"
import { pieces, said, typed, type Turn } from "./reply.ts"
import type { Block } from "./script.ts"

/** Items of the input as turns; outputs that follow each other are those of one reply's tools. */
function turnsOf(input: unknown): ReadonlyArray<Turn> {
  const turns: Array<Turn> = []
  for (const item of typeof input === "string" ? [{ role: "user", content: input }] : list(input)) {
    const role = member(item, "role")
    const last = turns.at(-1)
    if (/_call_output$/.test(textOf(member(item, "type")))) {
      const output = contentText(member(item, "output"))
      if (last !== undefined && last.results.length > 0) turns[turns.length - 1] = { ...last, results: [...last.results, output] }
      else turns.push({ role: "user", text: "", results: [output] })
    } else if (role !== undefined) {
      const as = role === "user" || role === "assistant" ? role : "system"
      turns.push({ role: as, text: typed(contentText(member(item, "content"))), results: [] })
    }
  }
  return turns
}

const textPart = (text: string) => ({ type: "output_text", text, annotations: [] })

const responseOf = ({ id, body }: Asked, status: string, output: ReadonlyArray<unknown>) => ({
  id: id("resp"),
  object: "response",
  created_at: Math.floor(Date.now() / 1000),
  model: member(body, "model"),
  status,
  output,
})

const usageOf = (tokens: number) => ({
  input_tokens: tokens,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 10,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: tokens + 10,
})

const callOf = ({ id }: Asked, name: string) => ({ type: "function_call", id: id("fc"), call_id: id("call"), name })

function itemsOf(asked: Asked, blocks: ReadonlyArray<Block>): ReadonlyArray<unknown> {
  const message = { type: "message", id: asked.id("item"), role: "assistant", status: "completed" }
  const calls = blocks.flatMap((block) =>
    block.kind === "tool" ? [{ ...callOf(asked, block.name), arguments: JSON.stringify(block.input), status: "completed" }] : [],
  )
  return [{ ...message, content: [textPart(said(blocks, "text"))] }, ...calls]
}

/** `POST …/responses`. */
export const responses: Dialect = {
  name: "responses",
  answers: (path) => path.endsWith("/responses"),
  conversation: (body) => ({
    turns: turnsOf(member(body, "input")),
    tools: list(member(body, "tools"))
      .map((tool) => textOf(member(tool, "name")))
      .filter((name) => name !== ""),
  }),
  streams: ({ body }) => member(body, "stream") === true,
  aside: () => "A title",
  error: (status, message) => ({ error: { message, type: status === 429 ? "rate_limit_error" : "server_error", code: null } }),
  whole: (asked, blocks) => ({ ...responseOf(asked, "completed", itemsOf(asked, blocks)), usage: usageOf(asked.tokens) }),
  stream: async (asked, play, send) => {
    const response = responseOf(asked, "in_progress", [])
    const output: Array<unknown> = []
    let sequence = 0
    let text = ""
    let id = ""
    const event = (type: string, data: object) => send(type, { type, sequence_number: sequence++, ...data })
    const at = (data: object) => ({ item_id: id, output_index: output.length, ...data })
    const item = (kind: "added" | "done", data: object) =>
      event(`response.output_item.${kind}`, { output_index: output.length, item: data })
    const finish = async (data: object) => {
      await item("done", data)
      output.push(data)
    }
    await event("response.created", { response })
    for await (const piece of play) {
      if (piece.type === "cut" || piece.type === "error") return false
      if (piece.type === "tool") {
        const call = callOf(asked, piece.name)
        id = call.id
        await item("added", { ...call, arguments: "", status: "in_progress" })
        for (const delta of pieces(piece.json)) await event("response.function_call_arguments.delta", at({ delta }))
        await event("response.function_call_arguments.done", at({ arguments: piece.json }))
        await finish({ ...call, arguments: piece.json, status: "completed" })
        continue
      }
      const thinking = piece.kind === "thinking"
      if (piece.type === "open") {
        text = ""
        id = asked.id(thinking ? "rs" : "item")
        await item(
          "added",
          thinking
            ? { type: "reasoning", id, summary: [] }
            : { type: "message", id, role: "assistant", status: "in_progress", content: [] },
        )
        if (thinking) {
          const part = { type: "summary_text", text: "" }
          await event("response.reasoning_summary_part.added", at({ summary_index: 0, part }))
        } else await event("response.content_part.added", at({ content_index: 0, part: textPart("") }))
      }
      if (piece.type === "delta") {
        text += piece.text
        if (thinking) await event("response.reasoning_summary_text.delta", at({ summary_index: 0, delta: piece.text }))
        else await event("response.output_text.delta", at({ content_index: 0, delta: piece.text }))
      }
      if (piece.type === "close" && thinking) await finish({ type: "reasoning", id, summary: [{ type: "summary_text", text }] })
      if (piece.type === "close" && !thinking) {
        await event("response.output_text.done", at({ content_index: 0, text }))
        await finish({ type: "message", id, role: "assistant", status: "completed", content: [textPart(text)] })
      }
    }
    await event("response.completed", { response: { ...response, status: "completed", output, usage: usageOf(asked.tokens) } })
    return true
  },
}
