/** What Claude sends, as chunks and ends of turns, without Claude. */
import { describe, expect, it } from "vitest"
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import { readNamed } from "@holdfast/protocol/agent/named-data"
import type { PermissionAsk } from "@holdfast/protocol/agent/permission"
import { messageUuid } from "../src/claude/message-ids.ts"
import { MessageStream } from "../src/claude/MessageStream.ts"
import { readClaudeOptions, validateClaudeOptions } from "../src/claude/options.ts"
import { Permissions } from "../src/claude/permissions.ts"
import { contentOf } from "../src/claude/prompt.ts"
import { Subagents } from "../src/claude/Subagents.ts"
import { SystemNews } from "../src/claude/SystemNews.ts"
import { transcriptKey } from "../src/claude/transcript.ts"
import { endingOf } from "../src/claude/turn-end.ts"
import { addModelUsage, ClaudeUsage } from "../src/claude/usage.ts"

function streamOf() {
  const chunks: Array<AgentChunk> = []
  const stream = new MessageStream(
    (chunk) => chunks.push(chunk),
    (id) => id === "refused",
  )
  stream.begin()
  const reply = (id: string, text: string, stop?: string) => {
    stream.event({ type: "message_start", message: { id, usage: { input_tokens: 10 } } })
    stream.event({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } })
    stream.event({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } })
    stream.event({ type: "content_block_stop", index: 0 })
    if (stop !== undefined) stream.event({ type: "message_delta", delta: { stop_reason: stop }, usage: { output_tokens: 5 } })
    stream.event({ type: "message_stop" })
  }
  return { chunks, stream, reply, types: () => chunks.map(({ type }) => type) }
}

const success = { type: "result", subtype: "success", is_error: false, result: "half" }

