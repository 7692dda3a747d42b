/** What ACP agents tell of a turn and how it ends, each difference by an agent that does just that. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { readNamed } from "@holdfast/protocol/agent/named-data"
import type { Step } from "./acp-agent.ts"
import { begin, closeHouse, openHouse, places, play, text, tool, turn } from "./acp-house.ts"

beforeEach(openHouse)
afterEach(closeHouse)

describe("what ACP agents report", () => {
  it("A-3 makes parts of text and reasoning, also without message ids, and keeps the text exactly", async () => {
    const thought = (words: string): Step => ({
      update: { sessionUpdate: "agent_thought_chunk", content: { type: "text", text: words } },
    })
    const { message } = await turn(
      begin(),
      thought("\n\nhm"),
      thought("m"),
      text("a\u2028"),
      text("\0b"),
      thought("x"),
      text("c"),
    )
    expect(message.parts).toMatchObject([
      { type: "reasoning", text: "\n\nhmm" },
      { type: "text", text: "a\u2028\0b" },
      { type: "reasoning", text: "x" },
      { type: "text", text: "c" },
    ])
  })

  it("A-3 keeps what it does not know as data-unknown, and continues", async () => {
    const { chunks, end } = await turn(
      begin(),
      { update: { sessionUpdate: "hologram", size: 3 } },
      { update: { sessionUpdate: "tool_call", title: "no id" } },
      { update: { sessionUpdate: "agent_message_chunk", content: { type: "smell" } } },
      { update: { nothing: true } },
      { send: { method: "agent/whatever", params: {} } },
      text("still here"),
    )
    expect(chunks.filter(({ type }) => type === "data-unknown")).toHaveLength(4)
    expect(end.outcome).toBe("completed")
  })

  it("reports plans, notices, compaction, usage and cost", async () => {
    const probe = begin()
    const { chunks, end } = await turn(
      probe,
      { update: { sessionUpdate: "plan", entries: [{ content: "look", priority: "high", status: "pending" }] } },
      { update: { sessionUpdate: "notice", severity: "warning", title: "Careful" } },
      { update: { sessionUpdate: "compaction_update", compactionId: "k", status: "completed" } },
      { update: { sessionUpdate: "usage_update", used: 120, size: 1000, cost: { amount: 0.5, currency: "USD" } } },
      { update: { sessionUpdate: "usage_update", used: 0, size: 0 } },
      {
        answer: { stopReason: "end_turn", usage: { inputTokens: 100, outputTokens: 20, totalTokens: 120, cachedReadTokens: 7 } },
      },
    )
    expect(chunks).toMatchObject([
      { type: "start" },
      { type: "data-plan", data: { entries: [{ text: "look", status: "pending", priority: "high" }] } },
      { type: "data-notice", data: { text: "Careful", severity: "warning" } },
      { type: "data-compaction", id: "k", data: { state: "done" } },
      { type: "finish" },
    ])
    expect(chunks.filter(({ type }) => type.startsWith("data-")).map((chunk) => readNamed(chunk)?.type)).not.toContain(undefined)
    expect(end.usage).toEqual({
      inputTokens: 100,
      outputTokens: 20,
      cachedInputTokens: 7,
      cost: 0.5,
      contextUsed: 120,
      contextWindow: 1000,
    })
    // The agent tells what the whole session costs.
    const usage = { sessionUpdate: "usage_update", used: 150, size: 1000, cost: { amount: 0.75, currency: "USD" } }
    expect((await turn(probe, { update: usage })).end.usage).toMatchObject({ cost: 0.25, contextUsed: 150 })
  })

  it("reports commands, models and modes, in either of their forms, and sets them", async () => {
    const modes = {
      currentModeId: "ask",
      availableModes: [
        { id: "ask", name: "Ask" },
        { id: "code", name: "Code" },
      ],
    }
    const options = [
      { value: "m1", name: "One" },
      { value: "m2", name: "Two" },
    ]
    const model = { id: "model", name: "Model", category: "model", type: "select", currentValue: "m1", options }
    const probe = begin({ session: { modes, configOptions: [model] } }, { options: { model: "m2" } })
    expect((await probe.ready()).info).toMatchObject({ model: "m2", mode: "ask", modes: modes.availableModes, steers: false })
    await turn(probe, {
      update: { sessionUpdate: "available_commands_update", availableCommands: [{ name: "init", description: "d" }] },
    })
    expect(probe.of("info").at(-1)?.info.commands).toEqual([{ name: "init", description: "d" }])
    probe.handle.command({ type: "configure", mode: "code", model: "m1" })
    await probe.until("the change", () => probe.of("info").some(({ info }) => info.mode === "code" && info.model === "m1"))
    const { text: heard } = await turn(probe, { recite: true })
    expect(heard).toContain('"session/set_config_option","params":{"sessionId":"s1","configId":"model","value":"m1"}')
    expect(heard).toContain('"session/set_mode","params":{"sessionId":"s1","modeId":"code"}')
    await turn(probe, { update: { sessionUpdate: "current_mode_update", currentModeId: "ask" } })
    expect(probe.of("info").at(-1)?.info).toEqual({ mode: "ask" })
    const count = probe.of("info").length
    await turn(probe, { update: { sessionUpdate: "current_mode_update", currentModeId: "ask" } })
    expect(probe.of("info")).toHaveLength(count)
  })

  it("A-1 does not start with a model that the agent has not", async () => {
    const models = { currentModelId: "m1", availableModels: [{ modelId: "m1", name: "One" }] }
    const probe = begin({ session: { models } }, { options: { model: "m9" } })
    await probe.gone()
    expect(probe.notes).toMatchObject([
      { type: "failed", tag: "Unprocessable", message: "option model: the agent has no model m9; there are m1" },
    ])
  })
})

describe("how turns of ACP agents end", () => {
  it("says why when the agent answers with an error, whose readable part is in its data", async () => {
    const probe = begin()
    const data = { message: "unexpected status 529", codex_error_info: "other" }
    const one = await turn(probe, text("partial"), { error: { code: -32603, message: "Internal error", data } })
    expect(one.end).toMatchObject({ outcome: "error", error: { tag: "ModelError", message: "unexpected status 529" } })
    const two = await turn(probe, { error: { code: -32603, message: "Internal error: bad key" } })
    expect(two.end.error?.message).toBe("bad key")
    const three = await turn(probe, { error: { code: -32000, message: "Authentication required" } })
    expect(three.end.error?.tag).toBe("AgentUnauthorized")
    expect((await turn(probe, text("well"))).end.outcome).toBe("completed")
  })

  it("A-43 (fault:N13) reports a history that the model refuses", async () => {
    const probe = begin()
    const message =
      "400 An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'."
    const one = await turn(probe, { error: { code: -32603, message: "Internal error", data: { message } } })
    expect(one.end.error).toMatchObject({ tag: "HistoryRefused", message: expect.stringContaining(message) })
  })

  it("A-13 A-40 reports a usage limit, and a short one as such", async () => {
    const probe = begin()
    const data = { message: "You have hit your limit", codex_error_info: "usage_limit_exceeded" }
    await turn(probe, { error: { code: -32603, message: "Internal error", data } })
    const short = { message: "Rate limit exceeded", statusCode: 429 }
    const two = await turn(probe, { error: { code: -32603, message: "Internal error", data: short } })
    expect(two.end.error?.tag).toBe("RateLimit")
    const words = await turn(probe, {
      error: { code: -32603, message: "Internal error: Rate limit reached for requests per day" },
    })
    expect(words.end.error?.tag).toBe("RateLimit")
    expect(probe.of("limited")).toEqual([
      { type: "limited", message: "You have hit your limit" },
      { type: "limited", message: "Rate limit exceeded", short: true },
      { type: "limited", message: "Rate limit reached for requests per day", short: true },
    ])
  })

  it("knows of an interrupt, whatever the stop reason says", async () => {
    const probe = begin()
    const { turn: id } = play(probe, text("on it"), { run: "sleep 300", asks: false }, { answer: { stopReason: "end_turn" } })
    await probe.says("on it", id)
    probe.handle.command({ type: "interrupt", turn: id })
    expect(await probe.ended(id)).toMatchObject({ outcome: "interrupted" })
    const own = await turn(probe, { answer: { stopReason: "cancelled" } })
    expect(own.end).toMatchObject({ outcome: "error", error: { tag: "AgentCancelled" } })
  })

  it("distinguishes each stop reason", async () => {
    const probe = begin()
    const ends = []
    for (const stopReason of ["max_tokens", "max_turn_requests", "refusal", "sunset"]) {
      const { end, chunks } = await turn(probe, { answer: { stopReason } })
      ends.push([end.outcome, end.error?.tag, chunks.map(({ type }) => type).join(" ")])
    }
    expect(ends).toEqual([
      ["completed", undefined, "start data-notice finish"],
      ["completed", undefined, "start data-notice finish"],
      ["error", "AgentRefused", ""],
      ["completed", undefined, "start data-notice finish"],
    ])
    expect((await turn(probe, { answer: {} })).end.error?.tag).toBe("AgentMalformed")
  })

  it("trap:4 the end of the transport is not the end of a turn", async () => {
    const probe = begin()
    const { turn: id } = play(probe, text("half an answer"), tool({ sessionUpdate: "tool_call", toolCallId: "c", title: "t" }), {
      exit: 0,
    })
    expect(await probe.ended(id)).toMatchObject({ outcome: "error", error: { tag: "AgentExited" } })
    await probe.gone()
    expect(probe.of("turn-ended")).toHaveLength(1)
  })

  it("A-10 ends the turn at a broken message, and leaves strays out", async () => {
    const probe = begin()
    const one = await turn(
      probe,
      { raw: "Loading plugins…\n" },
      { raw: "[1,2]\n" },
      { send: { id: 77, result: {} } },
      text("fine"),
    )
    expect(one.end.outcome).toBe("completed")
    const { turn: id } = play(probe, { raw: '{"jsonrpc":"2.0","method":"session/upd\n' }, { hang: true })
    expect(await probe.ended(id)).toMatchObject({ outcome: "error", error: { tag: "AgentMalformed" } })
    await probe.gone()
    expect(readFileSync(join(places().session, "logs", "agent.log"), "utf8")).toContain("Loading plugins")
  })

  it("A-37 (fault:N17) leaves out what an agent prints beside the protocol, also when it is JSON or a part of it", async () => {
    const pretty = JSON.stringify({ level: "info", id: 3, method: 7 }, null, 2)
    const strays = [
      "{ level: 'info' }",
      '{"level":"info","msg":"loaded"}',
      '{"id":3,"level":"warn"}',
      '{"method":null}',
      "{",
      pretty,
      "}",
    ]
    const probe = begin()
    const one = await turn(probe, ...strays.map((line): Step => ({ raw: `${line}\n` })), text("fine"))
    expect(one).toMatchObject({ end: { outcome: "completed" }, text: "fine" })
    const log = readFileSync(join(places().session, "logs", "agent.log"), "utf8")
    for (const line of ["level: 'info'", '"msg":"loaded"', '"level": "info"']) expect(log).toContain(line)
  })

  it("M-7 (fault:N16) an agent gets no lone surrogate, and a pair is never cut", async () => {
    const history = join(places().session, "history.jsonl")
    const output = `${"x".repeat(1999)}🙂${"y".repeat(2000)}`
    const tool = { type: "dynamic-tool", toolName: "cat", toolCallId: "c", state: "output-available", input: {}, output }
    writeFileSync(history, `${JSON.stringify({ id: "m", role: "assistant", parts: [tool, { type: "text", text: "\ud83d" }] })}\n`)
    const log = join(places().session, "prompts.log")
    const probe = begin({ log }, { resume: { native: "gone", history } })
    const { turn: id } = probe.send("half \udc00 and whole 🙂")
    await probe.ended(id)
    const sent = readFileSync(log, "utf8")
    expect(sent).toContain("half \ufffd and whole 🙂")
    expect(sent).toContain("<transcript>")
    expect(sent).not.toMatch(/\\ud[89a-f]/i)
    expect(sent).toContain("xxx […]")
  })

  it("A-45 (fault:N22) reports requests that an agent retries, from its log", async () => {
    const line = (session: string, small: boolean): Step => ({
      stderr: `timestamp=2026-11-30T00:00:47Z level=ERROR run=4f message="stream error" providerID=p session.id=${session} small=${small} error.error="AI_APICallError: Rate limit reached"`,
    })
    const probe = begin()
    const { turn: id } = play(probe, line("s2", false), line("s1", true), line("s1", false), line("s1", false), { hang: true })
    const retries = () => probe.chunks(id).filter(({ type }) => type === "data-retry")
    await probe.until("two retries", () => retries().length === 2)
    expect(retries().map((chunk) => readNamed(chunk)?.data)).toMatchObject([
      { attempt: 1, error: "Rate limit reached" },
      { attempt: 2, error: "Rate limit reached" },
    ])
  })

  it("A-10 gives up on an agent that sends only lines that are not messages", async () => {
    const probe = begin()
    const { turn: id } = play(probe, { raw: "nonsense\n".repeat(2000) }, { hang: true })
    expect(await probe.ended(id)).toMatchObject({ outcome: "error", error: { tag: "AgentMalformed" } })
  })

  it("A-10 ends the turn at a line over the bound", async () => {
    const probe = begin()
    const { turn: id } = play(probe, text("x".repeat(34 * 1024 * 1024)))
    expect(await probe.ended(id, 30_000)).toMatchObject({ outcome: "error" })
    expect(await probe.gone()).toBeDefined()
  })

  it("A-9 kills an agent that ignores an interrupt", async () => {
    const probe = begin({}, { interruptGrace: 200 })
    const { turn: id } = play(probe, text("busy"), { hang: true })
    await probe.says("busy")
    probe.handle.command({ type: "interrupt", turn: id })
    expect((await probe.ended(id)).outcome).toBe("interrupted")
    await probe.gone()
  })
})
