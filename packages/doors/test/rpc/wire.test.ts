/** The wire of the RPC door by hand: what no stock client sends, credit, and how connections end. */
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { RPC_CHUNK_MAX } from "@holdfast/protocol/chat/calls"
import { createAgent, messages, named, record, send, turnsEnded } from "@holdfast/testkit/hub/agent-house"
import { type House, openHouse, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { LineClient, openRpc, type RpcHouse } from "@holdfast/testkit/hub/rpc-house"

let directory: Awaited<ReturnType<typeof testDirectory>>
let house: House
let rpc: RpcHouse
let client: LineClient
let session: string

beforeEach(async () => {
  directory = await testDirectory()
  house = await openHouse({ directory: directory.path })
  rpc = await openRpc(house, { attachmentsMax: 4 })
  client = await new LineClient(rpc.url).open()
  session = (await createAgent(house)).id
})
afterEach(async () => {
  client.ws.terminate()
  await rpc.close()
  await house.close()
  await directory.remove()
})

const failed = (tag: string) => ({ exit: { _tag: "Failure", cause: [{ _tag: "Fail", error: { _tag: tag } }] } })

/** Bytes of each chunk, and how many were not acknowledged. */
const chunks = () => client.messages.filter(({ _tag }) => _tag === "Chunk")
const valuesOf = (message: object | undefined): ReadonlyArray<{ readonly _tag: string; readonly seq: number }> =>
  (message as { values?: ReadonlyArray<{ _tag: string; seq: number }> } | undefined)?.values ?? []

describe("the wire of the RPC door", () => {
  it.each([
    ["a number for a session", "chat.send", { session: 7, text: "x" }, "BadRequest"],
    ["no session", "chat.subscribe", {}, "BadRequest"],
    ["no payload", "chat.interrupt", null, "BadRequest"],
    ["a text for a cursor", "chat.subscribe", { session: "x", after: "1" }, "BadRequest"],
    ["a field that is not known", "chat.getState", { session: "x", colour: "red" }, "BadRequest"],
    ["an unknown mode", "chat.send", { session: "x", text: "x", mode: "shout" }, "BadRequest"],
    ["an unknown call", "chat.shout", { session: "x" }, "BadRequest"],
    ["a list", "chat.dequeue", [], "BadRequest"],
  ])("J-2 %s is a typed error, never a defect", async (_, tag, payload, error) => {
    client.request("1", tag, payload)
    expect(await client.exit("1")).toMatchObject(failed(error))
    client.request("2", "chat.getState", { session })
    expect(await client.exit("2")).toMatchObject({ exit: { _tag: "Success", value: { session } } })
  })

  it("J-2 X-5 a line that cannot be read, or is not to be trusted breaks nothing beside it", async () => {
    for (const line of ["no json\n", "[1]\n", '{"_tag":"Request","id":"9"}\n', '{"_tag":"Unheard"}\n']) {
      const before = client.messages.length
      client.send(line)
      await client.until("a defect", () => client.messages.length > before)
      expect(client.messages.at(-1)).toMatchObject({ _tag: "Defect", defect: expect.any(String) })
    }
    client.send(`{"_tag":"Request","id":"3","tag":"chat.interrupt","payload":{"session":"a","session":"b"},"headers":[]}\n`)
    expect(await client.exit("3")).toMatchObject(failed("BadRequest"))
    client.send(`{"_tag":"Request","id":"4","tag":"chat.interrupt","payload":{"__proto__":{}},"headers":[]}\n`)
    expect(await client.exit("4")).toMatchObject(failed("BadRequest"))
    // A message in pieces, and several in one.
    const text = JSON.stringify({ _tag: "Request", id: "5", tag: "chat.getState", payload: { session }, headers: [] })
    client.send(text.slice(0, 20))
    client.send(`${text.slice(20)}\n{"_tag":"Ping"}\n\n{"_tag":"Eof"}\n`)
    expect(await client.exit("5")).toMatchObject({ exit: { _tag: "Success" } })
    await client.until("a pong", () => client.messages.some(({ _tag }) => _tag === "Pong"))
    expect(client.closed).toBeUndefined()
  })

  it("J-2 an id that is under way is refused; a call whose answer is discarded, or a notification, is carried out", async () => {
    client.request("1", "chat.subscribe", { session })
    client.request("1", "chat.getState", { session })
    expect(await client.exit("1")).toMatchObject(failed("BadRequest"))
    client.request("2", "chat.send", { session, text: "told at its start" }, { discard: true })
    expect(await client.exit("2")).toEqual({ _tag: "Exit", requestId: "2", exit: { _tag: "Success", value: null } })
    client.request("3", "chat.send", { session, text: "not told" }, { isNotification: true })
    await client.until("both were said", () => chunks().flatMap(valuesOf).length > 0)
    client.request("4", "chat.getState", { session })
    await client.exit("4")
    const { queue } = await record(house, session)
    const said = [...queue.map(({ parts }) => parts), ...(await messages(house, session)).map(({ parts }) => parts)]
    expect(JSON.stringify(said)).toMatch(/told at its start.*not told|not told.*told at its start/)
    expect(client.messages.some(({ requestId }) => requestId === "3")).toBe(false)
  })

  it("J-7 check:V1 one chunk is under way until it is acknowledged, of 64 KiB at most, and the log is read no further", async () => {
    const agent = await createAgent(house)
    await send(house, agent.id, "[[tokens 8000]]")
    await turnsEnded(agent.reader, 1)
    const stored = agent.reader.list.length
    expect(stored).toBeGreaterThan(10)
    await send(house, agent.id, "[[tokens 8000]]")
    client.request("1", "chat.subscribe", { session: agent.id, after: 0 })
    await client.until("a first chunk", () => chunks().length === 1)
    await turnsEnded(agent.reader, 2)
    expect(chunks().length).toBe(1)
    const events: Array<{ readonly _tag: string; readonly seq: number }> = []
    const count = (tag: string): number => events.filter(({ _tag }) => _tag === tag).length
    // A reader that has caught up while the agent speaks is told the end as it comes.
    for (;;) {
      const at = chunks().length
      const chunk = chunks().at(-1)
      const values = valuesOf(chunk)
      if (values.length > 1) expect(JSON.stringify(chunk).length).toBeLessThanOrEqual(RPC_CHUNK_MAX + 1000)
      events.push(...values)
      if (count("Synced") === 1 && count("SessionStopped") === 2) break
      // In the form of the stock client, or in any other.
      client.send(at % 2 === 0 ? { _tag: "Ack", requestId: "1" } : '{ "requestId": "1", "_tag": "Ack" }\n')
      await client.until("the next chunk", () => chunks().length > at)
      expect(chunks().length).toBe(at + 1)
    }
    const seqs = events.filter(({ _tag }) => _tag !== "Synced").map(({ seq }) => seq)
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
  })

  it("J-7 check:V1 a reader that stops holds up neither its other calls nor other readers", async () => {
    const agent = await createAgent(house)
    client.request("1", "chat.subscribe", { session: agent.id })
    await client.until("the state", () => chunks().length === 1)
    await send(house, agent.id, "[[slow 20000 0]]")
    client.request("2", "chat.interrupt", { session: agent.id })
    expect(await client.exit("2")).toMatchObject({ exit: { _tag: "Success" } })
    await turnsEnded(agent.reader, 1)
    expect(chunks().length).toBe(1)
  })

  it("J-8 an interrupt of a subscription, and a lost connection, detach and stop no turn (trap:5)", async () => {
    const agent = await createAgent(house)
    client.request("1", "chat.subscribe", { session: agent.id })
    await client.until("the state", () => chunks().length === 1)
    client.request("2", "chat.send", { session: agent.id, text: "[[slow 20 10]] done" })
    await client.exit("2")
    client.send({ _tag: "Interrupt", requestId: "1" })
    expect(await client.exit("1")).toMatchObject({ exit: { _tag: "Failure", cause: [{ _tag: "Interrupt" }] } })
    client.ws.terminate()
    await turnsEnded(agent.reader, 1)
    expect(named(agent.reader, "turn/ended")).toMatchObject([{ data: { outcome: "completed" } }])
    expect((await messages(house, agent.id)).at(-1)).toMatchObject({ role: "assistant", outcome: "completed" })
  })

  it("J-8 G-7 a stop of the hub and a revoked credential end each subscription with an error, then the connection", async () => {
    client.request("1", "chat.subscribe", { session })
    await client.until("the state", () => chunks().length === 1)
    rpc.door.closeCredential("another", "the credential was revoked")
    rpc.door.closeCredential("owner", "the credential was revoked")
    expect(await client.exit("1")).toMatchObject(failed("SubscriptionEnded"))
    await client.until("it is closed", () => client.closed !== undefined)
    expect(client.closed).toEqual({ code: 1008, reason: "the credential was revoked" })
    client = await new LineClient(rpc.url).open()
    client.request("1", "chat.subscribe", { session })
    await client.until("the state", () => chunks().length === 1)
    await rpc.door.stop()
    expect(await client.exit("1")).toMatchObject(failed("SubscriptionEnded"))
    await client.until("it is closed", () => client.closed !== undefined)
    expect(client.closed?.code).toBe(1001)
  })

  it("J-7 a connection has at most `attachmentsMax` subscriptions", async () => {
    for (let at = 0; at < 5; at++) client.request(`${at}`, "chat.subscribe", { session })
    expect(await client.exit("4")).toMatchObject(failed("Busy"))
    await client.until("the others have their state", () => chunks().length === 4)
  })

  it("J-8 a client that answers nothing for too long is let go", async () => {
    const strict = await openRpc(house, { socketSilence: 300 })
    const answering = await new LineClient(strict.url).open()
    const silent = await new LineClient(strict.url).open()
    silent.ws.pause()
    await expect.poll(() => strict.door.connections(), { timeout: 5000 }).toBe(1)
    expect(answering.closed).toBeUndefined()
    for (const { ws } of [silent, answering]) ws.terminate()
    await strict.close()
  })
})
