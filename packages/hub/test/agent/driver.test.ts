import { appendFile, readFile, rm, writeFile } from "node:fs/promises"
import type { AgentInstruction } from "@holdfast/link/agent-messages"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { attachReader, type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { createAgent, dataOf, named, record, send, turnsEnded } from "@holdfast/testkit/hub/agent-house"
import { ToldRunner } from "@holdfast/testkit/hub/told-runner"

const READY = { type: "ready", pid: 7, resumed: "new", native: "native-1" } as const

describe("the hub's driver of agents", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  let runner: ToldRunner
  const open = async (): Promise<House> =>
    (house = await openHouse({ directory: directory.path, sqlite: true, runners: runner.layer }))
  const delivered = async (): Promise<Extract<AgentInstruction, { type: "deliver" }>> => {
    const last = (): AgentInstruction | undefined => runner.children.at(-1)?.commands.at(-1)
    await runner.until("a delivery", () => last()?.type === "deliver")
    return last() as Extract<AgentInstruction, { type: "deliver" }>
  }
  const take = async (): Promise<string> => {
    const { messageId: id, turn } = await delivered()
    runner.note({ type: "taken", messageId: id, turn })
    return turn
  }
  beforeEach(async () => {
    directory = await testDirectory()
    runner = new ToldRunner()
    await open()
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })

  it("A-2 what was asked is asked again on each connection until the journal shows it done, and not twice on one", async () => {
    const { id, reader } = await createAgent(house)
    await send(house, id, "hello")
    await delivered()
    runner.note(READY)
    await reader.until("ready", (seen) => named(seen, "session/agent-started").length === 1)
    await send(house, id, "waits")
    expect(runner.child.commands).toHaveLength(1)
    runner.cut()
    await runner.until("the second delivery", () => runner.child.commands.length === 2)
    expect(runner.child.commands[1]).toEqual(runner.child.commands[0])
    const turn = await take()
    await house.run(house.agents.interrupt(id, OWNER))
    await runner.until("the interrupt", () => runner.child.commands.at(-1)?.type === "interrupt")
    await house.close()
    await open()
    await runner.until("the interrupt again", () => runner.child.commands.filter(({ type }) => type === "interrupt").length === 2)
    runner.note({ type: "turn-ended", turn, outcome: "interrupted" })
    const late = await attachReader(house, { session: id, after: 0 })
    await turnsEnded(late, 1)
    expect(runner.child.commands.map(({ type }) => type)).toEqual(["deliver", "deliver", "interrupt", "interrupt"])
  })

  it("A-7 the agent's own transcript is mirrored in order, and written for its next process with our messages", async () => {
    const { id, reader } = await createAgent(house)
    await send(house, id, "hello")
    const turn = await take()
    const long = Array.from({ length: 2000 }, (_, n) => ({ n, text: `entry ${n} with "quotes"\nand lines` }))
    runner.note(
      READY,
      { type: "transcript", key: "a", entries: [{ n: 1 }] },
      { type: "transcript", key: "b", entries: long },
      {
        type: "chunks",
        turn,
        chunks: [
          { type: "text-start", id: "t" },
          { type: "text-delta", id: "t", delta: "hi" },
        ],
      },
      { type: "transcript", key: "a", entries: [{ n: 2 }] },
      { type: "turn-ended", turn, outcome: "completed" },
    )
    await turnsEnded(reader, 1)
    expect(named(reader, "system/transcript").map((event) => dataOf(event)["key"])).toEqual(["a", "b", "a"])
    runner.exit(0)
    await runner.until("the exit forgotten", () => runner.child.forgotten)
    await send(house, id, "again")
    await runner.until("a second process", () => runner.children.length === 2)
    const { resume } = runner.child.request.agent
    expect(resume?.native).toBe("native-1")
    const lines = (await readFile(resume?.transcript ?? "", "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown)
    expect(lines).toEqual([
      { key: "a", entries: [{ n: 1 }] },
      { key: "b", entries: long },
      { key: "a", entries: [{ n: 2 }] },
    ])
    const history = (await readFile(resume?.history ?? "", "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown)
    expect(history).toMatchObject([
      { role: "user", parts: [{ type: "text", text: "hello" }] },
      { role: "assistant", parts: [{ type: "text", text: "hi" }] },
    ])
  })

  it("A-7 the transcript that an agent continues from grows by what is new, whatever became of the file meanwhile", async () => {
    const { id, reader } = await createAgent(house)
    const turnWith = async (entry: number, turns: number): Promise<void> => {
      const turn = await take()
      runner.note(
        READY,
        { type: "transcript", key: "a", entries: [{ n: entry }] },
        { type: "turn-ended", turn, outcome: "completed" },
      )
      await turnsEnded(reader, turns)
      const { number } = runner.child
      runner.exit(0)
      await runner.until("the exit forgotten", () => runner.children[number - 1]?.forgotten === true)
    }
    const transcript = (): string => runner.child.request.agent.resume?.transcript ?? ""
    const lines = async (): Promise<ReadonlyArray<number>> =>
      (await readFile(transcript(), "utf8"))
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { readonly entries: ReadonlyArray<{ readonly n: number }> }).entries[0]?.n ?? 0)
    const next = async (processes: number): Promise<void> => {
      await send(house, id, "more")
      await runner.until("another process", () => runner.children.length === processes)
    }
    await send(house, id, "hello")
    await turnWith(1, 1)
    await next(2)
    expect(await lines()).toEqual([1])
    await turnWith(2, 2)
    // A hub was killed while it wrote.
    await appendFile(transcript(), '{"key":"a","ent')
    await next(3)
    expect(await lines()).toEqual([1, 2])
    await turnWith(3, 3)
    // The file is not what it was.
    await writeFile(transcript(), "")
    await next(4)
    expect(await lines()).toEqual([1, 2, 3])
    await turnWith(4, 4)
    await rm(transcript())
    await next(5)
    expect(await lines()).toEqual([1, 2, 3, 4])
  })

  it("Q-3 a message that came back waits again, its turn is over, and it is sent once more when released", async () => {
    const { id, reader } = await createAgent(house)
    const { messageId } = await send(house, id, "hello")
    await delivered()
    runner.note(READY, { type: "returned", messageId: messageId, reason: "no room" })
    await turnsEnded(reader, 1)
    expect(dataOf(named(reader, "turn/ended")[0])).toMatchObject({ outcome: "error" })
    expect((await record(house, id)).queue).toMatchObject([{ id: messageId, status: "waiting" }])
    await house.run(house.agents.release(id, OWNER))
    await runner.until("the second delivery", () => runner.child.commands.length === 2)
    expect(runner.child.commands[1]).toMatchObject({ type: "deliver", messageId })
  })

  it("A-10 a start that the runner refuses is said, and the message waits", async () => {
    runner.refusal = { tag: "Busy", message: "the runner has as many children as it may" }
    const { id, reader } = await createAgent(house)
    const { messageId } = await send(house, id, "hello")
    await turnsEnded(reader, 1)
    expect(dataOf(named(reader, "session/agent-failed")[0])).toMatchObject({ tag: "Busy" })
    expect(await record(house, id)).toMatchObject({ process: "failed", queue: [{ id: messageId, status: "waiting" }] })
    runner.refusal = undefined
    await house.run(house.agents.release(id, OWNER))
    await take()
    await reader.until("the message taken", (seen) => named(seen, "queue/taken").length === 1)
  })

  it("P-6 an answer reaches the agent as its option, a withdrawn request is cancelled", async () => {
    const { id, reader } = await createAgent(house)
    await send(house, id, "hello")
    const turn = await take()
    const options = [{ id: "yes", label: "Yes", kind: "allow_once" }] as const
    const ask = { kind: "tool", tool: "bash", title: "run", subject: "ls", input: {}, options } as const
    runner.note(
      READY,
      { type: "asked", turn, request: { id: "r1", ...ask } },
      { type: "asked", turn, request: { id: "r2", ...ask } },
    )
    await reader.until("two requests", (seen) => named(seen, "permission/asked").length === 2)
    await house.run(house.agents.answer(id, "r1", { optionId: "yes", message: "go on" }, OWNER))
    await runner.until("the answer", () => runner.child.commands.at(-1)?.type === "answer")
    expect(runner.child.commands.at(-1)).toMatchObject({
      requestId: "r1",
      outcome: { type: "answered", optionId: "yes", allow: true, message: "go on" },
    })
    runner.note(
      { type: "settled", requestId: "r1", how: "taken" },
      { type: "settled", requestId: "r2", how: "withdrawn" },
      { type: "turn-ended", turn, outcome: "completed" },
    )
    await turnsEnded(reader, 1)
    expect(named(reader, "permission/cancelled").map((event) => dataOf(event)["requestId"])).toEqual(["r2"])
  })
})
