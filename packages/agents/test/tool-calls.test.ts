import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import { describe, expect, it } from "vitest"
import { askOf } from "../src/acp/permissions.ts"
import { ToolCalls } from "../src/acp/ToolCalls.ts"

const MiB = 1024 * 1024

describe("what the tool calls of an agent hold", () => {
  const chunks: Array<AgentChunk> = []
  const make = (): ToolCalls => {
    chunks.length = 0
    return new ToolCalls(
      (chunk) => chunks.push(chunk),
      () => undefined,
    )
  }
  const begin = (calls: ToolCalls, i: number, bytes: number) =>
    calls.upsert({
      sessionUpdate: "tool_call",
      toolCallId: `c${i}`,
      status: "in_progress",
      kind: "execute",
      rawInput: { command: `echo ${i} ${"x".repeat(bytes)}` },
      content: [{ type: "content", content: { type: "text", text: "y".repeat(bytes) } }],
    })

  it("A-50 is nothing for calls that are over, whatever is reported of them (fault:N23)", () => {
    const calls = make()
    for (let i = 0; i < 300; i++) {
      begin(calls, i, MiB / 2)
      calls.upsert({ toolCallId: `c${i}`, status: "completed", rawOutput: { stdout: "z".repeat(MiB / 2) } })
      expect(calls.bytes).toBe(0)
      chunks.length = 0
      // Told again, it is nobody's.
      calls.upsert({ toolCallId: `c${i}`, rawOutput: "again" })
      expect([calls.bytes, chunks.length]).toEqual([0, 0])
    }
    expect(calls.isOpen).toBe(false)
  })

  it("A-50 is bounded for all open calls together; each still ends, and no rule answers for what was cut (fault:N23)", () => {
    const calls = make()
    const open = Array.from({ length: 50 }, (_, i) => begin(calls, i, 2 * MiB)!)
    expect(calls.bytes).toBeLessThanOrEqual(50 * MiB)
    expect([open[0]?.cut, open[49]?.cut]).toEqual([false, true])
    const asked = (i: number) => askOf(`p${i}`, open[i]!, { input: calls.settleInput(open[i]!), cwd: "/", options: [] })
    expect(asked(0)).toHaveProperty("parsed")
    expect(asked(49)).not.toHaveProperty("parsed")
    expect(JSON.stringify(asked(49).input).length).toBeLessThan(32 * 1024)
    chunks.length = 0
    calls.upsert({
      toolCallId: "c49",
      status: "completed",
      content: [{ type: "content", content: { type: "text", text: "w".repeat(MiB) } }],
    })
    const output = chunks.find((chunk) => chunk.type === "tool-output-available")
    expect(JSON.stringify(output).length).toBeGreaterThan(MiB)
    calls.close("the turn is over")
    expect(calls.bytes).toBe(0)
    expect(chunks.filter((chunk) => chunk.type === "tool-output-error")).toHaveLength(49)
  })
})
