import { existsSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Settings } from "@holdfast/protocol/settings"
import { type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import {
  createAgent,
  dataOf,
  failure,
  messages,
  named,
  record,
  send,
  textOf,
  turnsEnded,
} from "@holdfast/testkit/hub/agent-house"

const SOON = { timeout: 10_000, interval: 20 }
/** Writes a file now and again until it is killed. */
const SERVER = "while true; do touch beat; sleep 0.05; done"

describe("what an agent runs in the background", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  const open = async (settings: Partial<Settings> = {}): Promise<House> =>
    (house = await openHouse({ directory: directory.path, settings }))
  beforeEach(async () => {
    directory = await testDirectory()
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })

  it("P-3 A-15 (fault:N1) a subagent asks when the turn is over, is answered, and its result is a turn of the agent's own", async () => {
    await open()
    const { id, reader } = await createAgent(house, { cwd: directory.path, options: { permissions: "ask" } })
    await send(house, id, "[[subagent 100 touch made; echo from the subagent]]")
    await turnsEnded(reader, 1)
    await reader.until("the request", (seen) => named(seen, "permission/asked").length === 1)
    const asking = await record(house, id)
    const [request] = asking.permissions
    expect(asking).toMatchObject({
      activity: "asking",
      turn: { status: "idle" },
      tasks: [{ kind: "subagent", status: "waiting" }],
    })
    expect(request).toMatchObject({ tool: "bash", subject: "touch made; echo from the subagent", task: asking.tasks?.[0]?.id })
    expect(await house.run(house.agents.waiting)).toMatchObject([{ session: id, request: { id: request?.id } }])
    // A whole turn in between touches nothing of it.
    await send(house, id, "[[say meanwhile]]")
    await turnsEnded(reader, 2)
    expect((await record(house, id)).permissions).toHaveLength(1)
    await house.run(house.agents.answer(id, request?.id ?? "", { optionId: "allow" }, OWNER))
    await turnsEnded(reader, 3)
    expect(existsSync(join(directory.path, "made"))).toBe(true)
    expect(named(reader, "permission/taken")).toHaveLength(1)
    expect(named(reader, "permission/cancelled")).toHaveLength(0)
    expect(dataOf(named(reader, "task/ended")[0])).toMatchObject({ outcome: "completed", summary: "from the subagent" })
    expect(textOf((await messages(house, id)).at(-1) ?? { id: "", role: "user", parts: [], createdAt: 0 })).toContain(
      "from the subagent",
    )
    expect(await record(house, id)).toMatchObject({ activity: "idle", permissions: [] })
  })

  it("A-16 A-17 (fault:N3) a server outlives the idle limit and the limit of live agents, is named by an interrupt, and is stopped alone", async () => {
    await open({ agentIdle: 1000, agentsLive: 1 })
    const { id, reader } = await createAgent(house, { cwd: directory.path })
    await send(house, id, `[[background ${SERVER}]]`)
    await turnsEnded(reader, 1)
    const [task] = (await record(house, id)).tasks ?? []
    expect(task).toMatchObject({ kind: "shell", description: SERVER, status: "running" })
    // Another agent lives, becomes idle and is unloaded meanwhile.
    const other = await createAgent(house)
    await send(house, other.id, "hello")
    await other.reader.until("the other is unloaded", (seen) => named(seen, "session/agent-exited").length === 1)
    expect(await record(house, id)).toMatchObject({ activity: "background", process: "running" })
    expect(named(reader, "session/agent-ending")).toHaveLength(0)
    expect(await house.run(house.agents.interrupt(id, OWNER))).toMatchObject({ interrupted: false, tasks: [{ id: task?.id }] })
    expect(await failure(house, house.agents.stopTask(id, "none", OWNER))).toMatchObject({ _tag: "TaskNotFound" })
    await house.run(house.agents.stopTask(id, task?.id ?? "", OWNER))
    await reader.until("its end", (seen) => named(seen, "task/ended").length === 1)
    expect(dataOf(named(reader, "task/ended")[0])).toMatchObject({ outcome: "stopped" })
    expect((await record(house, id)).process).toBe("running")
    // Now it is idle.
    await reader.until("the unload", (seen) => named(seen, "session/agent-exited").length === 1)
  })

  it.skipIf(process.platform !== "linux")(
    "A-22 (fault:N3) a process that a tool left running is a task, outlives the idle limit, and is stopped alone",
    async () => {
      await open({ agentIdle: 1000 })
      const { id, reader } = await createAgent(house, { cwd: directory.path })
      await send(house, id, `[[bash (${SERVER}) > /dev/null 2>&1 & echo started]]`)
      await reader.until("the task", (seen) => named(seen, "task/started").length === 1)
      const [task] = (await record(house, id)).tasks ?? []
      expect(task).toMatchObject({ kind: "process", description: expect.stringContaining("while true") })
      const other = await createAgent(house)
      await send(house, other.id, "hello")
      await other.reader.until("the other is unloaded", (seen) => named(seen, "session/agent-exited").length === 1)
      expect(await record(house, id)).toMatchObject({ activity: "background", process: "running" })
      await house.run(house.agents.stopTask(id, task?.id ?? "", OWNER))
      await reader.until("its end", (seen) => named(seen, "task/ended").length === 1)
      const [ended] = named(reader, "task/ended")
      expect(dataOf(ended)).toMatchObject({ outcome: "stopped" })
      await reader.until("the unload", (seen) => named(seen, "session/agent-exited").length === 1)
      // The agent lived on, until it had been idle for its time.
      expect((named(reader, "session/agent-exited")[0]?.time ?? 0) - (ended?.time ?? Infinity)).toBeGreaterThanOrEqual(900)
    },
  )

  it("A-16 (fault:N3) an agent that is stopped with something running says so before and after", async () => {
    await open()
    const { id, reader } = await createAgent(house, { cwd: directory.path })
    await send(house, id, `[[background ${SERVER}]]`)
    await turnsEnded(reader, 1)
    await house.run(house.hub.remove(id, undefined, OWNER))
    await reader.until("the exit", (seen) => named(seen, "session/agent-exited").length === 1)
    expect(dataOf(named(reader, "session/agent-ending")[0])).toMatchObject({
      reason: "stopped",
      tasks: [{ description: SERVER }],
    })
    expect(dataOf(named(reader, "task/ended")[0])).toMatchObject({ outcome: "stopped" })
    await expect.poll(async () => (await record(house, id)).tasks, SOON).toBeUndefined()
  })

  it("A-16 (fault:N3) a runner that is stopped at once says before what ran, and after that it has ended", async () => {
    await open()
    const { id, reader } = await createAgent(house, { cwd: directory.path })
    await send(house, id, `[[background ${SERVER}]]`)
    await turnsEnded(reader, 1)
    await house.run(house.hub.stopRunners(true))
    await reader.until("the exit", (seen) => named(seen, "session/agent-exited").length === 1)
    const [ending, ended] = [named(reader, "session/agent-ending")[0], named(reader, "task/ended")[0]]
    expect(dataOf(ending)).toMatchObject({ reason: "stopped", tasks: [{ description: SERVER }] })
    expect(ending?.seq ?? Infinity).toBeLessThan(ended?.seq ?? 0)
  })

  it("A-18 (fault:N2) five messages after a background result each get their own answer", async () => {
    await open()
    const { id, reader } = await createAgent(house, { cwd: directory.path })
    await send(house, id, "[[background echo done]]")
    for (let i = 0; i < 5; i++) await send(house, id, `[[say answer ${i}]]`)
    await turnsEnded(reader, 7)
    const said = (await messages(house, id)).filter(({ role }) => role === "assistant")
    const taken = new Map(named(reader, "queue/taken").map(({ data, turn }) => [dataOf({ data } as never)["messageId"], turn]))
    const asked = (await messages(house, id)).filter(({ role }) => role === "user").slice(1)
    for (const [i, message] of asked.entries()) {
      expect(textOf(said.find((one) => one.turn === taken.get(message.id)) ?? message).trim()).toBe(`answer ${i}`)
    }
    expect(said.filter((message) => textOf(message).includes("has ended"))).toHaveLength(1)
  })

  it("A-20 A-21 (fault:N5) says that nothing comes long before it stops a turn, and continues after one that had said its last words", async () => {
    await open({ agentSilent: 1000, agentStall: 2500 })
    const { id, reader } = await createAgent(house)
    await send(house, id, "[[say all done, here is your answer]][[wait 600000]]")
    await send(house, id, "[[say the next answer]]")
    await reader.until("the silence", (seen) => named(seen, "turn/silent").length === 1)
    const since = dataOf(named(reader, "turn/silent")[0])["since"]
    expect((await record(house, id)).turn).toMatchObject({ status: "streaming", silentSince: since })
    await turnsEnded(reader, 2)
    expect(named(reader, "turn/ended").map((event) => dataOf(event)["outcome"])).toEqual(["completed", "completed"])
    expect(named(reader, "queue/held")).toHaveLength(0)
    const answers = (await messages(house, id)).filter(({ role }) => role === "assistant")
    expect(answers.map(textOf)).toEqual(["all done, here is your answer", "the next answer"])
    expect(JSON.stringify(answers[0])).toContain("did not report the end of its turn")
  })
})
