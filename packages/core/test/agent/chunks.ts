/** Random chunks: legal sequences, as the AI SDK takes them, and anything at all. */
import { namedChunk } from "@holdfast/protocol/agent/named-data"
import type { AgentChunk, Json } from "@holdfast/protocol/agent/chunk"
import { readChunk } from "@holdfast/protocol/agent/read-chunk"
import fc from "fast-check"

/** Text with what breaks encoders: NUL, lone surrogates, line separators, escapes, astral letters. */
export const someText = fc.oneof(
  fc.string({ maxLength: 12, unit: "binary" }),
  fc.constantFrom("", "\u0000", "\ud800", "\udc00x", "\u2028", "\u001b[31m", "👩‍💻", "`<b>`", "\r\n"),
)

/** A JSON value without keys that the AI SDK refuses, and numbers of whose beginnings it sees less than there is. */
export const someJson = fc
  .jsonValue({ maxDepth: 2 })
  .map((value) => JSON.stringify(value))
  .filter((text) => !/__proto__|constructor|prototype|e[-+]/.test(text))
  .map((text): Json => JSON.parse(text))

const meta = fc.option(fc.constantFrom({ providerMetadata: { a: { b: 1 } } }, { providerMetadata: { c: { d: [2] } } }), {
  nil: {},
})
const dynamic = { dynamic: true }

/** One group of chunks in order, whose ids begin with `id`. */
const group = (id: string): fc.Arbitrary<ReadonlyArray<AgentChunk>> =>
  fc.oneof(
    fc
      .tuple(
        fc.constantFrom("text" as const, "reasoning" as const),
        fc.array(someText, { maxLength: 4 }),
        fc.boolean(),
        meta,
        meta,
      )
      .map(([kind, deltas, closed, first, last]): Array<AgentChunk> => [
        { type: `${kind}-start`, id, ...first },
        ...deltas.map((delta): AgentChunk => ({ type: `${kind}-delta`, id, delta })),
        ...(closed ? [{ type: `${kind}-end` as const, id, ...last }] : []),
      ]),
    toolGroup(id),
    fc
      .record({ value: someJson, again: fc.option(someJson, { nil: undefined }) })
      .map(({ value, again }): Array<AgentChunk> => [
        { type: "data-plan", id, data: value },
        ...(again === undefined ? [] : [{ type: "data-plan" as const, id, data: again }]),
        { type: "data-passing", data: value, transient: true },
      ]),
    someText.map((text): Array<AgentChunk> => [
      namedChunk("data-plan", { text }),
      namedChunk("data-plan", { entries: [{ text, status: text }] }, id),
      namedChunk("data-todo", [
        { text, status: "completed" },
        { text, status: "in_progress" },
      ]),
      namedChunk("data-retry", { attempt: 1, most: null, delay: null, status: null, error: text }),
      namedChunk("data-compaction", { state: "failed", error: text }, id),
      namedChunk("data-subagent", { toolCallId: id, calls: 3, latest: [text], text }, id),
      namedChunk("data-notice", { text }),
      namedChunk("data-unknown", { json: text }),
    ]),
    fc.constantFrom<Array<AgentChunk>>(
      [{ type: "source-url", sourceId: id, url: "https://a.example/", title: "a" }],
      [{ type: "source-document", sourceId: id, mediaType: "text/plain", title: "b", filename: "b.txt" }],
      [{ type: "file", url: "data:text/plain,a", mediaType: "text/plain" }],
      [{ type: "custom", kind: "a.b" }],
      [{ type: "steering-message", id, parts: [{ type: "text", text: "also this" }] }],
      [{ type: "message-metadata", messageMetadata: { [id]: 1, deep: { [id]: [1] } } }],
      [{ type: "error", errorText: "x" }],
    ),
  )

