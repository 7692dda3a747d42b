/** The Socket.IO door as its official client sees it, against a real hub. */
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { eventually } from "@holdfast/testkit/eventually"
import { createAgent } from "@holdfast/testkit/hub/agent-house"
import { createTerminal, type House, openHouse, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { channelOf } from "../../src/socket-io/run-events.ts"
import { IoClient, type IoHouse, openIo } from "./io-house.ts"

let directory: Awaited<ReturnType<typeof testDirectory>>
let house: House
let door: IoHouse
const clients: Array<IoClient> = []
const client = (options: object = {}): IoClient => {
  const made = new IoClient(door.port, options)
  clients.push(made)
  return made
}

beforeEach(async () => {
  directory = await testDirectory()
  house = await openHouse({ directory: directory.path })
  door = await openIo(house)
})
afterEach(async () => {
  for (const one of clients.splice(0)) one.close()
  await door.close()
  await house.close()
  await directory.remove()
})

/** A request, as far as it is answered here. */
interface Asking {
  readonly id: string
  readonly options: ReadonlyArray<{ readonly id: string }>
}

const logOf = async (id: string) =>
  (await house.run(house.hub.events(id, { after: 0, limit: 500 }))).events.map((text) => JSON.parse(text))

describe("a client of Socket.IO", () => {
  it.each([["websocket"], ["polling"]])(
    "K-2 K-5 attaches, types and leaves over %s, and each is acknowledged",
    async (transport) => {
      const { id } = await createTerminal(house, { command: "/bin/cat" })
      const one = client({ transports: [transport] })
      expect(await one.ask("client:hello", { clientId: "laptop-1234", name: "Ada" })).toMatchObject({
        clientId: "laptop-1234",
        protocol: 1,
        hub: house.hub.id,
      })
      expect(await one.ask("run:attach", { runId: id, after: 0 })).toMatchObject({ runId: id, session: { id, kind: "terminal" } })
      await one.until("it is up to date", ({ events }) => events.some(({ name }) => name === "synced"))
      const [viewers] = await house.run(house.hub.viewers(id))
      expect(viewers?.viewers).toMatchObject([{ client: "laptop-1234", name: "Ada", mode: "viewer" }])
      expect(await one.ask("run:input", { runId: id, key: "typed-1", data: "hello\r" })).toEqual({ seq: expect.any(Number) })
      await one.until("what was typed", ({ output }) => output.split("hello").length === 3)
      expect(await one.ask("run:close", { runId: id })).toEqual({ runId: id })
      expect((await house.run(house.hub.viewers(id)))[0]?.viewers).toEqual([])
      expect((await house.run(house.hub.get(id))).process).toBe("running")
      expect(one.heard[0]).toBe("ack client:hello")
      expect(one.heard.indexOf("session/created")).toBe(one.heard.indexOf("ack run:attach") + 1)
    },
  )

  it("K-2 begins with polling and changes to a WebSocket, as it does without options", async () => {
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    const one = client({ transports: ["polling", "websocket"] })
    await one.ask("run:attach", { runId: id, after: 0 })
    await eventually("the upgrade", 5000, () => one.socket.io.engine.transport.name === "websocket")
    await one.ask("run:input", { runId: id, key: "typed-1", data: "after the upgrade\r" })
    await one.until("what was typed", ({ output }) => output.split("after the upgrade").length === 3)
    expect(one.named("session/created")).toHaveLength(1)
  })

  it("K-2 X-1 is refused in the acknowledgement, in the shape of errors over HTTP", async () => {
    const one = client()
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    const missing = "00000000-0000-7000-8000-000000000000"
    for (const [event, body, tag] of [
      ["run:interrupt", { runId: id }, "BadRequest"],
      ["client:hello", { clientId: "x" }, "BadRequest"],
      ["run:attach", { runId: id, colour: "red" }, "BadRequest"],
      ["run:attach", { runId: id, after: -1 }, "CursorInvalid"],
      ["run:attach", { runId: missing }, "SessionNotFound"],
      ["run:input", { runId: id, data: "no key" }, "BadRequest"],
      ["run:input", { runId: id, key: "with a space", data: "x" }, "Unprocessable"],
      ["run:input", { runId: id, key: "k", data: { text: "x", base64: "eA==" } }, "BadRequest"],
      ["run:input", { runId: id, key: "k", data: ["x"] }, "BadRequest"],
      ["run:input", { runId: missing, key: "k", data: "x" }, "SessionNotFound"],
      ["run:close", { runId: id }, "SessionNotFound"],
    ] as const) {
      const { error } = await one.ask(event, body)
      expect([event, body, error?.tag === "Unprocessable" ? tag : error?.tag]).toEqual([event, body, tag])
      expect(error?.message.length).toBeGreaterThan(10)
    }
    expect((await one.ask("run:attach", { runId: id }, "more")).error?.tag).toBe("BadRequest")
    expect((await one.ask("run:attach")).error?.tag).toBe("BadRequest")
  })

  it("K-2 that asks for no acknowledgement hears of a refusal in a notice", async () => {
    const one = client()
    one.socket.emit("run:attach", { runId: "none" })
    await one.until("the notice", ({ events }) => events.length > 0)
    expect(one.events[0]).toMatchObject({
      runId: "none",
      channel: "system:status",
      name: "refused",
      event: "run:attach",
      error: { tag: "SessionNotFound" },
    })
  })

  it("K-3 gets the same acknowledgement for the same key, and types once; other data is KeyConflict", async () => {
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    const [one, other] = [client(), client()]
    await one.ask("run:attach", { runId: id, after: 0 })
    const first = await one.ask("run:input", { runId: id, key: "typed-1", data: "only once\r" })
    expect(await other.ask("run:input", { runId: id, key: "typed-1", data: "only once\r" })).toEqual(first)
    expect(await one.ask("run:input", { runId: id, key: "typed-1", data: "other\r" })).toMatchObject({
      error: { tag: "KeyConflict" },
    })
    await one.ask("run:input", { runId: id, key: "typed-2", data: new Uint8Array(Buffer.from("bytes\r")) })
    await one.until("the bytes", ({ output }) => output.split("bytes").length === 3)
    expect(one.output.split("only once")).toHaveLength(3)
    expect(one.output).not.toContain("other")
  })

  it("K-3 stops a turn once for a key, answers a request, and sends parts and modes", async () => {
    const { id } = await createAgent(house)
    const one = client()
    await one.ask("run:attach", { runId: id, after: 0 })
    expect(await one.ask("run:input", { runId: id, key: "m-1", data: "[[slow 1000 20]]" })).toMatchObject({ status: "started" })
    await one.until("words", ({ events }) => events.some(({ channel }) => channel === "claude:delta"))
    const stop = { runId: id, key: "stop-1", data: { interrupt: true } }
    const answers = await Promise.all([one.ask("run:input", stop), one.ask("run:input", stop)])
    expect(answers[0]).toEqual(answers[1])
    await one.until("the end", ({ events }) => events.some(({ channel }) => channel === "claude:result"))
    const parts = [{ type: "text", text: "[[slow 300 20]]" }]
    await one.ask("run:input", { runId: id, key: "m-2", data: { parts, mode: "queue" } })
    const seen = one.events.length
    await one.until("words of the next turn", ({ events }) =>
      events.slice(seen).some(({ channel }) => channel === "claude:delta"),
    )
    expect(await one.ask("run:input", stop)).toEqual(answers[0])
    expect(await one.ask("run:input", { ...stop, data: { interrupt: true, more: 1 } })).toMatchObject({
      error: { tag: "BadRequest" },
    })
    expect(await one.ask("run:input", { ...stop, key: "stop-2", data: { interrupt: 1 } })).toMatchObject({
      error: { tag: "BadRequest" },
    })
    expect((await house.run(house.hub.get(id))).turn.status).toBe("streaming")
    await one.ask("run:input", { ...stop, key: "stop-3" })
    await one.until("its end", ({ events }) => events.filter(({ channel }) => channel === "claude:result").length === 2)

    await one.ask("run:input", { runId: id, key: "m-3", data: "[[ask Which?|This|That]]" })
    await one.until("the question", ({ events }) => events.some(({ name }) => name === "permission/asked"))
    const asked = one.named("permission/asked")[0]?.data as { readonly request?: Asking } | undefined
    const { id: requestId, options } = asked?.request ?? { id: "", options: [] }
    const answer = { runId: id, key: "a-1", data: { requestId, optionId: options[0]?.id } }
    const decided = await one.ask("run:input", answer)
    expect(await one.ask("run:input", answer)).toEqual(decided)
  })

  it("K-4 hears every event under a named channel or its own, with its own name, in the order of the log", async () => {
    const { id } = await createAgent(house)
    const one = client()
    await one.ask("run:attach", { runId: id, after: 0 })
    await one.ask("run:input", { runId: id, key: "m-1", data: "[[think hm]] [[say yes]] [[bash true]]" })
    await one.until("the end", ({ events }) => events.some(({ channel }) => channel === "claude:result"))
    const channels = (name: string): ReadonlyArray<string> => [...new Set(one.named(name).map(({ channel }) => channel))]
    expect(channels("session/created")).toEqual(["system:status"])
    expect(channels("turn/started")).toEqual(["system:status"])
    expect(channels("agent/text-delta")).toEqual(["claude:delta"])
    expect(channels("agent/reasoning-delta")).toEqual(["claude:delta"])
    expect(channels("agent/start-step")).toEqual(["agent"])
    expect(channels("queue/added")).toEqual(["queue"])
    expect(channels("message/added")).toEqual(["claude:message"])
    expect(channels("turn/ended")).toEqual(["claude:result"])
    expect(channels("synced")).toEqual(["system:status"])
    let last = 0
    for (const { name, seq = 0, from = seq } of one.events) {
      if (name === "synced") continue
      expect([name, from]).toEqual([name, last + 1])
      last = seq
    }
    const log = await logOf(id)
    const lasting = log.filter(({ channel }) => channel !== "agent")
    for (const { channel, ...event } of lasting)
      expect(one.events).toContainEqual({ runId: id, name: `${channel}/${event.type}`, channel: expect.any(String), ...event })
  })

  it("K-4 names six channels of terminals and agents, and leaves every other event its own", () => {
    expect([
      channelOf("terminal", "output"),
      channelOf("terminal", "resize"),
      channelOf("terminal", "exit"),
      channelOf("agent", "tool-input-delta"),
      channelOf("message", "added"),
      channelOf("turn", "ended"),
      channelOf("session", "renamed"),
      channelOf("terminal", "title"),
      channelOf("permission", "asked"),
    ]).toEqual([
      ...["pty:stdout", "pty:resize", "system:status", "claude:delta", "claude:message", "claude:result"],
      ...["session", "terminal", "permission"],
    ])
  })

  it("K-4 K-5 starts from a snapshot without a cursor, and resumes after its last seq with one", async () => {
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    const one = client()
    await one.ask("run:attach", { runId: id })
    await one.until("it is up to date", ({ events }) => events.some(({ name }) => name === "synced"))
    expect(one.events[0]).toMatchObject({
      channel: "system:status",
      name: "snapshot",
      reason: "fresh",
      cols: 80,
      rows: 24,
      session: { id },
    })
    const log = String((await one.ask("run:attach", { runId: id, after: 1 }))["log"])
    await one.until("it is up to date again", ({ events }) => events.filter(({ name }) => name === "synced").length === 2)
    expect(one.named("synced")[1]).toMatchObject({ log })
    expect((await house.run(house.hub.viewers(id)))[0]?.viewers).toHaveLength(1)
    await one.ask("run:attach", { runId: id, after: 1, log: "another" })
    await one.until("the reset", ({ events }) => events.some(({ name, reason }) => name === "snapshot" && reason === "reset"))
  })
})
