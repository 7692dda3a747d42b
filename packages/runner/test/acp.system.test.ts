/** What ACP agents do differently from each other, each by an agent that does just that, and what is refused to them. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { AgentStart } from "../src/agent/agent-messages.ts"
import { acpAdapter } from "../src/acp/acp-adapter.ts"
import { agentDirectories, type AgentDirectories, AgentProbe, YES } from "../src/contract/agent-probe.ts"
import type { Behaviour, Step } from "./acp-agent.ts"

const program = fileURLToPath(new URL("./acp-agent.ts", import.meta.url))
const text = (words: string, more: object = {}): Step => ({
  update: { sessionUpdate: "agent_message_chunk", content: { type: "text", text: words }, ...more },
})
const tool = (update: object): Step => ({ update })

let directories: AgentDirectories
const probes: Array<AgentProbe> = []

function begin(behaviour: Behaviour = {}, change: Partial<AgentStart> = {}): AgentProbe {
  const probe = new AgentProbe(acpAdapter, {
    adapter: "acp",
    name: "small",
    cwd: directories.cwd,
    env: { ACP_AGENT: JSON.stringify(behaviour) },
    options: {},
    program: { command: process.execPath, args: [program] },
    directory: directories.session,
    interruptGrace: 10_000,
    startTimeout: 10_000,
    ...change,
  })
  probes.push(probe)
  return probe
}

const play = (probe: AgentProbe, ...steps: ReadonlyArray<Step>) => probe.send(JSON.stringify(steps))

/** Plays a turn to its end. */
async function turn(probe: AgentProbe, ...steps: ReadonlyArray<Step>) {
  const { turn: id } = play(probe, ...steps)
  const end = await probe.ended(id)
  return { end, chunks: probe.chunks(id), text: probe.text(id), message: messageOf(probe, id) }
}

interface Part {
  type: string
  state?: string
  text?: string
  toolCallId?: string
}

/** What the chunks come to, much as clients build it. */
function messageOf(probe: AgentProbe, id: string): { readonly parts: ReadonlyArray<Part> } {
  const parts: Array<Part> = []
  for (const chunk of probe.chunks(id)) {
    const { type } = chunk
    if (type === "text-start" || type === "reasoning-start") parts.push({ type: type.slice(0, -6), text: "" })
    else if (type === "text-delta" || type === "reasoning-delta") {
      const open = parts.at(-1)
      if (open !== undefined) open.text += chunk.delta
    } else if (type.startsWith("tool-") && "toolCallId" in chunk) {
      const known = parts.find((part) => part.toolCallId === chunk.toolCallId)
      const state = { type: "dynamic-tool", state: type.slice(5) }
      if (known === undefined) parts.push({ ...chunk, ...state })
      else Object.assign(known, chunk, state)
    }
  }
  return { parts }
}

const toolsOf = (message: ReturnType<typeof messageOf>): ReadonlyArray<Part> =>
  message.parts.filter(({ type }) => type === "dynamic-tool")

beforeEach(() => {
  directories = agentDirectories()
})
afterEach(async () => {
  await Promise.all(probes.splice(0).map((probe) => probe.handle.end(0)))
  directories.dispose()
})

