/** A message and the turn that answers it, as one stream, against a real hub. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { connect } from "@holdfast/client"
import type { Client, ConnectOptions } from "@holdfast/client"
import { sendAndFollow } from "@holdfast/client/model"
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import { messagesOf, openAgent, sendText, settledAgent, textOf } from "../src/agent-session.ts"
import { eventually } from "../src/eventually.ts"
import { startHub, type HubProcess } from "../src/hub-process.ts"
import { wholeLog } from "../src/logs.ts"
import { LossyNetwork } from "../src/lossy-network.ts"

let hub: HubProcess
const clients: Array<Client> = []

beforeAll(async () => {
  hub = await startHub()
})
afterAll(async () => {
  for (const client of clients.splice(0)) client.close()
  await hub.stop()
})

function open(options: ConnectOptions = {}): Client {
  const client = connect(hub.url(), { token: hub.token, backoff: { first: 20, most: 200 }, ...options })
  clients.push(client)
  return client
}

const text = (chunks: ReadonlyArray<AgentChunk>): string =>
  chunks.map((chunk) => (chunk.type === "text-delta" ? chunk.delta : "")).join("")

describe("a turn that is followed", () => {
  it("C-38 does not see a kill in the middle of a turn that it follows", async () => {
    const client = open()
    const { id } = await openAgent(hub)
    const chunks: Array<AgentChunk> = []
    for await (const chunk of sendAndFollow(client, id, "[[slow 40 20]]")) {
      chunks.push(chunk)
      if (chunks.length !== 10) continue
      await hub.kill("SIGKILL")
      await hub.start()
    }
    expect(text(chunks)).toBe(textOf((await messagesOf(hub, id))[1]!))
    expect(chunks.at(-1)).toMatchObject({ type: "finish" })
  })
})

// None of these does anything to the hub that the others would notice.
describe.concurrent("a client", () => {
  it("C-38 a message that is followed is sent once, and over cuts and the fold of its turn its chunks come to the stored message", async () => {
    const network = new LossyNetwork()
    const client = open({ fetch: network.fetch })
    const { id } = await openAgent(hub)
    network.lost = 2
    const turn = sendAndFollow(client, id, "[[slow 30 10]] [[say and done]]")
    const chunks: Array<AgentChunk> = []
    let end
    for (;;) {
      const step = await turn.next()
      if (step.done === true) {
        end = step.value
        break
      }
      chunks.push(step.value)
      const words = text(chunks).length
      if (words > 20 && network.posted > 0 && !network.isAway && chunks.length < 12) network.cut()
      if (chunks.length !== 15) continue
      network.isAway = true
      network.cut()
      await settledAgent(hub, id)
      await eventually("it is folded", 10_000, async () =>
        (await wholeLog(hub, id)).every(({ channel, type }) => channel !== "agent" || type === "folded"),
      )
      network.isAway = false
    }
    expect(network.posted).toBe(3)
    const messages = await messagesOf(hub, id)
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant"])
    const stored = messages[1]
    expect(end).toEqual({ turn: stored?.id, outcome: "completed", message: stored, replaced: false })
    expect(text(chunks)).toBe(textOf(stored!))
    expect(chunks.at(-1)).toMatchObject({ type: "finish" })
    expect(chunks.filter(({ type }) => type === "finish" || type === "start")).toHaveLength(2)
    expect(await turn.sent).toMatchObject({ status: "started" })
  })

  it.each([
    ["a turn that completes", "[[say and done]]", { type: "finish", finishReason: "stop" }],
    ["a turn that fails", "[[error 500]]", { type: "error", errorText: "the model answered with status 500" }],
  ])("C-38 %s is handed out with one start and one end, whatever its agent says of them", async (_, message, last) => {
    const { id } = await openAgent(hub)
    const chunks: Array<AgentChunk> = []
    for await (const chunk of sendAndFollow(open(), id, message)) chunks.push(chunk)
    const ends = chunks.filter(({ type }) => ["start", "finish", "abort", "error"].includes(type))
    expect(ends).toEqual([expect.objectContaining({ type: "start" }), last])
    expect(chunks.at(-1)).toEqual(last)
  })

  it("C-38 leaving a turn that is followed, or an abort, stops nothing; an interrupt ends it with abort", async () => {
    const client = open()
    const { id } = await openAgent(hub)
    for await (const _ of sendAndFollow(client, id, "[[slow 60 20]]")) break
    const ending = new AbortController()
    const aborted = sendAndFollow(client, id, "[[slow 10 20]] second", { signal: ending.signal })
    expect(await aborted.sent).toMatchObject({ status: "queued" })
    const step = aborted.next()
    ending.abort()
    await expect(step).rejects.toMatchObject({ tag: "Aborted" })
    await settledAgent(hub, id)
    const outcomes = (await messagesOf(hub, id)).flatMap(({ outcome }) => outcome ?? [])
    expect(outcomes).toEqual(["completed", "completed"])
    const chunks: Array<AgentChunk> = []
    for await (const chunk of sendAndFollow(client, id, "[[slow 1000 20]]")) {
      chunks.push(chunk)
      if (chunks.length === 8) await client.agents.interrupt(id)
    }
    expect(chunks.at(-1)).toEqual({ type: "abort" })
  })

  it("C-38 a message that is removed, a session that is deleted and a refusal end the following with an error", async () => {
    const client = open()
    const { id } = await openAgent(hub)
    await sendText(hub, id, "[[slow 2000 20]]")
    const waiting = sendAndFollow(client, id, { text: "never", key: "never" })
    const { messageId } = await waiting.sent
    const removed = expect(waiting.next()).rejects.toMatchObject({ tag: "MessageRemoved" })
    await client.agents.unqueue(id, messageId)
    await removed
    const deleted = sendAndFollow(client, id, "also never")
    await deleted.sent
    const ended = expect(deleted.next()).rejects.toMatchObject({ tag: "SessionDeleted" })
    await client.sessions.remove(id)
    await ended
    const refused = sendAndFollow(client, id, "too late")
    await expect(refused.next()).rejects.toMatchObject({ tag: "SessionNotReady" })
    await expect(refused.sent).rejects.toMatchObject({ tag: "SessionNotReady" })
  })
})
