import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import type { OperationInput } from "@holdfast/protocol/operations"
import { eventually } from "@holdfast/testkit/eventually"
import { createAgent, named, send, turnsEnded } from "@holdfast/testkit/hub/agent-house"
import { createTerminal, type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { ScriptedRunner } from "@holdfast/testkit/hub/scripted-runner"
import { type Caller, performed, type PerformedName } from "../src/Hub.ts"

const MINUTE = 60_000

describe.each(["memory", "sqlite"])("traces of sessions, %s", (store) => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  /** What a runner stamps has the time of its own thread. */
  const begin = Date.now()
  let runner: ScriptedRunner | undefined
  const open = async (): Promise<void> => {
    house = await openHouse({
      directory: directory.path,
      sqlite: store === "sqlite",
      ...(runner === undefined ? {} : { runners: runner.layer }),
    })
  }
  beforeEach(async () => {
    directory = await testDirectory()
    vi.useFakeTimers({ toFake: ["Date"], now: begin })
    runner = undefined
  })
  afterEach(async () => {
    vi.useRealTimers()
    await house.close()
    await directory.remove()
  })
  const pass = (milliseconds: number) => void vi.setSystemTime(Date.now() + milliseconds)
  const ask = <N extends PerformedName>(name: N, input: OperationInput<N>, by: Caller = OWNER) =>
    house.run(performed(house.hub, name, input, by))
  /** The trace of the last ten minutes, a bucket for each. */
  const trace = async (session: string) => {
    const { traces } = await ask("traces.list", { sessions: [session], minutes: 10, buckets: 10 })
    return traces[0]
  }

  it("L-6 L-7 an agent works, waits for a person and works again, with a notch for each message", async () => {
    await open()
    const { id, reader } = await createAgent(house, { options: { permissions: "ask" } })
    expect(await trace(id)).toBeUndefined()
    await send(house, id, "[[bash echo ok]]")
    await reader.until("the request", (seen) => named(seen, "permission/asked").length > 0)
    pass(3 * MINUTE)
    expect(await trace(id)).toEqual({ session: id, signs: ".......aaa", messages: [7] })
    const [request] = (await ask("sessions.get", { session: id })).permissions
    await ask("permissions.answer", { session: id, requestId: request?.id ?? "", optionId: "allow" })
    await turnsEnded(reader, 1)
    pass(3 * MINUTE)
    expect((await trace(id))?.signs).toBe("....aaaa..")
    const whole = await ask("traces.get", { session: id, buckets: 8 })
    expect(whole).toMatchObject({ session: id, from: begin, signs: "aaaaaaaa", messages: [0] })
    expect([...whole.seqs]).toEqual([...whole.seqs].sort((a, b) => a - b))
    expect(whole.seqs.at(-1)).toBeLessThanOrEqual((await ask("sessions.get", { session: id })).lastSeq)
  })

  it("L-6 a terminal works while it prints, and fails when its process does", async () => {
    runner = new ScriptedRunner("one")
    await open()
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    const seq = async () => (await ask("sessions.get", { session: id })).lastSeq
    const print = async (text: string) => {
      const before = await seq()
      runner?.print(text)
      await eventually("the output", 2000, async () => (await seq()) > before)
    }
    pass(MINUTE)
    for (let at = 0; at < 12; at++) {
      await print("more\r\n")
      pass(10_000)
    }
    pass(3 * MINUTE)
    await print("again\r\n")
    pass(MINUTE)
    runner.note({ type: "exit", code: 3 })
    await eventually("the exit", 2000, async () => (await ask("sessions.get", { session: id })).process === "exited")
    pass(MINUTE)
    const { signs = "", messages } = (await trace(id)) ?? {}
    expect(messages).toEqual([])
    expect(signs).toMatch(/^\.+w{2,3}\.+w\.?f\.?$/)
  })

  it("T-60 a terminal that is looked at from a window of another size, and redraws for it, was not active", async () => {
    runner = new ScriptedRunner("one")
    await open()
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    const now = async () => await ask("sessions.get", { session: id })
    const happens = async (what: () => void) => {
      const before = (await now()).lastSeq
      what()
      await eventually("the event", 2000, async () => (await now()).lastSeq > before)
      return await now()
    }
    const print = () => happens(() => runner?.print("again\r\n"))
    const { lastActiveAt } = await print()
    pass(8 * MINUTE)
    await happens(() => void ask("terminal.resize", { session: id, cols: 100, rows: 30 }))
    pass(400)
    const redrawn = await print()
    expect(redrawn).toMatchObject({ lastActiveAt, terminal: { cols: 100, resizedAt: begin + 8 * MINUTE } })
    expect((await ask("sessions.list", {})).sessions).toEqual([redrawn])
    expect((await trace(id))?.signs).toMatch(/^\.+w\.+$/)
    pass(1000)
    expect((await print()).lastActiveAt).toBe(Date.now())
    pass(MINUTE)
    expect((await trace(id))?.signs).toMatch(/^\.*w\.+w\.?$/)
  })

  it("L-7 of many sessions those with nothing are left out, and a bound credential sees its own alone", async () => {
    await open()
    const agents = await Promise.all([1, 2, 3].map(() => createAgent(house)))
    const [one, two] = agents
    for (const agent of [one, two]) {
      await send(house, agent?.id ?? "", "[[say hello]]")
      await turnsEnded(agent?.reader as never, 1)
    }
    const sessions = [...agents.map(({ id }) => id), "00000000-0000-7000-8000-000000000000"]
    const of = async (by: Caller = OWNER) => (await ask("traces.list", { sessions }, by)).traces.map(({ session }) => session)
    expect(await of()).toEqual([one?.id, two?.id])
    expect(await of({ ...OWNER, sessions: new Set([two?.id ?? ""]) })).toEqual([two?.id])
    expect(await ask("traces.list", { sessions })).toMatchObject({ from: begin - 30 * MINUTE, to: begin })
    pass(31 * MINUTE)
    expect(await of()).toEqual([])
  })

  if (store === "memory") return
  it("L-6 a trace outlasts restarts and folds, and what runs on through them is one stretch", async () => {
    await open()
    const { id, reader } = await createAgent(house, { options: { permissions: "ask" } })
    await send(house, id, "[[bash echo ok]]")
    await reader.until("the request", (seen) => named(seen, "permission/asked").length > 0)
    const before = await house.run(house.store.trace(id, 0, 100))
    await house.close()
    pass(5 * MINUTE)
    await open()
    expect(await house.run(house.store.trace(id, 0, before.length))).toEqual(before)
    expect((await trace(id))?.signs).toMatch(/^\.+a+/)
  })
})
