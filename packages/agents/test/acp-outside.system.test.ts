/** What ACP agents tell and ask outside of a prompt. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { begin, closeHouse, messageOf, openHouse, places, play, text, tool, toolsOf, turn } from "./acp-house.ts"

beforeEach(openHouse)
afterEach(closeHouse)

const YES = { type: "answered", optionId: "yes-1", allow: true } as const
const options = [
  { optionId: "yes-1", name: "Yes", kind: "allow_once" },
  { optionId: "no-1", name: "No", kind: "reject_once" },
]
const asks = {
  ask: ["session/request_permission", { toolCall: { toolCallId: "c", title: "rm", kind: "execute" }, options }],
} as const

describe("ACP agents outside of a prompt", () => {
  it("A-19 (fault:N4) keeps what comes after the answer, in a turn of the agent's own that silence ends", async () => {
    const probe = begin()
    const first = await turn(probe, text("first. "), { later: [text("late "), text("words")], after: 100 })
    expect(first.text).toBe("first. ")
    await probe.until("the end of another turn", () => probe.of("turn-ended").length === 2)
    const own = probe.of("turn-ended")[1]
    expect(own).toMatchObject({ outcome: "completed" })
    expect(probe.text(own?.turn)).toBe("late words")
    expect(probe.of("taken")).toHaveLength(1)
  })

  it("A-19 (fault:N4) does not let a message wait for that silence, nor mix it up with the answer", async () => {
    const probe = begin()
    await turn(probe, { later: [text("late words")], after: 20 })
    await probe.says("late words")
    const next = await turn(probe, text("the answer"))
    expect(next.text).toBe("the answer")
    expect(probe.of("turn-ended").map(({ outcome }) => outcome)).toEqual(["completed", "completed", "completed"])
    expect(probe.of("returned")).toEqual([])
  })

  it("A-19 (fault:N4) shows the late result of a tool, and nothing more of one whose result was reported", async () => {
    const probe = begin()
    const call = { sessionUpdate: "tool_call", title: "build", kind: "execute", status: "in_progress" }
    const done = { sessionUpdate: "tool_call_update", status: "completed", rawOutput: "built" }
    await turn(
      probe,
      tool({ ...call, toolCallId: "told" }),
      tool({ ...done, toolCallId: "told" }),
      tool({ ...call, toolCallId: "open" }),
      {
        later: [
          tool({ ...done, toolCallId: "told" }),
          { update: { sessionUpdate: "hologram" } },
          tool({ ...done, toolCallId: "open" }),
        ],
        after: 20,
      },
    )
    await probe.until("the end of another turn", () => probe.of("turn-ended").length === 2)
    const own = probe.of("turn-ended")[1]?.turn ?? ""
    expect(toolsOf(messageOf(probe, own))).toMatchObject([{ toolCallId: "open", state: "output-available" }])
    expect(readFileSync(join(places().session, "logs", "agent.log"), "utf8")).toContain("hologram outside of a turn is left out")
  })

  it.skipIf(process.platform !== "linux")(
    "A-17 A-22 (fault:N3) stops a process that a tool left in the agent's own session, and the agent lives",
    async () => {
      const probe = begin()
      await turn(probe, { run: "(while true; do sleep 0.2; done) > /dev/null 2>&1 &", asks: false, attached: true })
      await probe.until("the task", () => probe.of("task-started").length === 1)
      const task = probe.of("task-started")[0]?.task.id ?? ""
      probe.handle.command({ type: "stop-task", taskId: task })
      await probe.until("its end", () => probe.of("task-ended").length === 1)
      expect(probe.of("task-ended")).toMatchObject([{ taskId: task, outcome: "stopped" }])
      expect((await turn(probe, text("still here"))).text).toBe("still here")
    },
  )

  it("A-20 (fault:N5) counts everything that an agent reports as a sign of life, even what is not shown", async () => {
    const probe = begin()
    await turn(probe, { update: { sessionUpdate: "hologram" } })
    expect(probe.of("alive").length).toBeGreaterThan(0)
  })

  it("P-3 (fault:N4) shows a request made after the answer, and keeps it while other turns come and go", async () => {
    const probe = begin()
    await turn(probe, { later: [asks], after: 20 })
    const request = await probe.asked()
    expect(request).toMatchObject({ title: "rm", tool: "execute" })
    await turn(probe, text("another"))
    expect(probe.of("settled")).toEqual([])
    probe.handle.command({ type: "answer", requestId: request.id, outcome: YES })
    await probe.says("yes-1")
    expect(probe.of("settled")).toEqual([{ type: "settled", requestId: request.id, how: "taken" }])
  })

  it("P-3 (fault:N1) lets a request stand whose agent ends its turn without waiting for the answer, but not when it is stopped", async () => {
    const probe = begin()
    const { end } = await turn(probe, { ...asks, wait: false })
    const request = await probe.asked()
    expect(end).toMatchObject({ outcome: "completed", standing: [request.id] })
    probe.handle.command({ type: "answer", requestId: request.id, outcome: YES })
    await probe.until("the answer", () => probe.of("settled").length === 1)
    const { turn: id } = play(probe, asks)
    await probe.asked(1)
    probe.handle.command({ type: "interrupt", turn: id })
    const stopped = await probe.ended(id)
    expect(stopped.outcome).toBe("interrupted")
    expect(stopped).not.toHaveProperty("standing")
  })
})
