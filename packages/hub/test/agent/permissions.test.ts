import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { type House, type HouseOptions, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import {
  type AgentSession,
  createAgent,
  dataOf,
  failure,
  messages,
  named,
  record,
  send,
  turnsEnded,
} from "@holdfast/testkit/hub/agent-house"

describe("permission requests of an agent", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  const open = async (options: Partial<HouseOptions> = {}): Promise<House> =>
    (house = await openHouse({ directory: directory.path, ...options }))
  beforeEach(async () => {
    directory = await testDirectory()
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })
  const asking = (): Promise<AgentSession> => createAgent(house, { options: { permissions: "ask" }, cwd: directory.path })
  const asked = async ({ id, reader }: AgentSession, count = 1): Promise<string> => {
    await reader.until(`${count} requests`, (seen) => named(seen, "permission/asked").length >= count)
    const open = (await record(house, id)).permissions.filter(({ decision }) => decision === undefined)
    return open.at(-1)?.id ?? ""
  }

  it("P-1 P-2 a request is listed over all sessions, the first answer wins, a later one learns which", async () => {
    await open()
    const session = await asking()
    await send(house, session.id, "[[bash echo allowed]]")
    const request = await asked(session)
    expect(await house.run(house.agents.waiting)).toMatchObject([
      { session: session.id, agent: "scripted", request: { id: request } },
    ])
    const decision = await house.run(house.agents.answer(session.id, request, { optionId: "allow" }, OWNER))
    expect(decision).toMatchObject({ optionId: "allow", allow: true, by: "owner" })
    expect(await failure(house, house.agents.answer(session.id, request, { optionId: "reject" }, OWNER))).toMatchObject({
      _tag: "PermissionSettled",
    })
    await turnsEnded(session.reader, 1)
    expect(await house.run(house.agents.waiting)).toEqual([])
    expect(JSON.stringify(await messages(house, session.id))).toContain("allowed")
  })

  it("P-22 an edited command is what runs, and is in the log; where it does not fit it is refused with why", async () => {
    await open()
    const session = await asking()
    await send(house, session.id, "[[bash echo asked]] [[write notes.txt hello]]")
    const request = await asked(session)
    expect((await record(house, session.id)).permissions).toMatchObject([{ id: request, editable: true }])
    const answer = (which: string, given: object) =>
      house.agents.answer(session.id, which, { optionId: "allow", ...given }, OWNER)
    const refused = async (which: string, given: object, part: string): Promise<void> =>
      expect(await failure(house, answer(which, given))).toMatchObject({
        _tag: "Unprocessable",
        field: "subject",
        message: expect.stringContaining(part),
      })
    await refused(request, { subject: "  " }, "cannot be empty")
    await refused(request, { subject: "echo x", remember: { scope: "session" } }, "makes no rule")
    await refused(request, { subject: "echo x", optionId: "reject" }, "a refusal edits nothing")
    expect(await house.run(answer(request, { subject: "echo edited" }))).toMatchObject({ allow: true, subject: "echo edited" })
    const second = await asked(session, 2)
    await refused(second, { subject: "other.txt" }, "does not take an edited command")
    await house.run(answer(second, {}))
    await turnsEnded(session.reader, 1)
    expect(JSON.stringify(await messages(house, session.id))).toContain('"output":"edited\\n"')
    const edit = `"callProviderMetadata":{"holdfast":{"ranInstead":"echo edited","editedBy":"${OWNER.name}"}}`
    expect(JSON.stringify(await messages(house, session.id))).toContain(edit)
    expect(dataOf(named(session.reader, "permission/answered")[0])["decision"]).toMatchObject({ subject: "echo edited" })
  })

  it("P-3 what is open is cancelled with its turn", async () => {
    await open()
    const session = await asking()
    await send(house, session.id, "[[bash echo never]]")
    const request = await asked(session)
    await house.run(house.agents.interrupt(session.id, OWNER))
    await turnsEnded(session.reader, 1)
    expect(named(session.reader, "permission/cancelled").map((event) => dataOf(event)["requestId"])).toEqual([request])
    expect((await record(house, session.id)).permissions).toEqual([])
    expect(await failure(house, house.agents.answer(session.id, request, { optionId: "allow" }, OWNER))).toMatchObject({
      _tag: "PermissionSettled",
    })
  })

  it("P-4 P-5 an answer that is remembered always answers in other sessions too, the log names the rule, until it is forgotten", async () => {
    await open({ sqlite: true })
    const first = await asking()
    await send(house, first.id, "[[bash echo one]]")
    const request = await asked(first)
    const covers = { type: "commands", cwd: directory.path, argv: ["echo"] } as const
    const remember = { scope: "always", covers } as const
    await house.run(house.agents.answer(first.id, request, { optionId: "allow", remember }, OWNER))
    await turnsEnded(first.reader, 1)
    await house.close()
    await open({ sqlite: true })
    const rules = await house.run(house.agents.rules())
    expect(rules).toMatchObject([{ allow: true, covers }])
    const second = await asking()
    await send(house, second.id, "[[bash echo two]]")
    await turnsEnded(second.reader, 1)
    expect(dataOf(named(second.reader, "permission/answered")[0])["decision"]).toMatchObject({ by: "rule", rules })
    expect(await house.run(house.agents.forgetRule(rules[0] as never, OWNER))).toEqual({ forgotten: true })
    expect(await house.run(house.agents.forgetRule(rules[0] as never, OWNER))).toEqual({ forgotten: false })
    await send(house, second.id, "[[bash echo three]]")
    await asked(second, 2)
    await house.run(house.agents.interrupt(second.id, OWNER))
    await turnsEnded(second.reader, 2)
  })

  it("P-4 another command than the remembered one is asked for", async () => {
    await open()
    const session = await asking()
    await send(house, session.id, "[[bash echo one]]")
    const covers = { type: "commands", cwd: directory.path, argv: ["echo"] } as const
    const remember = { scope: "session", covers } as const
    await house.run(house.agents.answer(session.id, await asked(session), { optionId: "allow", remember }, OWNER))
    await turnsEnded(session.reader, 1)
    await send(house, session.id, "[[bash echo two]] [[bash true]]")
    const request = await asked(session, 3)
    expect((await record(house, session.id)).permissions.find(({ id }) => id === request)).toMatchObject({ subject: "true" })
    await house.run(house.agents.answer(session.id, request, { optionId: "reject" }, OWNER))
    await turnsEnded(session.reader, 2)
    expect(await house.run(house.agents.rules())).toEqual([])
    expect(await house.run(house.agents.rules(session.id))).toMatchObject([{ tool: "bash", allow: true, covers }])
    const [rule] = await house.run(house.agents.rules(session.id))
    expect(await house.run(house.agents.forgetRule(rule as never, OWNER, session.id))).toEqual({ forgotten: true })
    expect(await house.run(house.agents.rules(session.id))).toEqual([])
  })

  it("P-6 a request without an answer in time expires, and the agent gets a refusal", async () => {
    await open({ settings: { permissionTimeout: 300 } })
    const session = await asking()
    await send(house, session.id, "[[bash echo never]]")
    await turnsEnded(session.reader, 1)
    expect(named(session.reader, "permission/expired")).toHaveLength(1)
    expect(named(session.reader, "permission/answered")).toHaveLength(0)
    expect(dataOf(named(session.reader, "turn/ended")[0])).toMatchObject({ outcome: "completed" })
    expect(JSON.stringify(await messages(house, session.id))).not.toContain("output-available")
  })
})