describe("Claude's messages", () => {
  it("trap:4 an interrupted reply that was reported as a success ends its turn as an error", () => {
    const { stream, reply } = streamOf()
    reply("m1", "half an ans")
    expect(stream.isCut).toBe(true)
    const facts = { interrupting: false, cut: stream.isCut, failure: undefined, limited: false }
    expect(endingOf(success, facts)).toMatchObject({ outcome: "error", error: { tag: "ModelCut" } })
    const whole = streamOf()
    whole.reply("m1", "an answer", "end_turn")
    expect(endingOf(success, { ...facts, cut: whole.stream.isCut })).toEqual({ outcome: "completed" })
    expect(whole.stream.context).toBe(15)
  })

  it("A-64 says where a person logs in when Claude has no credential, whatever it says itself", () => {
    const facts = { interrupting: false, cut: false, failure: undefined, limited: false }
    const failed = (text: string, status?: number) =>
      endingOf(
        { type: "result", subtype: "success", is_error: true, result: text, ...(status && { api_error_status: status }) },
        facts,
      )
    for (const { error } of [failed("Not logged in · Please run /login"), failed("API Error: 401 invalid x-api-key", 401)]) {
      expect(error?.tag).toBe("AgentUnauthorized")
      expect(error?.message).toMatch(
        /hub's user: run claude in a shell there and type \/login[\s\S]*from a shell that has ANTHROPIC_API_KEY/,
      )
    }
    expect(failed("not allowed", 403).error).toEqual({ tag: "AgentUnauthorized", message: "not allowed" })
  })

  it("A-43 (fault:N13) knows a refused history from other errors, and a compaction that came to nothing from a success", () => {
    const facts = { interrupting: false, cut: false, failure: undefined, limited: false }
    const failed = (status: number, text: string) =>
      endingOf({ type: "result", subtype: "success", is_error: true, api_error_status: status, result: text }, facts).error
    const refusals = [
      "messages.3.content.0: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified.",
      "messages.5: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_01",
      "messages.1.content.2.image.source.base64: Could not process image",
      "prompt is too long: 250000 tokens > 200000 maximum",
    ]
    for (const text of refusals) {
      const error = failed(400, `API Error: 400 ${text}`)
      expect(error?.tag).toBe("HistoryRefused")
      expect(error?.message).toContain("holdfast renew SESSION [--before MESSAGE]")
      expect(error?.message).toContain(text)
    }
    expect(failed(400, "API Error: 400 Your credit balance is too low")?.tag).toBe("ModelError")
    expect(failed(529, "API Error: 529 messages.1: Overloaded")?.tag).toBe("ModelError")
    const done = { type: "result", subtype: "success", is_error: false, result: "" }
    const text = `Error during compaction: API Error: 400 ${refusals[0]}`
    expect(endingOf(done, { ...facts, compaction: text })).toMatchObject({ outcome: "error", error: { tag: "HistoryRefused" } })
    const small = { outcome: "error", error: { tag: "CompactionFailed", message: "Not enough messages to compact." } }
    expect(endingOf(done, { ...facts, compaction: "Not enough messages to compact." })).toEqual(small)
    const chunks: Array<AgentChunk> = []
    const news = new SystemNews({ info: () => undefined, log: { say: () => undefined } }, (chunk) => chunks.push(chunk))
    news.take({ type: "system", subtype: "status", status: "compacting" })
    expect([news.turnEnded(), news.turnEnded()]).toEqual([true, false])
    expect(chunks.map((chunk) => "data" in chunk && chunk.data)).toEqual([{ state: "running" }, { state: "failed" }])
    news.take({ type: "system", subtype: "status", status: "compacting" })
    news.take({ type: "system", subtype: "compact_boundary", compact_metadata: { trigger: "manual" } })
    expect(news.turnEnded()).toBe(false)
  })

  it("repeats a reply that was cut off, and keeps one that Claude continues from", () => {
    const again = streamOf()
    again.reply("m1", "half")
    again.reply("m2", "whole", "end_turn")
    again.stream.end()
    expect(again.types()).toEqual([
      "start-step",
      "text-start",
      "text-delta",
      "text-end",
      "reset-step",
      "text-start",
      "text-delta",
      "text-end",
      "finish-step",
    ])
    const on = streamOf()
    on.reply("m1", "half")
    on.stream.resumed()
    on.reply("m2", "the other half", "end_turn")
    expect(on.types()).not.toContain("reset-step")
    expect(on.stream.isCut).toBe(false)
  })

  it("A-4 reports a tool by its id, whatever comes first, and once", () => {
    const { stream, chunks, types } = streamOf()
    stream.result({ type: "tool_result", tool_use_id: "t1", content: "early" }, undefined)
    for (let i = 0; i < 2; i++) {
      stream.assistant({ id: "m1", content: [{ type: "tool_use", id: "t1", name: "Bash", input: { command: "x" } }] })
      stream.result({ type: "tool_result", tool_use_id: "t1", content: "late" }, undefined)
    }
    stream.result({ type: "tool_result", tool_use_id: "refused", content: "no", is_error: true }, undefined)
    expect(types()).toEqual(["tool-output-available", "start-step", "tool-input-available", "tool-output-denied"])
    expect(chunks[0]).toMatchObject({ toolCallId: "t1", output: "early" })
  })

  it("A-38 (fault:N18) reports tool calls that share an id separately", () => {
    const { stream, chunks } = streamOf()
    for (const [message, command] of [
      ["m1", "one"],
      ["m2", "two"],
    ]) {
      stream.event({ type: "message_start", message: { id: message } })
      stream.event({ type: "content_block_start", index: 0, content_block: { type: "tool_use", id: "call_0", name: "Bash" } })
      stream.assistant({ id: message, content: [{ type: "tool_use", id: "call_0", name: "Bash", input: { command } }] })
      stream.event({ type: "message_delta", delta: { stop_reason: "tool_use" } })
      expect(stream.callOf("call_0")).toBe(message === "m1" ? "call_0" : "call_0~2")
      stream.result({ type: "tool_result", tool_use_id: "call_0", content: command }, undefined)
    }
    const told = chunks.flatMap((chunk) => (chunk.type === "tool-output-available" ? [[chunk.toolCallId, chunk.output]] : []))
    expect(told).toEqual([
      ["call_0", "one"],
      ["call_0~2", "two"],
    ])
    expect(chunks.filter(({ type }) => type === "tool-input-available")).toMatchObject([
      { toolCallId: "call_0", input: { command: "one" } },
      { toolCallId: "call_0~2", input: { command: "two" } },
    ])
  })

  it("A-39 (fault:N19) a reply that was cut off and comes again whole, without a stream, appears once", () => {
    const { stream, reply, types } = streamOf()
    reply("m1", "half an ans")
    stream.assistant({ id: "m2", content: [{ type: "text", text: "half an answer" }] })
    stream.end()
    const text = ["text-start", "text-delta", "text-end"]
    expect(types()).toEqual(["start-step", ...text, "reset-step", ...text, "finish-step"])
    expect(stream.isCut).toBe(false)
  })

  it("A-3 keeps unknown parts as data-unknown, and survives anything", () => {
    const { stream, types } = streamOf()
    stream.event({ type: "of_the_future", what: 1 })
    for (const odd of [undefined, null, 7, "text", [], {}, { type: 7 }, { content: "x" }, { content: [null, 7, {}] }]) {
      stream.assistant(odd)
      stream.result(odd, odd)
    }
    stream.event({ type: "content_block_delta", index: 9, delta: { text: "lost" } })
    expect(types().filter((type) => type !== "data-unknown")).toEqual([])
    expect(types().length).toBeGreaterThan(0)
  })

  it("A-3 reports lists, retries, compactions and subagents in the shapes that readers know", () => {
    const chunks: Array<AgentChunk> = []
    const tell = (chunk: AgentChunk): void => void chunks.push(chunk)
    const stream = new MessageStream(tell, () => false)
    const todo = { todos: [{ content: "a", status: "in_progress", activeForm: "doing a" }] }
    stream.assistant({ id: "m", content: [{ type: "tool_use", id: "c", name: "TodoWrite", input: todo }] })
    const news = new SystemNews({ info: () => undefined, log: { say: () => undefined } }, tell)
    const system = (message: object): void => news.take({ type: "system", ...message })
    system({ subtype: "api_retry", attempt: 2, max_retries: 10, retry_delay_ms: 1500, error_status: 529, error: "overloaded" })
    system({ subtype: "api_retry" })
    system({ subtype: "status", status: "compacting" })
    system({ subtype: "compact_boundary", compact_metadata: { trigger: "manual", pre_tokens: 150_000, post_tokens: 12_000 } })
    system({ subtype: "compact_boundary" })
    system({ subtype: "notification", text: "careful" })
    system({ subtype: "of_the_future" })
    const subagents = new Subagents(tell)
    const bash = { type: "tool_use", name: "Bash", input: { command: "echo" } }
    subagents.message("c", { type: "assistant", message: { content: [bash, { type: "text", text: "found" }] } })
    const named = chunks.filter(({ type }) => type.startsWith("data-"))
    expect(named.map(readNamed)).toEqual(named.map(({ type, ...chunk }) => ({ type, data: "data" in chunk ? chunk.data : 0 })))
    expect(named.map((chunk) => ("data" in chunk ? chunk.data : undefined))).toMatchObject([
      [{ text: "a", status: "in_progress" }],
      { attempt: 2, most: 10, delay: 1500, status: 529, error: "overloaded" },
      { attempt: 1, most: null, delay: null, status: null, error: "unknown" },
      { state: "running" },
      { state: "done", trigger: "manual", before: 150_000, after: 12_000 },
      { state: "done", trigger: "auto", before: null, after: null },
      { text: "careful" },
      { json: expect.stringContaining("of_the_future") },
      { toolCallId: "c", calls: 1, latest: ["Bash: echo"], text: "found" },
    ])
  })

  it("A-12 counts the cost of each turn, even if Claude reports only the sum or starts over", () => {
    const meter = new ClaudeUsage()
    const cost = (result: object) => meter.take(result, undefined).cost
    expect(cost({ total_cost_usd: 5, model_usage_since_last_result: { a: { costUSD: 1 }, b: { costUSD: 2 } } })).toBe(3)
    expect(cost({ total_cost_usd: 7 })).toBe(2)
    expect(cost({ total_cost_usd: 1 })).toBe(1)
    const usage = { input_tokens: 1, cache_read_input_tokens: 2, cache_creation_input_tokens: 3, output_tokens: 4 }
    const told = meter.take({ usage, modelUsage: { a: { contextWindow: 100 } }, total_cost_usd: 1 }, 9)
    expect(told).toEqual({ inputTokens: 6, cachedInputTokens: 2, outputTokens: 4, cost: 0, contextUsed: 9, contextWindow: 100 })
    expect(addModelUsage(told, { ...told, contextUsed: 11 })).toMatchObject({ inputTokens: 12, outputTokens: 8, contextUsed: 11 })
  })
})