function toolGroup(id: string): fc.Arbitrary<ReadonlyArray<AgentChunk>> {
  return fc
    .record({
      input: fc.dictionary(
        fc.string({ maxLength: 3 }).filter((key) => key !== "__proto__"),
        someJson,
        { maxKeys: 3 },
      ),
      streamed: fc.constantFrom("whole", "cut", "not", "text"),
      asked: fc.constantFrom("no", "open", "allowed", "denied"),
      end: fc.constantFrom("none", "output", "error", "preliminary"),
      output: someJson,
      meta,
      at: fc.nat({ max: 40 }),
    })
    .map(({ input, streamed, asked, end, output, meta: extra, at }) => {
      const call = { toolCallId: id, toolName: "Bash", ...dynamic }
      const json = JSON.stringify(input)
      const chunks: Array<AgentChunk> = []
      if (streamed !== "not") {
        const encoding = streamed === "text" ? { inputEncoding: "text" as const } : {}
        chunks.push({ type: "tool-input-start", ...call, ...encoding, title: "Run" })
        const pieces = streamed === "cut" ? [json.slice(0, at)] : [json.slice(0, at), json.slice(at)]
        for (const inputTextDelta of pieces) chunks.push({ type: "tool-input-delta", toolCallId: id, inputTextDelta })
      }
      if (streamed === "cut" && asked === "no" && end === "none") return chunks
      chunks.push({ type: "tool-input-available", ...call, input, ...extra })
      if (asked !== "no") chunks.push({ type: "tool-approval-request", approvalId: `ask-${id}`, toolCallId: id, reason: "why" })
      if (asked === "open") return chunks
      if (asked !== "no") chunks.push({ type: "tool-approval-response", approvalId: `ask-${id}`, approved: asked === "allowed" })
      if (asked === "denied") return [...chunks, { type: "tool-output-denied", toolCallId: id } as const]
      if (end === "error") return [...chunks, { type: "tool-output-error", toolCallId: id, errorText: "no", ...extra } as const]
      if (end !== "none") chunks.push({ type: "tool-output-available", toolCallId: id, output, preliminary: true })
      if (end === "output") chunks.push({ type: "tool-output-available", toolCallId: id, output, ...extra })
      return chunks
    })
}

/** Chunks of a turn that every reader of the AI SDK takes: groups interleaved, in steps, some of them started over. */
export const legalChunks: fc.Arbitrary<ReadonlyArray<AgentChunk>> = fc
  .array(
    fc.record({
      reset: fc.boolean(),
      stepped: fc.boolean(),
      size: fc.integer({ min: 1, max: 5 }),
      order: fc.array(fc.nat(), { minLength: 60, maxLength: 60 }),
    }),
    { maxLength: 4 },
  )
  .chain((steps) =>
    fc.tuple(
      ...steps.map(({ reset, stepped, size, order }, at) =>
        fc.tuple(...Array.from({ length: size }, (_, index) => group(`g${at}-${index}`))).map((groups): Array<AgentChunk> => {
          const waiting = groups.map((chunks) => [...chunks])
          const chunks: Array<AgentChunk> = stepped ? [{ type: "start-step" }] : []
          for (let i = 0; waiting.some((rest) => rest.length > 0); i++) {
            const open = waiting.filter((rest) => rest.length > 0)
            chunks.push(open[(order[i % order.length] ?? 0) % open.length]!.shift()!)
          }
          if (stepped) chunks.push(reset ? { type: "reset-step" } : { type: "finish-step" })
          return chunks
        }),
      ),
    ),
  )
  .map((steps) => [
    { type: "start", messageMetadata: { first: true } },
    ...steps.flat(),
    { type: "finish", finishReason: "stop" },
  ])

const someId = fc.constantFrom("a", "b", "__proto__", "constructor", "")

/** Chunks of every type about few ids, in any order. */
export const anyChunk: fc.Arbitrary<AgentChunk> = fc
  .record({
    type: fc.constantFrom(
      ...[
        "start",
        "finish",
        "abort",
        "error",
        "start-step",
        "finish-step",
        "reset-step",
        "message-metadata",
        "text-start",
        "text-delta",
      ],
      ...[
        "text-end",
        "reasoning-start",
        "reasoning-delta",
        "reasoning-end",
        "tool-input-start",
        "tool-input-delta",
        "tool-input-available",
      ],
      ...["tool-input-error", "tool-approval-request", "tool-approval-response", "tool-output-available", "tool-output-error"],
      ...[
        "tool-output-denied",
        "source-url",
        "source-document",
        "file",
        "reasoning-file",
        "custom",
        "steering-message",
        "data-a",
        "data-b",
      ],
    ),
    id: someId,
    toolCallId: someId,
    approvalId: someId,
    sourceId: someId,
    text: someText,
    json: fc.jsonValue({ maxDepth: 3 }),
    flag: fc.boolean(),
  })
  .map(({ text, json, flag, ...rest }) =>
    readChunk({
      ...rest,
      ...{
        delta: text,
        inputTextDelta: text,
        errorText: text,
        url: text,
        mediaType: text,
        kind: "k",
        title: text,
        toolName: "T",
      },
      ...{ input: json, output: json, data: json, messageMetadata: json, approved: flag, preliminary: flag, parts: [] },
    }),
  )
  .filter((chunk) => chunk !== undefined)
