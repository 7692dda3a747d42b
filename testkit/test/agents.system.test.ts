/**
 * Agents over the doors of a real hub: the HTTP contract's answers, what is refused and how, streams and exports.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { AgentEntry } from "@holdfast/protocol/agent/agent"
import type { Sent } from "@holdfast/protocol/agent/message"
import type { PermissionDecision, WaitingPermission } from "@holdfast/protocol/agent/permission"
import type { Session, SessionPage } from "@holdfast/protocol/session"
import { checkedAgentLog, messagesOf, openAgent, recordOf, sendText, settledAgent, textOf } from "../src/agent-session.ts"
import { eventually } from "../src/eventually.ts"
import { startHub, type HubProcess } from "../src/hub-process.ts"
import { openConnection } from "../src/reader.ts"

interface Refusal {
  readonly error: { readonly tag: string; readonly message: string; readonly [field: string]: unknown }
}

let hub: HubProcess
let cwd: string
beforeAll(async () => {
  hub = await startHub()
  cwd = mkdtempSync(join(tmpdir(), "holdfast-agents-"))
})
afterAll(async () => {
  await hub.stop()
  rmSync(cwd, { recursive: true, force: true })
})

const refused = async (method: string, path: string, body?: unknown): Promise<readonly [number, string]> => {
  const answer = await hub.call<Refusal>(method, path, body)
  expect(answer.body.error.message.length, "an error says what to do").toBeGreaterThan(10)
  return [answer.status, answer.body.error.tag]
}

const asking = async (id: string): Promise<WaitingPermission> =>
  eventually("it asks", 10_000, async () => {
    const { body } = await hub.call<{ permissions: ReadonlyArray<WaitingPermission> }>("GET", "/api/permissions")
    return body.permissions.find(({ session }) => session === id)
  })

/** The text that a follower from a cursor hears until the turn ends. */
async function deltasAfter(id: string, after: number): Promise<string> {
  const response = await fetch(`${hub.url()}/api/sessions/${id}/events/stream?after=${after}`, {
    headers: { authorization: `Bearer ${hub.token}` },
    signal: AbortSignal.timeout(100_000),
  })
  const decoder = new TextDecoder()
  let text = ""
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    if (text.includes('"type":"ended"')) break
  }
  return [...text.matchAll(/^data: (\{"seq".*\})$/gm)]
    .map(([, json]) => JSON.parse(json ?? "") as { readonly type: string; readonly data: { readonly delta?: string } })
    .filter(({ type }) => type === "text-delta")
    .map(({ data }) => data.delta ?? "")
    .join("")
}