describe("tool calls of ACP agents", () => {
  const options = [
    { optionId: "x", name: "Proceed", kind: "allow_once" },
    { optionId: "z", name: "Reject", kind: "reject_once" },
  ]

  it("A-4 a permission request comes before its tool call, and makes it", async () => {
    const probe = begin()
    const call = { toolCallId: "c1", kind: "execute", title: "ls -la", rawInput: { command: ["/bin/bash", "-lc", "ls -la"] } }
    const { turn: id } = play(
      probe,
      { ask: ["session/request_permission", { toolCall: call, options }] },
      tool({ sessionUpdate: "tool_call", ...call, status: "in_progress" }),
      tool({
        sessionUpdate: "tool_call_update",
        toolCallId: "c1",
        status: "completed",
        rawOutput: { formatted_output: "total 0", exit_code: 0 },
      }),
    )
    const request = await probe.asked()
    expect(request).toMatchObject({ kind: "tool", tool: "execute", subject: "ls -la", toolCallId: "c1", title: "ls -la" })
    expect(probe.chunks(id).map(({ type }) => type)).toEqual([
      "start",
      "tool-input-start",
      "tool-input-available",
      "tool-approval-request",
    ])
    probe.handle.command({ type: "answer", permission: request.id, outcome: YES })
    await probe.ended(id)
    expect(probe.text(id)).toContain('{"outcome":{"outcome":"selected","optionId":"x"}}')
    expect(toolsOf(messageOf(probe, id))).toMatchObject([
      { toolCallId: "c1", toolName: "execute", state: "output-available", output: { output: "total 0", exitCode: 0 } },
    ])
  })

  it("A-4 a tool call is told by its result alone", async () => {
    const { message } = await turn(
      begin(),
      tool({
        sessionUpdate: "tool_call_update",
        toolCallId: "g1",
        status: "completed",
        title: "ReadFile",
        kind: "read",
        content: [{ type: "content", content: { type: "text", text: "hello" } }],
      }),
    )
    expect(toolsOf(message)).toMatchObject([
      { toolName: "read", title: "ReadFile", state: "output-available", input: {}, output: { output: "hello" } },
    ])
  })

  it("A-4 a tool call comes when it is completed already, and its input later than the call", async () => {
    const { message } = await turn(
      begin(),
      tool({
        sessionUpdate: "tool_call",
        toolCallId: "c",
        title: "exec",
        status: "completed",
        rawInput: { cmd: "ls" },
        rawOutput: { output: "a" },
      }),
      tool({ sessionUpdate: "tool_call", toolCallId: "o", title: "bash", status: "pending", rawInput: { cwd: "/" } }),
      tool({ sessionUpdate: "tool_call_update", toolCallId: "o", status: "in_progress", rawInput: { command: "echo" } }),
      tool({ sessionUpdate: "tool_call_update", toolCallId: "o", status: "failed", rawOutput: { error: "no such file" } }),
    )
    expect(toolsOf(message)).toMatchObject([
      { toolCallId: "c", state: "output-available", output: { output: "a" } },
      { toolCallId: "o", state: "output-error", input: { command: "echo" }, errorText: "no such file" },
    ])
  })

  it("closes a tool call that has no result when the turn ends, and says why", async () => {
    const { message } = await turn(
      begin(),
      tool({ sessionUpdate: "tool_call", toolCallId: "c", title: "t", status: "in_progress" }),
    )
    expect(toolsOf(message)).toMatchObject([
      { state: "output-error", errorText: "The turn ended before the tool told a result." },
    ])
  })

  it("shows a refused tool as denied, and the turn as completed, when the agent cancels the turn for it", async () => {
    const probe = begin()
    const toolCall = { toolCallId: "c1", kind: "execute", title: "rm" }
    const { turn: id } = play(
      probe,
      { ask: ["session/request_permission", { toolCall, options }] },
      { answer: { stopReason: "cancelled" } },
    )
    const request = await probe.asked()
    probe.handle.command({ type: "answer", permission: request.id, outcome: { type: "answered", optionId: "z", allow: false } })
    expect((await probe.ended(id)).outcome).toBe("completed")
    expect(probe.text(id)).toContain('"optionId":"z"')
    expect(toolsOf(messageOf(probe, id))).toMatchObject([{ state: "output-denied" }])
  })

  it("chooses options by kind, and cancels a request that has none that anybody knows", async () => {
    const probe = begin()
    const toolCall = { toolCallId: "c1", kind: "edit", title: "w" }
    const unknown = [{ optionId: "maybe", name: "Maybe", kind: "perhaps" }]
    const one = await turn(probe, { ask: ["session/request_permission", { toolCall, options: unknown }] })
    expect(one.text).toContain('{"outcome":{"outcome":"cancelled"}}')
    const { turn: id } = play(probe, {
      ask: ["session/request_permission", { toolCall: { ...toolCall, toolCallId: "c2" }, options: [...unknown, ...options] }],
    })
    const request = await probe.asked()
    expect(request.options.map(({ id: option }) => option)).toEqual(["x", "z"])
    // The id of another agent's option, as a rule for all agents has it.
    const outcome = { type: "answered", optionId: "proceed_once", allow: true } as const
    probe.handle.command({ type: "answer", permission: request.id, outcome })
    await probe.ended(id)
    expect(probe.text(id)).toContain('"optionId":"x"')
  })

  it("never answers a no with an option that allows", async () => {
    const probe = begin()
    const toolCall = { toolCallId: "c1", kind: "edit", title: "w" }
    const { turn: id } = play(probe, { ask: ["session/request_permission", { toolCall, options: options.slice(0, 1) }] })
    const request = await probe.asked()
    probe.handle.command({ type: "answer", permission: request.id, outcome: { type: "answered", optionId: "x", allow: false } })
    await probe.ended(id)
    expect(probe.text(id)).toContain('{"outcome":{"outcome":"cancelled"}}')
  })

  it("withdraws a request that the agent takes back", async () => {
    const probe = begin()
    const { turn: id } = play(
      probe,
      { ask: ["session/request_permission", { toolCall: { toolCallId: "c" }, options }], wait: false },
      { send: { method: "$/cancel_request", params: { requestId: "a1" } } },
    )
    await probe.ended(id)
    expect(probe.of("settled")).toMatchObject([{ how: "withdrawn" }])
  })

  it("answers by itself when the session was made so, and the log shows it", async () => {
    const probe = begin({}, { options: { permissions: "allow" } })
    const { chunks, text: said } = await turn(probe, {
      ask: ["session/request_permission", { toolCall: { toolCallId: "c" }, options }],
    })
    expect(said).toContain('"optionId":"x"')
    expect(chunks).toContainEqual(expect.objectContaining({ type: "tool-approval-request", isAutomatic: true }))
    expect(probe.of("asked")).toEqual([])
  })

  it("shows changes of files, and the plan mode's end as a plan", async () => {
    const probe = begin()
    const diff = { type: "diff", path: "/a.txt", oldText: "a", newText: "b" }
    const toolCall = { toolCallId: "e", kind: "edit", title: "Edit a.txt", content: [diff], locations: [{ path: "/a.txt" }] }
    const { turn: id } = play(
      probe,
      { ask: ["session/request_permission", { toolCall, options }] },
      tool({ sessionUpdate: "tool_call_update", toolCallId: "e", status: "completed" }),
      { ask: ["session/request_permission", { toolCall: { toolCallId: "p", kind: "switch_mode", title: "Ready?" }, options }] },
    )
    const edit = await probe.asked()
    expect(edit).toMatchObject({ subject: "/a.txt", input: { changes: [{ path: "/a.txt", oldText: "a", newText: "b" }] } })
    probe.handle.command({ type: "answer", permission: edit.id, outcome: YES })
    const plan = await probe.asked(1)
    expect(plan.kind).toBe("plan")
    probe.handle.command({ type: "answer", permission: plan.id, outcome: YES })
    await probe.ended(id)
    expect(toolsOf(messageOf(probe, id))[0]).toMatchObject({ output: { changes: [{ path: "/a.txt" }] } })
  })

  it("shows output that is told piece by piece beside the protocol", async () => {
    const piece = (data: string): Step =>
      tool({ sessionUpdate: "tool_call_update", toolCallId: "c", _meta: { terminal_output_delta: { terminal_id: "t", data } } })
    const { message } = await turn(
      begin(),
      tool({ sessionUpdate: "tool_call", toolCallId: "c", title: "t", content: [{ type: "terminal", terminalId: "t" }] }),
      piece("one\n"),
      piece("two\n"),
      tool({ sessionUpdate: "tool_call_update", toolCallId: "c", status: "completed" }),
    )
    expect(toolsOf(message)).toMatchObject([{ output: { output: "one\ntwo\n" } }])
  })
})

