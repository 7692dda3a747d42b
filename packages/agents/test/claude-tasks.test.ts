/** What Claude tells of background tasks, and whose results are whose, without Claude. */
import { describe, expect, it, vi } from "vitest"
import type { AgentNote } from "@holdfast/link/agent-messages"
import { Tasks } from "../src/host/Tasks.ts"
import { beginTurn, isResultOf } from "../src/claude/claude-turn.ts"
import { Permissions } from "../src/claude/permissions.ts"
import { TaskNews } from "../src/claude/TaskNews.ts"

describe("work of Claude's outside a turn", () => {
  it("reports the end of background tasks, but not of those whose tool call waits for them", () => {
    const notices: Array<unknown> = []
    const news = new TaskNews(new Tasks(() => undefined), (text) => notices.push(text))
    const task = (subtype: string, task_id: string, more: object): void =>
      void news.take({ type: "system", subtype, task_id, ...more })
    task("task_started", "a", { is_backgrounded: false })
    task("task_notification", "a", { summary: "a is done" })
    task("task_started", "b", { is_backgrounded: true })
    task("task_notification", "b", { summary: "b is done" })
    task("task_started", "c", { is_backgrounded: false })
    task("task_updated", "c", { patch: { status: "running" } })
    task("task_updated", "c", { patch: { is_backgrounded: true } })
    task("task_notification", "c", { summary: "c is done" })
    task("task_notification", "of before", { summary: "d is done" })
    expect(notices).toEqual(["b is done", "c is done", "d is done"])
  })

  it("A-15 (fault:N3) takes what runs in the background from the set that Claude reports, in whatever order its single messages come", async () => {
    const notes: Array<AgentNote> = []
    const tasks = new Tasks((note) => notes.push(note))
    const news = new TaskNews(tasks, () => undefined)
    const changed = (...running: ReadonlyArray<object>): void =>
      void news.take({ type: "system", subtype: "background_tasks_changed", tasks: running })
    const server = { task_id: "s", task_type: "local_bash", description: "dev server" }
    changed(server, { task_id: "w", task_type: "watch", description: "watcher", ambient: true })
    news.take({ type: "system", subtype: "task_started", ...server, tool_use_id: "call", is_backgrounded: true })
    // Of this one nothing is told but that it is there.
    changed(server, { task_id: "a", task_type: "local_agent", subagent_type: "explorer", description: "" })
    await new Promise((resolve) => setImmediate(resolve))
    expect(tasks.ids).toEqual(["s", "a"])
    news.take({ type: "system", subtype: "task_started", task_id: "n", is_backgrounded: false, parent_task_id: "a" })
    expect([news.taskOf("n"), news.taskOf("a"), news.taskOf("other"), news.taskOf(undefined)]).toEqual([
      "a",
      "a",
      undefined,
      undefined,
    ])
    changed()
    await vi.waitFor(() => expect(tasks.ids).toEqual([]), { timeout: 5000 })
    expect(notes).toEqual([
      { type: "task-started", task: { id: "s", kind: "shell", description: "dev server", toolCallId: "call" } },
      { type: "task-started", task: { id: "a", kind: "subagent", description: "explorer" } },
      { type: "task-ended", taskId: "s", outcome: "completed" },
      { type: "task-ended", taskId: "a", outcome: "completed" },
    ])
  })

  it("P-3 (fault:N1) answers what was asked in an earlier turn or in none, also when a later turn was stopped meanwhile", async () => {
    const permissions = new Permissions({ ask: () => undefined, withdraw: () => undefined })
    const { signal } = new AbortController()
    const asked = (requestId: string): Promise<unknown> => permissions.ask("Bash", { command: "ls" }, { signal, requestId })
    permissions.begin()
    const standing = asked("standing")
    permissions.begin()
    const own = asked("own")
    permissions.leave()
    const yes = { type: "answered", optionId: "allow", allow: true } as const
    for (const id of ["standing", "own"]) permissions.answer(id, yes)
    expect(await standing).toMatchObject({ behavior: "allow" })
    expect(await Promise.race([own, Promise.resolve("Claude takes it back by itself")])).toBe("Claude takes it back by itself")
  })

  it("A-15 (fault:N3) reports at most a hundred tasks at a time, and the next one when one has ended", () => {
    const notes: Array<AgentNote> = []
    const tasks = new Tasks((note) => notes.push(note))
    for (let i = 0; i < 102; i++) tasks.started({ id: `t${i}`, kind: "shell", description: "x".repeat(10_000) })
    expect(notes).toHaveLength(100)
    expect(JSON.stringify(notes).length).toBeLessThan(60_000)
    tasks.ended("t101", "completed")
    expect(notes).toHaveLength(100)
    tasks.ended("t0", "failed", "broken")
    expect(notes.slice(100)).toMatchObject([
      { type: "task-ended", taskId: "t0", outcome: "failed", summary: "broken" },
      { type: "task-started", task: { id: "t100" } },
    ])
  })

  it("A-18 (fault:N2) a result is of the turn whose message it names, or of the one that Claude is at", () => {
    const begun = { ...beginTurn("mine", undefined), begun: true }
    const result = (...uuids: ReadonlyArray<string>) => ({ type: "result", user_message_uuids: uuids })
    const background = { type: "result", origin: { kind: "task-notification" } }
    expect(isResultOf(begun, result("mine"))).toBe(true)
    expect(isResultOf(begun, result("other"))).toBe(false)
    expect(isResultOf(begun, result())).toBe(true)
    expect(isResultOf(begun, background)).toBe(false)
    expect(isResultOf(beginTurn("mine", undefined), result())).toBe(false)
    expect(isResultOf({ ...beginTurn("", undefined), begun: true }, background)).toBe(true)
    begun.steered.add("late")
    expect(isResultOf(begun, result("late"))).toBe(true)
  })
})