describe("agents over HTTP", () => {
  it("H-15 sends messages, started or queued, and returns the stored ones in pages", async () => {
    const { id } = await openAgent(hub, { cwd })
    const first = await sendText(hub, id, "[[slow 40 5]] one")
    expect(first.body).toMatchObject({ status: "started" })
    expect((await sendText(hub, id, "two")).body.status).toBe("queued")
    await settledAgent(hub, id)
    const all = await messagesOf(hub, id)
    expect(all.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"])
    expect(all[0]).toMatchObject({ id: first.body.messageId, turn: all[1]?.id })
    const newest = await hub.call<{ messages: ReadonlyArray<{ id: string }>; before: number }>(
      "GET",
      `/api/sessions/${id}/messages?limit=1`,
    )
    expect(newest.body.messages.map((message) => message.id)).toEqual([all[3]?.id])
    const older = await hub.call<{ messages: ReadonlyArray<{ id: string }> }>(
      "GET",
      `/api/sessions/${id}/messages?limit=2&before=${newest.body.before}`,
    )
    expect(older.body.messages.map((message) => message.id)).toEqual([all[1]?.id, all[2]?.id])
    expect(await refused("GET", `/api/sessions/${id}/messages?before=0`)).toEqual([400, "BadRequest"])
  })

  it("A-14 a session without a label is named after its first message, over HTTP and over the socket", async () => {
    const { id, label } = await openAgent(hub, { cwd })
    expect(label).toBe("scripted")
    await sendText(hub, id, "Look at the lighthouse\nand tell me more")
    const connection = openConnection(() => hub.port(), hub.token)
    await connection.online(10_000)
    const other = await connection.call("sessions.create", { kind: "agent", agent: "scripted", cwd })
    await connection.call("messages.send", { session: other.id, text: "Look at the lighthouse" })
    connection.close()
    for (const one of [id, other.id]) expect((await recordOf(hub, one)).label).toBe("Look at the lighthouse")
    const { body } = await hub.call<SessionPage>("GET", "/api/sessions?q=lighthouse")
    expect(body.total).toBe(2)
    await Promise.all([id, other.id].map((one) => settledAgent(hub, one)))
    await checkedAgentLog(hub, id)
  })

  it("H-16 edits, removes, reorders, holds and releases the queue", async () => {
    const { id } = await openAgent(hub, { cwd })
    await sendText(hub, id, "[[slow 400 5]]")
    await eventually("it is taken", 5000, async () => (await recordOf(hub, id)).queue.length === 0)
    const ids: Array<string> = []
    for (const text of ["a", "b", "c"]) ids.push((await sendText(hub, id, text)).body.messageId)
    const [a = "", b = "", c = ""] = ids
    expect((await hub.call<Session>("PATCH", `/api/sessions/${id}/queue/${a}`, { text: "A" })).status).toBe(200)
    expect((await hub.call<Session>("PUT", `/api/sessions/${id}/queue`, { order: [c, a, b] })).status).toBe(200)
    expect((await hub.call<Session>("DELETE", `/api/sessions/${id}/queue/${b}`)).body.queue.map((item) => item.id)).toEqual([
      c,
      a,
    ])
    expect((await hub.call<Session>("POST", `/api/sessions/${id}/queue/hold`)).body.agent?.hold?.reason).toBe("person")
    await hub.call("POST", `/api/sessions/${id}/interrupt`)
    await eventually("the turn has ended", 5000, async () => (await recordOf(hub, id)).turn.status === "idle")
    expect((await recordOf(hub, id)).queue).toHaveLength(2)
    expect((await hub.call("POST", `/api/sessions/${id}/queue/release`)).status).toBe(200)
    await settledAgent(hub, id)
    const users = (await messagesOf(hub, id)).filter(({ role }) => role === "user").map(textOf)
    expect(users.slice(1)).toEqual(["c", "A"])
    expect(await refused("DELETE", `/api/sessions/${id}/queue/${a}`)).toEqual([409, "MessageNotQueued"])
    expect(await refused("POST", `/api/sessions/${id}/queue/${a}/resolve`, { action: "again" })).toEqual([
      409,
      "MessageNotQueued",
    ])
    expect(await refused("PUT", `/api/sessions/${id}/queue`, { order: [a] })).toEqual([409, "SessionNotReady"])
  })

  it("H-17 interrupts a turn and changes the model of an agent", async () => {
    const { id } = await openAgent(hub, { cwd })
    expect((await hub.call("POST", `/api/sessions/${id}/interrupt`)).body).toEqual({ interrupted: false })
    await sendText(hub, id, "[[slow 4000 5]]")
    await eventually("it streams", 5000, async () => (await recordOf(hub, id)).lastSeq > 30)
    expect((await hub.call("POST", `/api/sessions/${id}/interrupt`)).body).toEqual({ interrupted: true })
    await settledAgent(hub, id)
    const [, answer] = await messagesOf(hub, id)
    expect(answer?.outcome).toBe("interrupted")
    expect(textOf(answer ?? (undefined as never))).toMatch(/^word0 word1/)
    expect((await hub.call<Session>("PATCH", `/api/sessions/${id}/agent`, { model: "other" })).status).toBe(200)
    await eventually("the agent tells its model", 5000, async () => (await recordOf(hub, id)).agent?.info.model === "other")
  })

  it("H-18 lists what waits over all sessions, takes one answer, and shows it to later callers", async () => {
    const { id } = await openAgent(hub, { cwd })
    await sendText(hub, id, "[[write h18.txt yes]]")
    const { request, agent } = await asking(id)
    expect(agent).toBe("scripted")
    const path = `/api/sessions/${id}/permissions/${request.id}`
    expect(await refused("POST", path, { optionId: "no-such" })).toEqual([422, "Unprocessable"])
    const option = request.options.find(({ kind }) => kind === "allow_once")?.id ?? ""
    const won = await hub.call<PermissionDecision>("POST", path, { optionId: option, remember: { scope: "always" } })
    expect(won.body).toMatchObject({ optionId: option, allow: true })
    const late = await hub.call<Refusal>("POST", path, { optionId: option })
    expect([late.status, late.body.error.tag]).toEqual([409, "PermissionSettled"])
    await settledAgent(hub, id)
    expect(await refused("POST", path, { optionId: option })).toEqual([409, "PermissionSettled"])
    const rules = await hub.call<{ rules: ReadonlyArray<object> }>("GET", "/api/permissions/rules")
    expect(rules.body.rules).toHaveLength(1)
    const other = await openAgent(hub, { cwd })
    await sendText(hub, other.id, "[[write h18-b.txt yes]]")
    await settledAgent(hub, other.id)
    const log = await checkedAgentLog(hub, other.id)
    expect(log.find(({ type }) => type === "answered")).toMatchObject({ data: { decision: { by: "rule" } } })
    expect((await hub.call("POST", "/api/permissions/rules/forget", rules.body.rules[0])).body).toEqual({ forgotten: true })
  })

  it("H-19 lists the agents, with what is missing", async () => {
    const { body } = await hub.call<{ agents: ReadonlyArray<AgentEntry> }>("GET", "/api/agents")
    expect(body.agents.find(({ name }) => name === "scripted")).toMatchObject({ installed: true, default: true })
    for (const { installed, missing } of body.agents) expect(installed || (missing ?? "").length > 10).toBe(true)
  })

  it("A-1 Q-11 refuses what it cannot do, with a tag and words, and makes no session", async () => {
    const before = (await hub.call<{ total: number }>("GET", "/api/sessions?limit=1")).body.total
    const create = (body: object) => refused("POST", "/api/sessions", { kind: "agent", cwd, ...body })
    expect(await create({ agent: "nobody" })).toEqual([422, "AgentUnknown"])
    expect(await create({ agent: "scripted", options: { pace: "fast" } })).toEqual([422, "Unprocessable"])
    expect(await create({ agent: "scripted", cwd: join(cwd, "missing") })).toEqual([422, "Unprocessable"])
    expect((await hub.call<{ total: number }>("GET", "/api/sessions?limit=1")).body.total).toBe(before)
    const { id } = await openAgent(hub, { cwd })
    const send = (body: unknown) => refused("POST", `/api/sessions/${id}/messages`, body)
    expect(await send({ text: "  " })).toEqual([422, "Unprocessable"])
    expect(await send({})).toEqual([422, "Unprocessable"])
    expect(await send({ text: "x", mode: "shout" })).toEqual([400, "BadRequest"])
    expect(await send({ text: "x".repeat(900_000) })).toEqual([413, "TooLarge"])
    await sendText(hub, id, "[[slow 200 5]]")
    expect(await send({ text: "x", mode: "reject" })).toEqual([409, "AgentBusy"])
    const terminal = await hub.call<Session>("POST", "/api/sessions", { kind: "terminal", command: "true" })
    expect(await refused("POST", `/api/sessions/${terminal.body.id}/messages`, { text: "x" })).toEqual([409, "SessionNotReady"])
    expect(await refused("POST", `/api/sessions/${terminal.body.id}/interrupt`)).toEqual([409, "SessionNotReady"])
  })

  it("H-10 exports the transcript as Markdown and the log as JSON lines", async () => {
    const { id } = await openAgent(hub, { cwd, label: "A # title", options: { permissions: "allow" } })
    await sendText(hub, id, "[[think about it]] [[say hello **you**]] [[bash echo from-the-tool]]")
    await settledAgent(hub, id)
    const { status, body, headers } = await hub.call<string>("GET", `/api/sessions/${id}/export?format=md`)
    expect([status, headers.get("content-type")]).toEqual([200, "text/markdown; charset=utf-8"])
    expect(body.startsWith("# A \\# title\n")).toBe(true)
    for (const part of ["hello", "from-the-tool", "> about it"]) expect(body).toContain(part)
    const jsonl = await fetch(`${hub.url()}/api/sessions/${id}/export?format=jsonl`, {
      headers: { authorization: `Bearer ${hub.token}` },
      signal: AbortSignal.timeout(100_000),
    })
    const lines = (await jsonl.text()).trim().split("\n")
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ channel: "turn", type: "ended" })
    const terminal = await hub.call<Session>("POST", "/api/sessions", { kind: "terminal", command: "true" })
    expect(await refused("GET", `/api/sessions/${terminal.body.id}/export?format=md`)).toEqual([422, "Unprocessable"])
  })

  it("M-5 trap:5 a client that comes in the middle of a turn gets all of it over SSE, from any cursor", async () => {
    const { id } = await openAgent(hub, { cwd })
    const sent = await hub.call<Sent>("POST", `/api/sessions/${id}/messages`, { text: "[[slow 300 5]]" })
    expect(sent.status).toBe(200)
    await eventually("it streams", 5000, async () => (await recordOf(hub, id)).lastSeq > 60)
    const heard = await Promise.all([0, sent.body.seq].map((after) => deltasAfter(id, after)))
    const [, answer] = await messagesOf(hub, id)
    const whole = textOf(answer ?? (undefined as never))
    expect(whole).toContain("word299")
    expect(heard).toEqual([whole, whole])
  })
})