describe("Claude's questions", () => {
  it("leaves a question to the interrupt that cancels it, and refuses one that is cancelled alone", async () => {
    const asked: Array<PermissionAsk> = []
    const host = { ask: (request: PermissionAsk) => void asked.push(request), withdraw: () => undefined }
    const permissions = new Permissions(host)
    const told: Array<unknown> = []
    const ask = (requestId: string, abort = new AbortController()) =>
      void permissions.ask("Bash", { command: "x" }, { signal: abort.signal, requestId }).then((answer) => told.push(answer))
    ask("one")
    permissions.answer("one", { type: "cancelled", reason: "stop" })
    permissions.leave()
    ask("two")
    permissions.answer("two", { type: "cancelled", reason: "too late" })
    const abort = new AbortController()
    ask("three", abort)
    abort.abort()
    permissions.answer("three", { type: "answered", optionId: "allow", allow: true })
    await new Promise((resolve) => setImmediate(resolve))
    expect(told).toHaveLength(2)
    expect(told).toContainEqual({ behavior: "deny", message: "too late" })
    expect(asked.map(({ subject }) => subject)).toEqual(["x", "x", "x"])
  })

  it("reports no tool call of a subagent as one of the turn's own", () => {
    const asked: Array<PermissionAsk> = []
    const permissions = new Permissions({
      ask: (request) => void asked.push(request),
      withdraw: () => undefined,
    })
    const { signal } = new AbortController()
    void permissions.ask("Write", { file_path: "/a", content: "b" }, { signal, toolUseID: "t", agentID: "a" })
    void permissions.ask("Write", { file_path: "/a", content: "b" }, { signal, toolUseID: "t" })
    expect(asked.map(({ toolCallId, subject }) => [toolCallId, subject])).toEqual([
      [undefined, "/a"],
      ["t", "/a"],
    ])
  })
})

