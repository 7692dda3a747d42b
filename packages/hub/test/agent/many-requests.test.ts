import type { PermissionAsk } from "@holdfast/protocol/agent/permission"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { createAgent, dataOf, failure, named, record, send, turnsEnded } from "@holdfast/testkit/hub/agent-house"
import { ToldRunner } from "@holdfast/testkit/hub/told-runner"

const READY = { type: "ready", pid: 7, resumed: "new", native: "native-1" } as const
const COUNT = 300
const INPUT = 100 * 1024

const request = (id: string, part: Partial<PermissionAsk> = {}): PermissionAsk => ({
  id,
  kind: "tool",
  tool: "bash",
  title: `Run ${id}`,
  subject: `echo ${"x".repeat(INPUT)}`,
  parsed: { type: "commands", cwd: "/", commands: [{ argv: ["echo", "x".repeat(3000)] }], literal: true },
  input: { command: `echo ${"x".repeat(INPUT)}` },
  options: [
    { id: "yes", label: "Yes", kind: "allow_once" },
    { id: "no", label: "No", kind: "reject_once" },
  ],
  ...part,
})

describe("requests of an agent beside its record", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  let runner: ToldRunner
  beforeEach(async () => {
    directory = await testDirectory()
    runner = new ToldRunner()
    house = await openHouse({ directory: directory.path, sqlite: true, runners: runner.layer })
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })

  const asking = async (...requests: ReadonlyArray<PermissionAsk>) => {
    const session = await createAgent(house)
    const { messageId } = await send(house, session.id, "hello")
    const delivery = () => runner.child.commands.find((command) => command.type === "deliver")
    await runner.until("a delivery", () => runner.children.length > 0 && delivery() !== undefined)
    const turn = delivery()?.turn ?? ""
    runner.note(
      READY,
      { type: "taken", messageId: messageId, turn },
      ...requests.map((one) => ({ type: "asked", turn, request: one }) as const),
    )
    await session.reader.until("asked", (seen) => named(seen, "permission/asked").length === requests.length, 30_000)
    return { ...session, turn }
  }

  it("P-13 hundreds of large requests stay beside the record, which is read, listed and interrupted at once (fault:N10)", async () => {
    const { id, turn, reader } = await asking(...Array.from({ length: COUNT }, (_, i) => request(`r${i}`)))
    const session = await record(house, id)
    expect(session.permissions).toHaveLength(COUNT)
    expect(JSON.stringify(session).length).toBeLessThan(400 * 1024)
    expect(JSON.stringify(await house.run(house.agents.waiting)).length).toBeLessThan(500 * 1024)
    expect(session.permissions[0]).toMatchObject({ subjectBytes: INPUT + 5, inputBytes: INPUT + 20 })
    expect(session.permissions[0]?.subject).toHaveLength(2048)
    expect(session.permissions[0]).not.toHaveProperty("parsed")
    const whole = await house.run(house.agents.permission(id, "r299"))
    expect(whole).toMatchObject({ request: request("r299"), seq: session.permissions.at(-1)?.seq })
    await house.run(house.agents.interrupt(id, OWNER))
    await runner.until("the interrupt", () => runner.child.commands.at(-1)?.type === "interrupt")
    runner.note({ type: "turn-ended", turn, outcome: "interrupted" })
    await turnsEnded(reader, 1)
    expect(named(reader, "permission/cancelled")).toHaveLength(COUNT)
    expect(await house.run(house.agents.permission(id, "r0"))).toMatchObject({ cancelled: "the turn was interrupted" })
  })

  it("P-13 a request leaves the record when the agent has the answer", async () => {
    const { id, reader } = await asking(request("a"), request("b"))
    await house.run(house.agents.answer(id, "a", { optionId: "yes" }, OWNER))
    expect((await record(house, id)).permissions).toMatchObject([{ id: "a", decision: { by: "owner" } }, { id: "b" }])
    runner.note({ type: "settled", requestId: "a", how: "taken" })
    await reader.until("taken", (seen) => named(seen, "permission/taken").length === 1)
    expect((await record(house, id)).permissions.map((one) => one.id)).toEqual(["b"])
    expect(await house.run(house.agents.permission(id, "a"))).toMatchObject({ decision: { optionId: "yes", by: "owner" } })
  })

  it("P-7 the loser learns who won, even after the turn and in another process; an id that never existed is not found (fault:N59)", async () => {
    const { id, turn, reader } = await asking(request("a"), request("b"))
    const answer = (which: string, optionId: string) =>
      failure(house, house.agents.answer(id, which, { optionId }, { ...OWNER, name: "bob" }))
    await house.run(house.agents.answer(id, "a", { optionId: "yes" }, { ...OWNER, name: "ann" }))
    const won = { _tag: "PermissionSettled", decision: { by: "ann", allow: true, optionId: "yes" } }
    expect(await answer("a", "no")).toMatchObject(won)
    runner.note({ type: "settled", requestId: "a", how: "taken" }, { type: "turn-ended", turn, outcome: "completed" })
    await turnsEnded(reader, 1)
    expect(await answer("a", "no")).toMatchObject(won)
    await house.close()
    house = await openHouse({ directory: directory.path, sqlite: true, runners: runner.layer })
    expect(await answer("a", "no")).toMatchObject(won)
    expect(await answer("b", "no")).toMatchObject({
      _tag: "PermissionSettled",
      message: expect.stringContaining("the turn was completed"),
    })
    expect(await answer("never", "no")).toMatchObject({ _tag: "PermissionNotFound", requestId: "never" })
    expect(await failure(house, house.agents.permission(id, "never"))).toMatchObject({ _tag: "PermissionNotFound" })
  })

  it("P-14 a question is answered whole, or refused with what is missing (fault:N8)", async () => {
    const choices = [{ label: "A" }, { label: "B, C" }, { label: "D" }]
    const questions = [
      { question: "One?", choices },
      { question: "Some?", choices, multiple: true },
      { question: "Free?", choices, free: true },
    ]
    const { id } = await asking(request("q", { kind: "question", questions }))
    const answer = (answers?: Record<string, string>) =>
      house.agents.answer(id, "q", { optionId: "yes", ...(answers === undefined ? {} : { answers }) }, OWNER)
    const refused = async (part: string, answers?: Record<string, string>): Promise<void> =>
      expect(await failure(house, answer(answers))).toMatchObject({
        _tag: "Unprocessable",
        field: "answers",
        message: expect.stringContaining(part),
      })
    const whole = { "One?": "A", "Some?": "B, C, D", "Free?": "whatever" }
    await refused('"One?" has no answer; "Some?" has no answer; "Free?" has no answer')
    await refused('"Free?" has no answer', { ...whole, "Free?": "  " })
    await refused('"One?" is answered by one of "A", "B, C", "D"', { ...whole, "One?": "A, D" })
    await refused('"Some?" is answered by some of', { ...whole, "Some?": "A, X" })
    await refused('"Other?" is not one of the questions', { ...whole, "Other?": "A" })
    expect(await house.run(answer(whole))).toMatchObject({ allow: true, answers: whole })
  })

  it("P-12 a rule that refuses says so to an agent that offers no way to refuse once", async () => {
    const { id, turn } = await asking(request("a"))
    await house.run(house.agents.answer(id, "a", { optionId: "no", remember: { scope: "session" } }, OWNER))
    const options = [{ id: "ever", label: "Always", kind: "allow_always" }] as const
    runner.note({ type: "asked", turn, request: request("b", { options }) })
    const told = () => runner.child.commands.find((command) => command.type === "answer" && command.requestId === "b")
    await runner.until("the refusal", () => told() !== undefined)
    expect(told()).toMatchObject({ outcome: { type: "cancelled", reason: "a rule refuses this" } })
  })

  it("P-11 a rule takes what allows once; where an agent offers only to remember, a person is asked (fault:N6)", async () => {
    const options = [{ id: "ever", label: "Always", kind: "allow_always" }] as const
    const { id, turn, reader } = await asking(request("a", { subject: "ls" }), request("c", { tool: "other" }))
    const remember = { scope: "session" } as const
    await house.run(house.agents.answer(id, "a", { optionId: "yes", remember }, OWNER))
    expect(
      await failure(
        house,
        house.agents.answer(
          id,
          "c",
          { optionId: "yes", remember: { scope: "session", covers: { type: "file", path: "/x" } } },
          OWNER,
        ),
      ),
    ).toMatchObject({
      field: "remember",
    })
    runner.note({ type: "asked", turn, request: request("b", { options }) }, { type: "asked", turn, request: request("d") })
    await reader.until("asked", (seen) => named(seen, "permission/asked").length === 4)
    const open = (await record(house, id)).permissions.filter(({ decision }) => decision === undefined)
    expect(open.map((one) => one.id)).toEqual(["c", "b"])
    expect(dataOf(named(reader, "permission/answered").at(-1))).toMatchObject({
      requestId: "d",
      decision: { optionId: "yes", by: "rule", rules: [{ tool: "bash", allow: true }] },
    })
  })
})
