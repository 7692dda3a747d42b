import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { createTerminal, type House, openHouse, OWNER, testDirectory } from "../hub-house.ts"
import { openSocket, RawClient, type SocketHouse, type SocketHouseOptions } from "../socket-house.ts"

describe("commands of the stream socket", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  const open: Array<{ readonly client: RawClient; readonly socket: SocketHouse }> = []
  const client = async (options: SocketHouseOptions = {}): Promise<RawClient> => {
    const socket = await openSocket(house, {}, options)
    const made = new RawClient(socket.port)
    open.push({ client: made, socket })
    await made.hello()
    return made
  }
  beforeEach(async () => {
    directory = await testDirectory()
    house = await openHouse({ directory: directory.path, sqlite: true })
  })
  afterEach(async () => {
    for (const { client: one, socket } of open.splice(0)) {
      one.ws.terminate()
      await socket.close()
    }
    await house.close()
    await directory.remove()
  })
  const failed = (tag: string) => ({ _tag: "Failure", cause: [{ _tag: "Fail", error: { _tag: tag } }] })

  it("S-1 S-6 many marks of one tick are answered in order with dense seqs, and a key is carried out once", async () => {
    const { id, lastSeq } = await createTerminal(house, { command: "/bin/cat" })
    const one = await client()
    const calls = Array.from({ length: 100 }, (_, at) => one.start("Mark", { session: id, mark: { text: `mark ${at}` } }))
    await one.until("the last answer", () => one.answerOf(calls.at(-1) ?? "") !== undefined)
    const answers = one.received.flatMap((each) => (each.kind === "answer" && calls.includes(each.id) ? [each] : []))
    expect(answers.map(({ id: call }) => call)).toEqual(calls)
    expect(answers.map(({ answer }) => answer.value?.["seq"])).toEqual(calls.map((_, at) => lastSeq + 1 + at))
    const keyed = { session: id, mark: { text: "once", key: "the-key" } }
    const twice = [one.start("Mark", keyed), one.start("Mark", keyed)]
    await one.until("both answers", () => twice.every((call) => one.answerOf(call) !== undefined))
    expect(one.answerOf(twice[1] ?? "")).toEqual(one.answerOf(twice[0] ?? ""))
    expect(await one.call("Mark", keyed)).toEqual(one.answerOf(twice[0] ?? ""))
    expect(await one.call("Mark", { session: id, mark: { text: "other", key: "the-key" } })).toMatchObject(failed("KeyConflict"))
    expect((await house.run(house.hub.get(id))).lastSeq).toBe(lastSeq + 101)
  })

  it("T-7 a size that no terminal has is InvalidSize on the socket too, and nothing else is (N34)", async () => {
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    const one = await client()
    const attach = (size: object) => one.call("Attach", { session: id, mode: "interactive", ...size })
    for (const size of [
      { cols: 1200, rows: 24 },
      { cols: 80, rows: 0 },
      { cols: 80, rows: 1e9 },
    ])
      expect(await attach(size), JSON.stringify(size)).toMatchObject(failed("InvalidSize"))
    expect(await one.call("Create", { kind: "terminal", cols: 1200 })).toMatchObject(failed("InvalidSize"))
    expect(await attach({ cols: "80", rows: 24 })).toMatchObject(failed("BadRequest"))
    expect(await attach({ cols: 1000, rows: 1 })).toMatchObject({ _tag: "Success" })
  })

  it("H-3 a command finds its session by its id, the end of it, or its label, in memory or not", async () => {
    const { id } = await createTerminal(house, { command: "/bin/cat", label: "the cat" })
    await house.close()
    house = await openHouse({ directory: directory.path, sqlite: true })
    const one = await client()
    const mark = (session: string) => one.call("Mark", { session, mark: { text: "found" } })
    for (const text of [id, id.slice(-12), "the cat"]) expect(await mark(text)).toMatchObject({ _tag: "Success" })
    expect(await mark("019aa5f0-1234-7abc-8def-0123456789ab")).toMatchObject(failed("SessionNotFound"))
    expect(await mark("nobody")).toMatchObject(failed("SessionNotFound"))
    await one.call("Update", { session: id, change: { label: "019aa5f0-1234-7abc-8def-0123456789ab" } })
    expect(await mark("019aa5f0-1234-7abc-8def-0123456789ab")).toMatchObject({ _tag: "Success" })
  })

  it("S6 a credential that may only read changes nothing", async () => {
    const { id, lastSeq } = await createTerminal(house, { command: "/bin/cat" })
    const refused = await new Promise((done) =>
      house.hub.change(id, { _tag: "Mark", mark: { text: "no" } }, { ...OWNER, scope: "read" }, done),
    )
    expect(refused).toMatchObject({ _tag: "Forbidden" })
    expect((await house.run(house.hub.get(id))).lastSeq).toBe(lastSeq)
  })

  it("X-4 a fault of the hub's own is reported, and its caller gets the fingerprint and no stack", async () => {
    const faults: Array<ReadonlyArray<string>> = []
    const hub: House["hub"] = {
      ...house.hub,
      get: () => Effect.die(new Error("in an effect")),
      change: () => {
        throw new Error("in a callback")
      },
      createThen: (_, __, answer) => setImmediate(() => answer(Exit.die(new Error("in a creation")))),
    }
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    const one = await client({ hub, fault: (...fault) => faults.push(fault) })
    for (const [command, payload, message] of [
      ["Get", { session: id }, "in an effect"],
      ["Mark", { session: id, mark: { text: "x" } }, "in a callback"],
      ["Create", { kind: "terminal" }, "in a creation"],
    ] as const) {
      const answer = await one.call(command, payload)
      expect(answer).toMatchObject(failed("InternalError"))
      const [stack, named, fingerprint] = faults.at(-1) ?? []
      expect(stack).toContain(message)
      expect(named).toBe(command)
      expect(answer.cause?.[0]?.error?.["fingerprint"]).toBe(fingerprint)
      expect(JSON.stringify(answer)).not.toContain(message)
    }
    expect(await one.call("List", {})).toMatchObject({ _tag: "Success" })
  })

  it("W-9 a closed connection lets go of what its commands wait for", async () => {
    let interrupted = (): void => {}
    const gone = new Promise<void>((resolve) => (interrupted = resolve))
    let waiting = (): void => {}
    const begun = new Promise<void>((resolve) => (waiting = resolve))
    const get = () => Effect.onInterrupt(Effect.andThen(Effect.sync(waiting), Effect.never), () => Effect.sync(interrupted))
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    const one = await client({ hub: { ...house.hub, get } })
    one.start("Get", { session: id })
    await begun
    one.ws.terminate()
    await gone
  })
})