describe("what Claude is started with and sent", () => {
  it("A-1 names the option that is wrong", () => {
    const wrong = (options: Readonly<Record<string, unknown>>) => validateClaudeOptions(options)?.option
    expect(wrong({})).toBeUndefined()
    expect(wrong({ modle: "x" })).toBe("modle")
    expect(validateClaudeOptions({ modle: "x" })?.message).toContain("permissionMode")
    for (const [name, value] of Object.entries({
      model: "",
      fallbackModel: 7,
      permissionMode: "yes",
      maxTurns: 0,
      maxBudgetUsd: -1,
      systemPrompt: { prepend: "x" },
      allowedTools: "Bash",
      disallowedTools: [7],
      tools: [""],
      additionalDirectories: ["relative"],
      mcpServers: { a: { args: [] } },
      strictMcpConfig: 1,
      resume: "x",
      fork: "yes",
      settingSources: ["everything"],
      maxThinkingTokens: 1.5,
      effort: "much",
      betas: {},
      agents: { a: { description: "x" } },
      maxRetries: 101,
      sandboxed: "1",
      toolAliases: { Bash: 1 },
      plugins: [{ type: "local", path: "relative" }],
      skills: "some",
      thinking: { type: "deep" },
      taskBudget: {},
      outputFormat: { type: "json_schema" },
      settings: 7,
      sandbox: [],
      bare: "yes",
      __proto__x: 1,
    })) {
      expect(wrong({ [name]: value })).toBe(name)
    }
    expect(wrong({ fork: true })).toBe("fork")
    expect(wrong({ bare: true, settingSources: [] })).toBe("bare")
    expect(validateClaudeOptions({ cwd: "/tmp" })?.message).toBe("option cwd: each session has its own cwd")
    expect(validateClaudeOptions({ mcpServers: { a: { type: "http", url: "u", args: [] } } })?.message).toContain("no args")
    expect(() => readClaudeOptions({ effort: "much" })).toThrow("option effort: use one of low, medium, high, xhigh, max")
    const whole = { systemPrompt: { append: "x" }, mcpServers: { a: { command: "c", env: { A: "b" } } }, tools: [], maxTurns: 3 }
    expect(readClaudeOptions(whole)).toEqual(whole)
  })

  it("returns each message one UUID, its own if it has one, another if it is to run again", () => {
    const own = "0199a0b2-7c4e-7d3a-8f00-0123456789ab"
    expect(messageUuid(own, false)).toBe(own)
    expect(messageUuid("m1", false)).toBe(messageUuid("m1", false))
    expect(messageUuid("m1", false)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(messageUuid(own, true)).not.toBe(own)
  })

  it("sends files as what Claude can read", () => {
    const file = (mediaType: string, url: string, filename?: string) =>
      contentOf([{ type: "file", mediaType, url, ...(filename === undefined ? {} : { filename }) }])[0]
    expect(file("image/png", "data:image/png;base64,AAAA")).toEqual({
      type: "image",
      source: { type: "base64", media_type: "image/png", data: "AAAA" },
    })
    expect(file("application/pdf", "https://a/b")).toEqual({ type: "document", source: { type: "url", url: "https://a/b" } })
    expect(file("text/plain", "data:text/plain,h%C3%A9", "a.txt")).toEqual({ type: "text", text: "The file a.txt:\nhé" })
    expect(file("text/plain", "data:text/plain;charset=utf-8;base64,aGk=")).toMatchObject({
      text: expect.stringContaining("\nhi"),
    })
    expect(file("application/zip", "data:application/zip;base64,AAAA", "a.zip")).toMatchObject({
      text: expect.stringContaining("left out"),
    })
  })

  it("names transcripts as Claude's files are named", () => {
    expect(transcriptKey("/u/a/.claude/projects/-place/id.jsonl")).toBe("-place/id")
    expect(transcriptKey("C:\\u\\a\\.claude\\projects\\C--place\\id\\subagents\\agent-1.jsonl")).toBe(
      "C--place/id/subagents/agent-1",
    )
    expect(transcriptKey("/etc/passwd")).toBeUndefined()
  })
})
