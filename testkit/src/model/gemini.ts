/** Google's Gemini API. */
import type { Asked, Dialect } from "./dialect.ts"
import { list, member, path, textOf } from "./json.ts"
import { said, typed, type Turn } from "./reply.ts"

function turnOf(content: unknown): Turn {
  const parts = list(member(content, "parts"))
  const results = parts.filter((part) => member(part, "functionResponse") !== undefined)
  return {
    role: member(content, "role") === "model" ? "assistant" : "user",
    text: typed(parts.map((part) => textOf(member(part, "text"))).join("\n")),
    results: results.map((part) => JSON.stringify(path(part, "functionResponse", "response")) ?? ""),
  }
}

const candidate = ({ tokens }: Asked, parts: ReadonlyArray<unknown>, finishReason?: string) => ({
  candidates: [{ index: 0, content: { role: "model", parts }, ...(finishReason === undefined ? {} : { finishReason }) }],
  usageMetadata: { promptTokenCount: tokens, candidatesTokenCount: 5, totalTokenCount: tokens + 5 },
  modelVersion: "scripted",
})

const STATUSES: Readonly<Record<number, string>> = { 400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 429: "RESOURCE_EXHAUSTED" }

/** `POST …:generateContent` and `…:streamGenerateContent`. */
export const gemini: Dialect = {
  name: "gemini",
  answers: (path) => /:(streamG|g)enerateContent$/.test(path),
  conversation: (body) => ({
    turns: list(member(body, "contents")).map(turnOf),
    tools: list(member(body, "tools"))
      .flatMap((tool) => list(member(tool, "functionDeclarations")))
      .map((declared) => textOf(member(declared, "name"))),
  }),
  streams: ({ path }) => path.includes(":stream"),
  aside: () => "{}",
  error: (status, message) => ({ error: { code: status, message, status: STATUSES[status] ?? "INTERNAL" } }),
  whole: (asked, blocks) => {
    const calls = blocks.flatMap((block) =>
      block.kind === "tool" ? [{ functionCall: { name: block.name, args: block.input } }] : [],
    )
    return candidate(asked, [{ text: said(blocks, "text") }, ...calls], "STOP")
  },
  stream: async (asked, play, send) => {
    for await (const piece of play) {
      if (piece.type === "cut" || piece.type === "error") return false
      if (piece.type === "delta") {
        const thought = piece.kind === "thinking" ? { thought: true } : {}
        await send(undefined, candidate(asked, [{ text: piece.text, ...thought }]))
      }
      if (piece.type === "tool") {
        const args: unknown = JSON.parse(piece.json)
        await send(undefined, candidate(asked, [{ functionCall: { name: piece.name, args } }]))
      }
    }
    await send(undefined, candidate(asked, [{ text: "" }], "STOP"))
    return true
  },
}
