import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Handlers, PerformedName } from "@holdfast/hub/Hub"
import { type Fields, noTelemetry, type Telemetry } from "@holdfast/hub/Telemetry"
import { handlerOf, withHandlers } from "@holdfast/testkit/hub/hub-calls"
import { createTerminal, type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { openSocket, RawClient, type SocketHouse, type SocketHouseOptions } from "@holdfast/testkit/hub/socket-house"

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
    const calls = Array.from({ length: 100 }, (_, at) => one.start("log.mark", { session: id, text: `mark ${at}` }))
    await one.until("the last answer", () => one.answerOf(calls.at(-1) ?? "") !== undefined)
    const answers = one.received.flatMap((each) => (each.kind === "answer" && calls.includes(each.id) ? [each] : []))
    expect(answers.map(({ id: call }) => call)).toEqual(calls)
    expect(answers.map(({ answer }) => answer.value?.["seq"])).toEqual(calls.map((_, at) => lastSeq + 1 + at))
    const keyed = { session: id, text: "once", key: "the-key" }
    const twice = [one.start("log.mark", keyed), one.start("log.mark", keyed)]
    await one.until("both answers", () => twice.every((call) => one.answerOf(call) !== undefined))
    expect(one.answerOf(twice[1] ?? "")).toEqual(one.answerOf(twice[0] ?? ""))
    expect(await one.call("log.mark", keyed)).toEqual(one.answerOf(twice[0] ?? ""))
    expect(await one.call("log.mark", { session: id, text: "other", key: "the-key" })).toMatchObject(failed("KeyConflict"))
    expect((await house.run(house.hub.get(id))).lastSeq).toBe(lastSeq + 101)
  })

  it("T-7 a size that no terminal has is InvalidSize on the socket too, and nothing else is (fault:N34)", async () => {
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    const one = await client()
    const attach = (size: object) => one.call("Attach", { session: id, mode: "interactive", ...size })
    for (const size of [
      { cols: 1200, rows: 24 },
      { cols: 80, rows: 0 },
      { cols: 80, rows: 1e9 },
    ])
      expect(await attach(size), JSON.stringify(size)).toMatchObject(failed("InvalidSize"))
    expect(await one.call("sessions.create", { kind: "terminal", cols: 1200 })).toMatchObject(failed("InvalidSize"))
    expect(await attach({ cols: "80", rows: 24 })).toMatchObject(failed("BadRequest"))
    expect(await attach({ cols: 1000, rows: 1 })).toMatchObject({ _tag: "Success" })
  })

  it("H-3 H-21 a command takes a whole id only, in memory or not, and Resolve finds it by a name (fault:N64)", async () => {
    const { id, lastSeq } = await createTerminal(house, { command: "/bin/cat", label: "the cat" })
    const one = await client()
    const mark = (session: string) => one.call("log.mark", { session, text: "here" })
    const names = [id.slice(-1), id.slice(-12), id.slice(0, 13), "the cat"]
    for (const name of names) {
      const refused = [
        await mark(name),
        await one.call("sessions.delete", { session: name }),
        await one.call("sessions.get", { session: name }),
      ]
      refused.push(
        await one.call("agent.interrupt", { session: name }),
        await one.call("Attach", { session: name, mode: "viewer" }),
      )
      for (const answer of refused) expect(answer).toMatchObject(failed("SessionNotFound"))
      expect(await one.call("sessions.resolve", { name })).toMatchObject({ _tag: "Success", value: { session: id } })
    }
    expect(await house.run(house.hub.get(id))).toMatchObject({ status: "active", lastSeq })
    expect(await mark(id)).toMatchObject({ _tag: "Success" })
    await house.close()
    house = await openHouse({ directory: directory.path, sqlite: true })
    const later = await client()
    expect(await later.call("log.mark", { session: id, text: "again" })).toMatchObject({ _tag: "Success" })
  })

  it("check:S6 a credential that may only read changes nothing", async () => {
    const { id, lastSeq } = await createTerminal(house, { command: "/bin/cat" })
    const reader = { ...OWNER, scope: "read" } as const
    const refused = await house.run(Effect.flip(house.hub.mark(id, { text: "no" }, reader)))
    expect(refused).toMatchObject({ _tag: "SessionPermissionError", session: id, user: "owner", action: "log.mark" })
    expect((await house.run(house.hub.get(id))).lastSeq).toBe(lastSeq)
  })

  it("X-4 a fault of the hub's own is reported, and its caller gets the fingerprint and no stack", async () => {
    const faults: Array<{ readonly message: string; readonly fields: Fields }> = []
    const telemetry: Telemetry = {
      ...noTelemetry,
      log: (level, message, fields = {}) => {
        if (level === "error") faults.push({ message, fields })
      },
    }
    const handlers: Partial<Handlers<PerformedName>> = {
      "sessions.get": handlerOf(() => Effect.die(new Error("in an effect"))),
      "log.mark": () => {
        throw new Error("in a callback")
      },
      "sessions.create": (_, __, done) => void setImmediate(() => done(Exit.die(new Error("in a creation")))),
    }
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    const one = await client({ hub: withHandlers(house.hub, handlers, telemetry), telemetry })
    for (const [command, payload, message] of [
      ["sessions.get", { session: id }, "in an effect"],
      ["log.mark", { session: id, text: "x" }, "in a callback"],
      ["sessions.create", { kind: "terminal" }, "in a creation"],
    ] as const) {
      const answer = await one.call(command, payload)
      expect(answer).toMatchObject(failed("InternalError"))
      const fault = faults.at(-1)
      expect(fault?.message).toContain(message)
      expect(fault?.fields["operation"]).toBe(command)
      expect(answer.cause?.[0]?.error?.["fingerprint"]).toBe(fault?.fields["fingerprint"])
      expect(JSON.stringify(answer)).not.toContain(message)
    }
    expect(await one.call("sessions.list", {})).toMatchObject({ _tag: "Success" })
  })

  it("W-9 a closed connection lets go of what its commands wait for", async () => {
    let interrupted = (): void => {}
    const gone = new Promise<void>((resolve) => (interrupted = resolve))
    let waiting = (): void => {}
    const begun = new Promise<void>((resolve) => (waiting = resolve))
    const get = handlerOf(() =>
      Effect.onInterrupt(Effect.andThen(Effect.sync(waiting), Effect.never), () => Effect.sync(interrupted)),
    )
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    const one = await client({ hub: withHandlers(house.hub, { "sessions.get": get }) })
    one.start("sessions.get", { session: id })
    await begun
    one.ws.terminate()
    await gone
  })

  it("W-12 (fault:N44) commands of one message begin while there is room for their answers, and others are served", async () => {
    let begun = 0
    const list = handlerOf(() =>
      Effect.sync(() => {
        begun++
        return { sessions: [], total: 0, more: false, next: "x".repeat(1024 * 1024) }
      }),
    )
    const socket = await openSocket(house, {}, { hub: withHandlers(house.hub, { "sessions.list": list }) })
    const [flood, calm] = [new RawClient(socket.port), new RawClient(socket.port)]
    open.push({ client: flood, socket }, { client: calm, socket })
    await flood.hello("flood-client")
    await calm.hello("calm-client-1")
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    flood.ws.pause()
    const commands = Array.from({ length: 100 }, (_, at) => ({
      _tag: "Request",
      id: `l${at}`,
      tag: "sessions.list",
      payload: {},
      headers: [],
    }))
    flood.ws.send(JSON.stringify(commands))
    for (let i = 0; i < 30; i++) expect(await calm.call("sessions.get", { session: id })).toMatchObject({ _tag: "Success" })
    // What the system's buffers on both sides hold, and the window.
    expect(begun).toBeGreaterThan(0)
    expect(begun).toBeLessThan(16)
    flood.ws.resume()
    await flood.until("the last answer", () => flood.answerOf("l99") !== undefined, 30_000)
    expect(begun).toBe(100)
    const answered = flood.received.flatMap((one) => (one.kind === "answer" && one.id.startsWith("l") ? [one.id] : []))
    expect(answered).toEqual(commands.map((command) => command.id))
  }, 60_000)

  it("W-12 a command that changes something does not wait for one that reads, and others keep their order", async () => {
    let begun = 0
    let finish = (): void => {}
    const first = new Promise<void>((resolve) => (finish = resolve))
    const screen = handlerOf(() =>
      Effect.promise(async () => {
        if (++begun === 1) await first
        return { cols: 80, rows: 24, cursor: { x: 0, y: 0, visible: true }, text: "", title: "", alternate: false, seq: begun }
      }),
    )
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    const one = await client({ hub: withHandlers(house.hub, { "terminal.screen": screen }) })
    const request = (at: string, tag: string, payload: object) => ({ _tag: "Request", id: at, tag, payload, headers: [] })
    const session = id
    one.ws.send(
      JSON.stringify([
        request("r1", "terminal.screen", { session }),
        request("r2", "terminal.screen", { session }),
        request("c1", "log.mark", { session, text: "one" }),
        request("d1", "Detach", { session }),
        request("c2", "log.mark", { session, text: "two" }),
      ]),
    )
    one.ws.send(JSON.stringify(request("c3", "log.mark", { session, text: "three" })))
    await one.until("the marks", () => one.answerOf("c3") !== undefined)
    const answered = () => one.received.flatMap((each) => (each.kind === "answer" && /^[rcd]\d$/.test(each.id) ? [each.id] : []))
    expect(answered()).toEqual(["c1", "c2", "c3"])
    expect(begun).toBe(1)
    finish()
    await one.until("the rest", () => one.answerOf("d1") !== undefined && one.answerOf("r2") !== undefined)
    expect(answered().filter((at) => !at.startsWith("c") && at !== "d1")).toEqual(["r1", "r2"])
    expect(one.answerOf("c1")).toMatchObject({ _tag: "Success" })
  })

  it("X-5 (fault:N50) a message with doubled keys, __proto__ or inexact numbers is refused whole, and the connection stays", async () => {
    const { id, lastSeq } = await createTerminal(house, { command: "/bin/cat" })
    const one = await client()
    const mark = (at: string, payload: string, more = "") => {
      one.ws.send(`{"_tag":"Request","id":"${at}","tag":"log.mark","payload":${payload},"headers":[]${more}}`)
      return one.until(at, () => one.answerOf(at) !== undefined).then(() => one.answerOf(at))
    }
    const bad = [
      `{"session":"${id}","text":"a","text":"b"}`,
      `{"session":"${id}","text":"a","__proto__":{"key":"k"}}`,
      `{"session":"${id}","text":"a","colour":"red"}`,
      `{"session":"${id}","text":"a","more":1}`,
      `{"session":"${id}","text":"a","n":9007199254740993}`,
    ]
    for (const [at, payload] of bad.entries()) expect(await mark(`b${at}`, payload), payload).toMatchObject(failed("BadRequest"))
    const good = `{"session":"${id}","text":"a"}`
    expect(await mark("doubled", good, ',"payload":{}')).toMatchObject(failed("BadRequest"))
    expect(await mark("unknown", good, ',"colour":"red"')).toMatchObject(failed("BadRequest"))
    for (const after of ['"NaN"', '"Infinity"', "-1", "0.5"]) {
      const asked = `a${after}`.replaceAll('"', "")
      one.ws.send(`{"_tag":"Request","id":"${asked}","tag":"WatchSessions","payload":{"after":${after}},"headers":[]}`)
      await one.until(asked, () => one.answerOf(asked) !== undefined)
      expect([after, one.answerOf(asked)?._tag]).toEqual([after, "Failure"])
    }
    expect(await mark("good", good)).toMatchObject({ _tag: "Success", value: { seq: lastSeq + 1 } })
    expect(Object.hasOwn(Object.prototype, "key")).toBe(false)
  })
})
