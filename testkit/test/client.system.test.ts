/** The client library as a program uses it, against a real hub. */
import { setTimeout as pause } from "node:timers/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { WebSocket as Ws } from "ws"
import { connect, decodeEvent, SKIP_BYTES } from "@holdfast/client"
import type { Attachment, Client, ConnectOptions } from "@holdfast/client"
import { AttachmentCache } from "@holdfast/client/cache"
import { checkedAgentLog, messagesOf, recordOf, settledAgent } from "../src/agent-session.ts"
import { eventually } from "../src/eventually.ts"
import { startHub, type HubProcess } from "../src/hub-process.ts"
import { wholeLog } from "../src/logs.ts"
import { openShell, openTerminal } from "../src/terminal-session.ts"

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
  const backoff = { first: 20, most: 200 }
  const client = connect(hub.url(), { token: hub.token, client: "the-client-of-tests", backoff, ...options })
  clients.push(client)
  return client
}

/** Waits until a terminal shows what was typed, and shows it again as `cat` does. */
function echoOf(attachment: Attachment): (typed: string) => Promise<unknown> {
  let text = ""
  void attachment.consume((item) => {
    if (item._tag !== "Event") return
    const event = decodeEvent(item.record)
    if (event.channel === "terminal" && event.type === "output") text += event.data.text ?? ""
  })
  return (typed) => eventually("echo", 10_000, () => text.split(typed).length === 3)
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

const request = (key: string, text: string) => ({ kind: "agent", agent: "scripted", key, message: { text } }) as const
const usersOf = async (id: string) => (await messagesOf(hub, id)).filter(({ role }) => role === "user")

describe("a client whose hub is killed", () => {
  it("C-31 with the platform's WebSocket and with ws types, follows, comes back after a kill of the hub, and ends with its scope", async () => {
    const ends: Array<Client> = []
    {
      await using platform = open()
      await using ws = open({ WebSocket: Ws, token: async () => hub.token })
      const following = [platform, ws].map(async (client) => {
        ends.push(client)
        const { id } = await openTerminal(hub, { command: "cat" })
        const attachment = client.attach(id, { after: 0 })
        const echo = echoOf(attachment)
        await attachment.type(bytes("before\n"))
        await echo("before")
        const { viewers } = (await client.sessions.viewers(id)).sessions[0] ?? { viewers: [] }
        expect(viewers).toMatchObject([{ client: "the-client-of-tests", seat: attachment.seat, name: "program" }])
        return { attachment, echo }
      })
      const followed = await Promise.all(following)
      await hub.kill("SIGKILL")
      const typed = followed.map(({ attachment }) => attachment.type(bytes("while it is away\n")))
      await hub.start()
      await Promise.all(typed)
      for (const { attachment, echo } of followed) {
        await echo("while it is away")
        expect(attachment.duplicates).toBe(0)
      }
    }
    expect(ends.map(({ connection }) => connection.state._tag)).toEqual(["Closed", "Closed"])
  })

  it("C-40 says what created a session; the record keeps it, and lists filter by it", async () => {
    const tags = ["created-by"]
    const [own, told] = [open(), open({ createdBy: "mobile" })]
    const terminal = { kind: "terminal", command: "true", wait: false, tags } as const
    const made = await own.sessions.create({ ...terminal, key: "created-by" })
    await told.connection.online(10_000)
    const { id } = await told.connection.call("sessions.create", { ...terminal, label: "over the socket" })
    expect([made.createdBy, (await own.sessions.get(id)).createdBy]).toEqual(["program", "mobile"])
    expect((await told.sessions.create({ ...terminal, createdBy: "desktop" })).createdBy).toBe("desktop")
    const unsaid = await openTerminal(hub, { command: "true", wait: false, tags })
    expect(unsaid.createdBy).toBeUndefined()
    const again = await told.sessions.create({ ...terminal, key: "created-by" })
    expect([again.id, again.createdBy]).toEqual([made.id, "program"])
    await hub.kill("SIGKILL")
    await hub.start()
    const by = async (createdBy: "desktop" | "mobile" | "cli" | "program") =>
      (await own.sessions.list({ createdBy, tag: "created-by" })).sessions.map((session) => session.createdBy)
    expect([await by("program"), await by("mobile"), await by("desktop"), await by("cli")]).toEqual([
      ["program"],
      ["mobile"],
      ["desktop"],
      [],
    ])
    const refused = await hub.call("POST", "/api/sessions", { ...terminal, createdBy: "toaster" })
    expect(refused.status).toBe(400)
  })

  it("C-39 finds a session with its first message or not at all, wherever the hub is killed", async () => {
    const client = open()
    // One kill meets creates that are at different steps.
    const lost: Array<Promise<unknown>> = []
    const all = [12, 4, 1, 0].map((age) => ({ age, asked: request(`killed-after-${age}`, "[[say done]]") }))
    for (const [at, { age, asked }] of all.entries()) {
      lost.push(client.sessions.create(asked).catch(() => undefined))
      await pause(age - (all[at + 1]?.age ?? 0))
    }
    await hub.kill("SIGKILL")
    await Promise.all(lost)
    await hub.start()
    const finished = all.map(async ({ asked }) => {
      const made = await client.sessions.create(asked)
      await settledAgent(hub, made.id)
      expect(await usersOf(made.id)).toHaveLength(1)
      const { status, outcome } = {
        status: (await recordOf(hub, made.id)).turn.status,
        outcome: (await messagesOf(hub, made.id)).at(-1),
      }
      expect([status, outcome?.role, outcome?.outcome]).toEqual(["idle", "assistant", "completed"])
    })
    await Promise.all(finished)
  })

  it("C-33 continues with the next credential when its own is revoked in mid-connection, with nothing missing or doubled", async () => {
    const made = async () =>
      (await hub.call<{ readonly id: string; readonly secret: string }>("POST", "/api/tokens", { name: "next", scope: "all" }))
        .body
    const [first, second] = [await made(), await made()]
    let current = first
    const client = open({ token: async () => current.secret })
    const { id } = await openTerminal(hub, { command: "cat" })
    const attachment = client.attach(id, { after: 0 })
    const echo = echoOf(attachment)
    await attachment.type(bytes("first\n"))
    await echo("first")
    const states: Array<string> = []
    client.connection.onState(({ _tag }) => states.push(_tag))
    await hub.call("DELETE", `/api/tokens/${first.id}`)
    const typed = attachment.type(bytes("in between\n"))
    await eventually("the old one is refused", 10_000, () => states.includes("Reconnecting"))
    current = second
    await typed.catch(() => undefined)
    await client.connection.online(10_000)
    await attachment.type(bytes("second\n"))
    await echo("second")
    expect(attachment.duplicates).toBe(0)
  })

  it("C-3 R-20 two programs with one kept id type at once, and one that starts over numbers from the beginning", async () => {
    const { id } = await openShell(hub, "stty -echo; echo READY; cat")
    const output = async (): Promise<string> =>
      (await wholeLog(hub, id))
        .flatMap(({ type: kind, data }) => (kind === "output" ? [(data as { readonly text?: string }).text ?? ""] : []))
        .join("")
    await eventually("the shell is ready", 10_000, async () => (await output()).includes("READY"))
    const type = async (client: Client, text: string): Promise<void> => {
      const attachment = client.attach(id)
      void attachment.consume(() => undefined)
      await attachment.type(bytes(`${text}\n`))
    }
    const [one, two] = [open(), open()]
    await Promise.all([type(one, "of one"), type(two, "of two")])
    one.close()
    const reloaded = open()
    expect(reloaded.connection.client).toBe(two.connection.client)
    await type(reloaded, "after a reload")
    await eventually("the output", 10_000, async () => (await output()).includes("after a reload"))
    const all = await output()
    for (const text of ["of one", "of two", "after a reload"]) expect(all.split(text)).toHaveLength(2)
  })

  it("C-39 sends the first message of a create once, names the session by it, and answers the same create with the same session", async () => {
    const client = open()
    const asked = request("first-message", "[[say done]] Look at the build")
    const made = await client.sessions.create(asked)
    expect(made.label).toContain("Look at the build")
    await settledAgent(hub, made.id)
    expect((await client.sessions.create(asked)).id).toBe(made.id)
    await client.connection.online(10_000)
    expect((await client.connection.call("sessions.create", asked)).id).toBe(made.id)
    expect(await usersOf(made.id)).toMatchObject([{ key: "first-message", by: "owner" }])
    const log = await checkedAgentLog(hub, made.id)
    expect(log.slice(0, 2).map(({ seq, channel, type }) => [seq, channel, type])).toEqual([
      [1, "session", "created"],
      [2, "queue", "added"],
    ])
    await expect(client.sessions.create(request("first-message", "another"))).rejects.toMatchObject({ tag: "KeyConflict" })
  })

  it("C-39 M-11 keeps the files of a first message, and creates nothing where that is refused", async () => {
    const client = open()
    const file = { type: "file", mediaType: "text/plain", filename: "a.txt", url: "data:text/plain;base64,aGVsbG8=" } as const
    const made = await client.sessions.create({ kind: "agent", agent: "scripted", message: { parts: [file] } })
    await settledAgent(hub, made.id)
    const [message] = await usersOf(made.id)
    const part = message?.parts[0] as { readonly url: string }
    expect(part.url).toMatch(/^files\/[0-9a-f]{64}$/)
    const answer = await fetch(`${hub.url()}/api/sessions/${made.id}/${part.url}`, {
      headers: { authorization: `Bearer ${hub.token}` },
    })
    expect(await answer.text()).toBe("hello")

    const tags = ["refused"]
    const wrong = [
      { kind: "agent", agent: "scripted", message: { text: " " } },
      { kind: "agent", agent: "scripted", message: {} },
      { kind: "agent", agent: "scripted", message: { text: "x", parts: [{ type: "text", text: "x" }] } },
      { kind: "agent", agent: "scripted", message: { parts: [{ ...file, mediaType: "image/png" }] } },
      { kind: "terminal", command: "true", message: { text: "x" } },
    ] as const
    for (const one of wrong)
      await expect(client.sessions.create({ ...one, tags })).rejects.toMatchObject({ tag: "Unprocessable" })
    const long = { kind: "agent", agent: "scripted", message: { text: "x".repeat(800_000) }, tags } as const
    await expect(client.sessions.create(long)).rejects.toMatchObject({ tag: "TooLarge" })
    expect((await client.sessions.list({ status: "all", tag: "refused" })).total).toBe(0)
  })

  it("C-36 keeps 8 attachments that are not shown, takes the least recently shown off, and never one that is shown", async () => {
    const client = open()
    const opened = await Promise.all(Array.from({ length: 12 }, () => openTerminal(hub, { command: "cat" })))
    const ids: ReadonlyArray<string> = opened.map(({ id }) => id)
    const closed: Array<string> = []
    const cache = new AttachmentCache({
      attach: (session) => client.attach(session, { mode: "viewer" }),
      open: (attachment) => {
        const view = { synced: false }
        void attachment.consume((item) => void (view.synced ||= item._tag === "Synced"))
        return view
      },
      closed: (_, session) => closed.push(session),
    })
    const attached = async (): Promise<ReadonlyArray<string>> =>
      (await client.sessions.viewers()).sessions.filter(({ session }) => ids.includes(session)).map(({ session }) => session)
    const [first = "", second = "", ...others] = ids
    const kept = [cache.show(first), cache.show(first), cache.show(second)]
    for (const id of others) cache.show(id).hide()
    await eventually("all are there", 10_000, async () => (await attached()).length === 10)
    expect(new Set(await attached())).toEqual(new Set([first, second, ...others.slice(2)]))
    expect(closed).toEqual(others.slice(0, 2))
    expect(cache.stats).toEqual({ shown: 2, hidden: 8, opened: 12, returned: 1, evicted: 2 })

    await eventually("they are synced", 10_000, () => others.slice(2).every((id) => cache.peek(id)?.synced === true))
    // Returning to a hidden one needs no attach, and makes it the last to leave.
    const { view, hide } = cache.show(String(others[2]))
    expect(view.synced).toBe(true)
    hide()
    kept[0]?.hide()
    kept[0]?.hide()
    cache.preload(String(others[0]))
    expect(closed).toEqual([...others.slice(0, 2), others[3]])
    kept[1]?.hide()
    expect(closed).toEqual([...others.slice(0, 2), others[3], others[4]])
    expect(cache.stats).toMatchObject({ shown: 1, hidden: 8, opened: 13, evicted: 4 })

    expect(cache.drop(second)).toBe(false)
    expect(cache.drop(first)).toBe(true)
    const purged = cache.show(String(others[2]))
    purged.attachment.detach()
    expect(cache.show(String(others[2])).attachment).not.toBe(purged.attachment)
    cache.close()
    await eventually("none is left", 10_000, async () => (await attached()).length === 0)
    for (const id of ids) await hub.call("DELETE", `/api/sessions/${id}`)
  })

  it("C-37 a flood is skipped to what is on the screen now, and what is typed works", async () => {
    const client = open()
    const { id } = await openShell(
      hub,
      "trap 'echo interrupted; exit 0' INT; line=$(printf %0200d 0); while :; do echo $line; done",
    )
    const attachment = client.attach(id, { skipBehind: SKIP_BYTES, after: 0, cols: 80, rows: 24 })
    const seen = { snapshots: 0, events: 0, ended: false }
    const following = attachment.consume(async (item) => {
      if (item._tag === "Snapshot") seen.snapshots += 1
      if (item._tag !== "Event") return
      seen.events += 1
      const { channel, type } = decodeEvent(item.record)
      if (channel === "terminal" && type === "exit") attachment.detach()
      // A screen that takes longer to draw than the program to print.
      await pause(5)
    })
    await eventually("it is skipped", 20_000, () => seen.snapshots >= 1)
    await attachment.type(bytes("\u0003"))
    await following
    const log = await wholeLog(hub, id)
    expect(log.at(-1)).toMatchObject({ channel: "terminal", type: "exit" })
    await hub.call("DELETE", `/api/sessions/${id}`)
  })
})