describe("what ACP agents tell", () => {
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

  it("A-3 keeps what it does not know as data-unknown, and goes on", async () => {
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

  it("tells plans, notices, compaction, usage and cost", async () => {
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
    expect(chunks.map(({ type }) => type)).toEqual(["start", "data-plan", "data-notice", "data-compaction", "finish"])
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

  it("tells commands, models and modes, in either of their forms, and sets them", async () => {
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

  it("A-13 tells a usage limit", async () => {
    const probe = begin()
    const data = { message: "You have hit your limit", codex_error_info: "usage_limit_exceeded" }
    await turn(probe, { error: { code: -32603, message: "Internal error", data } })
    expect(probe.of("limited")).toEqual([{ type: "limited", message: "You have hit your limit" }])
  })

  it("knows of an interrupt by itself, whatever the stop reason says", async () => {
    const probe = begin()
    const { turn: id } = play(probe, text("on it"), { run: "sleep 300", asks: false }, { answer: { stopReason: "end_turn" } })
    await probe.says("on it", id)
    probe.handle.command({ type: "interrupt", turn: id })
    expect(await probe.ended(id)).toMatchObject({ outcome: "interrupted" })
    const own = await turn(probe, { answer: { stopReason: "cancelled" } })
    expect(own.end).toMatchObject({ outcome: "error", error: { tag: "AgentCancelled" } })
  })

  it("tells each stop reason apart", async () => {
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

  it("trap 4 the end of the transport is not the end of a turn", async () => {
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
    expect(readFileSync(join(directories.session, "logs", "agent.log"), "utf8")).toContain("Loading plugins")
  })

  it("A-10 gives up an agent that sends nothing but lines that are no messages", async () => {
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

describe("sessions of ACP agents", () => {
  const resume = { loadSession: true, sessionCapabilities: { resume: {} } }
  const old: Step = text("old words")

  it("A-7 resumes without a replay where it can, else loads and drops the replay", async () => {
    const replay = "update" in old ? [old.update] : []
    for (const agentCapabilities of [resume, { loadSession: true }]) {
      const probe = begin({ initialize: { agentCapabilities }, replay }, { resume: { native: "s1" } })
      expect(await probe.ready()).toMatchObject({ resumed: "resumed", native: "s1" })
      const { text: heard } = await turn(probe, { recite: true })
      expect(heard).toContain("sessionCapabilities" in agentCapabilities ? "session/resume" : "session/load")
      expect(heard).not.toContain("old words")
      expect(heard).not.toContain("session/new")
    }
  })

  it("A-7 gives an agent that has no memory ours as context, once, and says so", async () => {
    const history = join(directories.session, "history.jsonl")
    const tools = [{ type: "dynamic-tool", toolName: "bash", input: { command: "ls" }, output: { output: "a.txt" } }]
    const lines = [
      { id: "1", role: "user", parts: [{ type: "text", text: "remember 42" }] },
      { id: "2", role: "assistant", parts: [...tools, { type: "text", text: "done" }], outcome: "completed" },
    ]
    writeFileSync(history, lines.map((line) => `${JSON.stringify(line)}\n`).join(""))
    const log = join(directories.session, "prompts.log")
    const fails = { "session/resume": { code: -32603, message: "gone" }, "session/load": { code: -32002, message: "gone" } }
    const probe = begin({ initialize: { agentCapabilities: resume }, fails, log }, { resume: { native: "lost", history } })
    expect(await probe.ready()).toMatchObject({ resumed: "replayed", native: "s1" })
    await turn(probe, text("a"))
    await turn(probe, text("b"))
    const [first = "", second = ""] = readFileSync(log, "utf8").split("\n")
    for (const words of ["remember 42", "a.txt", "done"]) expect(first).toContain(words)
    expect(second).not.toContain("remember 42")
    expect(readFileSync(join(directories.session, "logs", "agent.log"), "utf8")).toContain("has no memory of this session")
  })

  it("signs in as the configuration says, and says what to do when it must", async () => {
    const initialize = { authMethods: [{ id: "key", name: "Key" }] }
    const probe = begin({ initialize }, { auth: "key" })
    expect((await turn(probe, { recite: true })).text).toContain('"authenticate","params":{"methodId":"key"}')
    const fails = { "session/new": { code: -32000, message: "Authentication required" } }
    const other = begin({ initialize, fails })
    await other.gone()
    expect(other.notes).toMatchObject([{ type: "failed", tag: "AgentUnauthorized" }])
    expect(JSON.stringify(other.notes)).toContain("sign in with the agent's own program, or name one of its ways")
  })

  it("signs in with a key of the environment when the agent wants that and nothing else is said", async () => {
    const behaviour = { initialize: { authMethods: [{ id: "browser" }, { id: "openai-api-key" }] }, locked: true }
    const env = { ACP_AGENT: JSON.stringify(behaviour), OPENAI_API_KEY: "k" }
    const probe = begin(behaviour, { env })
    expect((await turn(probe, { recite: true })).text).toContain('"authenticate","params":{"methodId":"openai-api-key"}')
    const other = begin(behaviour, { env: { ...env, OPENAI_API_KEY: "" } })
    await other.gone()
    expect(other.notes).toMatchObject([{ type: "failed", tag: "AgentUnauthorized" }])
  })

  it("fails with a reason when it speaks another version, has no program, or takes no such servers", async () => {
    const mcpServers = { far: { type: "http", url: "http://127.0.0.1:9/" } }
    const cases = [
      [begin({ initialize: { protocolVersion: 7 } }), "AgentUnsupported"],
      [begin({}, { program: { command: "no-such-agent", args: [] } }), "CommandNotFound"],
      [begin({}, { options: { mcpServers } }), "Unprocessable"],
      [begin({}, { options: { modle: "x" } }), "Unprocessable"],
    ] as const
    for (const [probe, tag] of cases) {
      await probe.gone()
      expect(probe.notes).toMatchObject([{ type: "failed", tag }])
    }
  })

  it("A-11 fills the variables of servers in from the environment of the agent alone", async () => {
    const mcpServers = { near: { command: "near", env: { KEY: "k-${SECRET}" } } }
    const probe = begin({}, { options: { mcpServers }, env: { ACP_AGENT: "{}", SECRET: "hush" } })
    expect((await turn(probe, { recite: true })).text).toContain('"env":[{"name":"KEY","value":"k-hush"}]')
    const other = begin({}, { options: { mcpServers } })
    await other.gone()
    expect(other.notes).toMatchObject([
      { type: "failed", tag: "Unprocessable", message: "option mcpServers: the variable SECRET is not set for this agent" },
    ])
  })

  it("sends files as what the agent takes", async () => {
    const log = join(directories.session, "prompts.log")
    const probe = begin({ log, initialize: { agentCapabilities: { promptCapabilities: { image: true } } } })
    const parts = [
      { type: "file", mediaType: "image/png", url: "data:image/png;base64,AAAA" },
      { type: "file", mediaType: "text/plain", url: "data:text/plain,hi%20there", filename: "a.txt" },
      { type: "file", mediaType: "text/html", url: "https://example.org/x", filename: "x" },
      { type: "text", text: "[]" },
    ] as const
    probe.handle.command({ type: "deliver", id: "m", turn: "t", steer: false, parts })
    await probe.ended("t")
    expect(JSON.parse(readFileSync(log, "utf8"))).toEqual([
      { type: "image", mimeType: "image/png", data: "AAAA" },
      { type: "text", text: "The file a.txt (text/plain):\n\nhi there" },
      { type: "resource_link", uri: "https://example.org/x", name: "x", mimeType: "text/html" },
      { type: "text", text: "[]" },
    ])
  })
})

describe("files and terminals for ACP agents", () => {
  const ask = (method: string, params: object): Step => ({ ask: [method, params] })

  it("reads and writes inside of the session's directory alone, also through links", async () => {
    const { cwd, session } = directories
    writeFileSync(join(session, "secret"), "secret words")
    symlinkSync(session, join(cwd, "out"))
    symlinkSync(join(session, "secret"), join(cwd, "link"))
    mkdirSync(join(cwd, "sub"))
    writeFileSync(join(cwd, "sub/lines"), "1\n2\n3\n4")
    const probe = begin()
    const read = async (path: string, more: object = {}) => (await turn(probe, ask("fs/read_text_file", { path, ...more }))).text
    const write = async (path: string) => (await turn(probe, ask("fs/write_text_file", { path, content: "new" }))).text
    expect(await read(join(cwd, "sub/lines"), { line: 2, limit: 2 })).toBe('{"content":"2\\n3"}')
    expect(await write(join(cwd, "made/on/the/way.txt"))).toBe("{}")
    expect(readFileSync(join(cwd, "made/on/the/way.txt"), "utf8")).toBe("new")
    for (const path of [join(session, "secret"), join(cwd, "link"), join(cwd, "out/secret"), join(cwd, "../session/secret")]) {
      expect(await read(path)).toContain("outside of the session's directory")
    }
    for (const path of [join(session, "x"), join(cwd, "out/x"), join(cwd, "../x"), join(cwd, "out/new/x")]) {
      expect(await write(path)).toContain("outside of the session's directory")
    }
    expect(existsSync(join(session, "x"))).toBe(false)
    expect(existsSync(join(session, "new"))).toBe(false)
    expect(await read("sub/lines")).toContain("not an absolute path")
    expect(await read(join(cwd, "none"))).toContain("-32002")
    expect(await read(cwd)).toContain("error")
  })

  it("runs commands, bounded, shows their output in the call, and ends them with the turn", async () => {
    const { cwd } = directories
    const probe = begin()
    const create = (command: string, more: object = {}) => ask("terminal/create", { command, cwd, ...more })
    expect(
      (await turn(probe, create("sh", { args: ["-c", "echo $GREETING; exit 3"], env: [{ name: "GREETING", value: "hi" }] })))
        .text,
    ).toBe('{"terminalId":"terminal-1"}')
    const first = { terminalId: "terminal-1" }
    expect((await turn(probe, ask("terminal/wait_for_exit", first))).text).toBe('{"exitCode":3,"signal":null}')
    expect((await turn(probe, ask("terminal/output", first))).text).toBe(
      '{"output":"hi\\n","truncated":false,"exitStatus":{"exitCode":3,"signal":null}}',
    )
    const shown = await turn(
      probe,
      tool({ sessionUpdate: "tool_call", toolCallId: "c", title: "t", content: [{ type: "terminal", ...first }] }),
      ask("terminal/release", first),
      tool({ sessionUpdate: "tool_call_update", toolCallId: "c", status: "completed" }),
    )
    expect(toolsOf(shown.message)).toMatchObject([{ output: { output: "hi\n" } }])
    expect((await turn(probe, ask("terminal/output", first))).text).toContain("there is no terminal")
    // A line for the shell, and only its end is kept.
    await turn(probe, create("yes é | head -c 300000", { outputByteLimit: 1001 }))
    const second = { terminalId: "terminal-2" }
    await turn(probe, ask("terminal/wait_for_exit", second))
    const { text: output } = await turn(probe, ask("terminal/output", second))
    expect(output).toContain('"truncated":true')
    expect(output).not.toContain("\ufffd")
    expect((await turn(probe, create("sleep", { args: ["300"] }))).text).toContain("terminal-3")
    expect(
      (
        await turn(
          probe,
          ask("terminal/kill", { terminalId: "terminal-3" }),
          ask("terminal/wait_for_exit", { terminalId: "terminal-3" }),
        )
      ).text,
    ).toContain('"signal":"SIGTERM"')
    expect((await turn(probe, create("pwd", { cwd: "/" }))).text).toContain("outside of the session's directory")
    expect((await turn(probe, create("no-such-program"))).text).toContain("is not in the session's PATH")
    expect((await turn(probe, ask("elicitation/create", {}))).text).toContain("-32601")
  })
})
