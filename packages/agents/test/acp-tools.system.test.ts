/** How ACP agents tell of tools and ask for permission, each difference by an agent that does just that. */
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { YES } from "@holdfast/adapter/contract/agent-probe"
import type { Step } from "./acp-agent.ts"
import { begin, closeHouse, messageOf, openHouse, play, tool, toolsOf, turn } from "./acp-house.ts"

beforeEach(openHouse)
afterEach(closeHouse)

describe("tool calls of ACP agents", () => {
  const options = [
    { optionId: "x", name: "Proceed", kind: "allow_once" },
    { optionId: "z", name: "Reject", kind: "reject_once" },
  ]

  it("A-4 P-21 a permission request comes before its tool call, and makes it", async () => {
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
    // Whoever answers when the chunk comes finds the request.
    const types = () => probe.chunks(id).map(({ type }) => type)
    expect(types()).toEqual(["start", "tool-input-start", "tool-input-available"])
    await probe.until("the chunk of the request", () => types()[3])
    expect(probe.chunks(id)[3]).toMatchObject({ type: "tool-approval-request", approvalId: request.id, toolCallId: "c1" })
    probe.handle.command({ type: "answer", requestId: request.id, outcome: YES })
    await probe.ended(id)
    expect(probe.text(id)).toContain('{"outcome":{"outcome":"selected","optionId":"x"}}')
    expect(toolsOf(messageOf(probe, id))).toMatchObject([
      { toolCallId: "c1", toolName: "execute", state: "output-available", output: { output: "total 0", exitCode: 0 } },
    ])
  })

  it("A-4 a tool call is reported by its result alone", async () => {
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

  it("A-38 (fault:N18) calls that share an id are all reported, with their own inputs, requests and results", async () => {
    const probe = begin()
    const call = (command: string) => ({ toolCallId: "call_0", title: "bash", kind: "execute", rawInput: { command } })
    const result = (text: string) =>
      tool({ sessionUpdate: "tool_call_update", toolCallId: "call_0", status: "completed", rawOutput: text })
    const { turn: id } = play(
      probe,
      tool({ sessionUpdate: "tool_call", status: "pending", ...call("echo 1") }),
      result("1"),
      // Asked for, and never announced: some agents announce an id once.
      { ask: ["session/request_permission", { toolCall: call("echo 2"), options }] },
      tool({ sessionUpdate: "tool_call_update", status: "in_progress", ...call("echo 2") }),
      result("2"),
      tool({ sessionUpdate: "tool_call_update", status: "in_progress", ...call("echo 3") }),
      result("3"),
      tool({ sessionUpdate: "tool_call", status: "pending", ...call("echo 3") }),
      result("4"),
    )
    const request = await probe.asked()
    expect(request).toMatchObject({ toolCallId: "call_0~2", subject: "echo 2" })
    probe.handle.command({ type: "answer", requestId: request.id, outcome: YES })
    await probe.ended(id)
    expect(toolsOf(messageOf(probe, id))).toMatchObject([
      { toolCallId: "call_0", input: { command: "echo 1" }, output: { output: "1" } },
      { toolCallId: "call_0~2", input: { command: "echo 2" }, output: { output: "2" } },
      { toolCallId: "call_0~3", input: { command: "echo 3" }, output: { output: "3" } },
      { toolCallId: "call_0~4", input: { command: "echo 3" }, output: { output: "4" } },
    ])
  })

  it("A-4 takes what is shown with a call that has not begun for no output", async () => {
    const content = [{ type: "content", content: { type: "text", text: "what it would do" } }]
    const { chunks } = await turn(
      begin(),
      tool({ sessionUpdate: "tool_call", toolCallId: "c1", status: "pending", title: "touch a", content }),
      tool({ sessionUpdate: "tool_call_update", toolCallId: "c1", content }),
      tool({ sessionUpdate: "tool_call_update", toolCallId: "c1", status: "completed", content: [] }),
    )
    const outputs = chunks.filter(({ type }) => type === "tool-output-available")
    expect(outputs).toEqual([{ type: "tool-output-available", toolCallId: "c1", dynamic: true, output: {} }])
    const fenced = [{ type: "content", content: { type: "text", text: "```console\na\nb\n```" } }]
    const { message } = await turn(
      begin(),
      tool({ sessionUpdate: "tool_call", toolCallId: "c2", status: "pending", title: "touch b", content }),
      tool({ sessionUpdate: "tool_call_update", toolCallId: "c2", status: "completed", rawOutput: "(no output)" }),
      tool({ sessionUpdate: "tool_call", toolCallId: "c3", status: "pending", title: "ls", content }),
      tool({ sessionUpdate: "tool_call_update", toolCallId: "c3", status: "completed", content: fenced, rawOutput: "a\nb" }),
    )
    expect(toolsOf(message)).toMatchObject([{ output: { output: "(no output)" } }, { output: { output: "a\nb" } }])
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
    probe.handle.command({ type: "answer", requestId: request.id, outcome: { type: "answered", optionId: "z", allow: false } })
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
    probe.handle.command({ type: "answer", requestId: request.id, outcome })
    await probe.ended(id)
    expect(probe.text(id)).toContain('"optionId":"x"')
  })

  it("never answers a no with an option that allows", async () => {
    const probe = begin()
    const toolCall = { toolCallId: "c1", kind: "edit", title: "w" }
    const { turn: id } = play(probe, { ask: ["session/request_permission", { toolCall, options: options.slice(0, 1) }] })
    const request = await probe.asked()
    probe.handle.command({ type: "answer", requestId: request.id, outcome: { type: "answered", optionId: "x", allow: false } })
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

  it("answers automatically if the session was created that way, and the log shows it", async () => {
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
    probe.handle.command({ type: "answer", requestId: edit.id, outcome: YES })
    const plan = await probe.asked(1)
    expect(plan.kind).toBe("plan")
    probe.handle.command({ type: "answer", requestId: plan.id, outcome: YES })
    await probe.ended(id)
    expect(toolsOf(messageOf(probe, id))[0]).toMatchObject({ output: { changes: [{ path: "/a.txt" }] } })
  })

  it("shows output that is reported piece by piece beside the protocol", async () => {
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
