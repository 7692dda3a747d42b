import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { browserSocket, Connection, type HoldfastError, socketUrl } from "@holdfast/client"
import {
  offlineMessages,
  openOutbox,
  type Outbox,
  type OutboxSend,
  sendOnConnection,
  sendOverHttp,
  withOffline,
} from "@holdfast/client/outbox"
import type { MessagePage } from "@holdfast/protocol/agent/message"
import type { Session, SessionPage } from "@holdfast/protocol/session"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { eventually } from "../src/eventually.ts"
import { type HubProcess, startHub } from "../src/hub-process.ts"
import { wholeLog } from "../src/logs.ts"

describe("commands of every kind in an outbox", () => {
  let hub: HubProcess
  let connection: Connection
  let outbox: Outbox
  const folder = mkdtempSync(join(tmpdir(), "holdfast-outbox-"))

  beforeAll(async () => {
    hub = await startHub()
  })
  afterAll(async () => {
    await hub.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach(async () => {
    const open = browserSocket(WebSocket, socketUrl(hub.url()), hub.token)
    connection = new Connection({ open, name: "outbox", backoff: { first: 20, most: 200 } })
    outbox = await openOutbox({ name: "x", file: join(folder, "box.jsonl"), send: sendOnConnection(connection) })
  })
  afterEach(async () => {
    await outbox.clear()
    outbox.close()
    connection.close()
  })

  const get = async <A>(path: string): Promise<A> => (await hub.call<A>("GET", path)).body
  const refused = (promise: Promise<unknown>): Promise<HoldfastError | undefined> =>
    promise.then(
      () => undefined,
      (error: HoldfastError) => error,
    )

  it("C-53 C-61 C-62 what is done while the hub is away is shown at once, and replaced by the real thing", async () => {
    await connection.online(20_000)
    await hub.kill("SIGKILL")
    await eventually("the loss is noticed", 10_000, () => connection.state._tag === "Reconnecting")
    const created = outbox.create({ kind: "agent", agent: "scripted", label: "made offline", options: { pace: 0 } })
    const sent = outbox.send(created.session, { text: "[[say hello]]" })
    const renamed = outbox.add("sessions.update", { session: created.session, label: "renamed" })
    await Promise.all([created.stored, sent.stored, renamed.stored])
    expect(withOffline([], outbox.state)).toMatchObject([
      { id: created.session, label: "made offline", status: "offline", syncPending: true },
    ])
    expect(offlineMessages(created.session, outbox.state)).toMatchObject([
      { key: sent.id, syncPending: true, parts: [{ type: "text", text: "[[say hello]]" }] },
    ])

    await hub.start()
    const session = await created.done
    const { seq } = await sent.done
    await renamed.done
    const { sessions } = await get<SessionPage>("/api/sessions")
    expect(withOffline(sessions, outbox.state, sessions[0]?.change)).toMatchObject([
      { id: session.id, label: "renamed", status: "active" },
    ])
    await eventually(
      "it is answered",
      10_000,
      async () => (await get<MessagePage>(`/api/sessions/${session.id}/messages`)).messages.length === 2,
    )
    const { messages } = await get<MessagePage>(`/api/sessions/${session.id}/messages`)
    expect(messages[0]).toMatchObject({ role: "user", key: sent.id })
    const keys = new Set(messages.flatMap(({ key }) => key ?? []))
    expect(offlineMessages(session.id, outbox.state, { seq: seq - 1, keys: new Set() })).toMatchObject([
      { key: sent.id, status: "sent" },
    ])
    expect(offlineMessages(session.id, outbox.state, { seq: seq - 1, keys })).toEqual([])
    expect(offlineMessages(session.id, outbox.state, { seq, keys: new Set() })).toEqual([])
  })

  it("C-54 C-56 answers a permission request once, and shows who was first", async () => {
    const { id } = await outbox.create({ kind: "agent", agent: "scripted", options: { pace: 0 } }).done
    await outbox.send(id, { text: "[[bash true]]" }).done
    const asked = await eventually("it asks", 10_000, async () => (await get<Session>(`/api/sessions/${id}`)).permissions[0])
    const [first, second] = ["allow_once", "reject_once"].map((kind) => {
      const optionId = String(asked.options.find((option) => option.kind === kind)?.id)
      return outbox.add("permissions.answer", { session: id, requestId: asked.id, optionId })
    })
    expect(await first?.done).toMatchObject({ allow: true })
    expect(await refused(second?.done as Promise<unknown>)).toMatchObject({
      tag: "PermissionSettled",
      fields: { decision: { allow: true } },
    })
    expect(outbox.state.counts.failed).toBe(1)
    await outbox.add("sessions.archive", { session: id }).done
    expect((await get<Session>(`/api/sessions/${id}`)).status).toBe("archived")
    await outbox.add("sessions.restore", { session: id }).done
    expect((await get<Session>(`/api/sessions/${id}`)).status).toBe("active")
  })

  it("C-50 C-55 types into a terminal once, in order, though the answer is lost with the hub", async () => {
    const created = outbox.create({ kind: "terminal", command: "cat" })
    const lines = ["one", "two", "three"].map((line) =>
      outbox.add("terminal.input", { session: created.session, text: `${line}\r` }),
    )
    await lines[0]?.done
    await hub.kill("SIGKILL")
    await hub.start()
    await Promise.all(lines.map(({ done }) => done))
    const { id } = await created.done
    const text = async (): Promise<string> =>
      (await wholeLog(hub, id)).map(({ data }) => (data as { readonly text?: string }).text ?? "").join("")
    const typed = async () => (await text()).split(/\s+/).filter((word) => ["one", "two", "three"].includes(word))
    await eventually("all of it is shown", 10_000, async () => (await typed()).length >= 6)
    for (const word of ["one", "two", "three"]) expect((await typed()).filter((one) => one === word)).toHaveLength(2)
    expect((await typed()).filter((word, place, all) => all.indexOf(word) === place)).toEqual(["one", "two", "three"])
  })

  it("C-54 a credential that the hub refuses stops the outbox, and another one continues it", async () => {
    let token = "wrong"
    const send: OutboxSend = (...call) => sendOverHttp({ origin: hub.url(), fetch, token })(...call)
    const other = await openOutbox({ name: "y", file: join(folder, "other.jsonl"), send })
    const entry = other.create({ kind: "terminal", command: "true" })
    await eventually(
      "it is refused",
      10_000,
      () => other.state.refused?.tag === "Unauthorized" && other.state.counts.pending === 1,
    )
    expect(other.state.counts.failed).toBe(0)
    token = hub.token
    other.wake()
    expect((await entry.done).kind).toBe("terminal")
    other.close()
  })
})
