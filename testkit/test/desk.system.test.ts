/** What goes beside records, and what a person keeps, as two pages of one person see it through the real hub. */
import { WebSocket } from "ws"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { Connection } from "@holdfast/client/Connection"
import { HubModel, type OfferedLayout } from "@holdfast/client/model"
import { wsSocket } from "@holdfast/client/socket"
import { eventually } from "../src/eventually.ts"
import { createAgent, dataOf, named, send, turnsEnded } from "../src/hub/agent-house.ts"
import { createTerminal, type House, openHouse, testDirectory } from "../src/hub/hub-house.ts"
import { openSocket, type SocketHouse } from "../src/hub/socket-house.ts"
import { type HubProcess, startHub } from "../src/hub-process.ts"
import { openTerminal } from "../src/terminal-session.ts"

/** A page: a model that holds the table. */
interface Page {
  readonly model: HubModel
  readonly connection: Connection
  readonly close: () => void
}

describe("two pages of one person", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  let socket: SocketHouse
  const pages: Array<Page> = []
  const open = (client: string): Page => {
    const connection = new Connection({
      open: wsSocket(WebSocket as never, `ws://127.0.0.1:${socket.port}/api/socket`, "token"),
      name: client,
      client,
    })
    const hub = { connection, sessions: {} as never, agents: {} as never, http: {} as never, close: () => connection.close() }
    const model = new HubModel(hub, { linger: 1, name: client })
    const release = model.holdTable()
    const page = {
      model,
      connection,
      close: () => {
        release()
        connection.close()
      },
    }
    pages.push(page)
    return page
  }
  beforeEach(async () => {
    directory = await testDirectory()
    house = await openHouse({ directory: directory.path, sqlite: true })
    socket = await openSocket(house)
  })
  afterEach(async () => {
    for (const page of pages.splice(0)) page.close()
    await socket.close()
    await house.close()
    await directory.remove()
  })

  it("U-12 what is done and what was seen is the same on both, and traces come in one call", async () => {
    const [laptop, phone] = [open("laptop-client"), open("phone-client")]
    const { id, reader } = await createAgent(house, { options: { permissions: "ask" } })
    const quiet = await createTerminal(house, { command: "/bin/cat" })
    await send(house, id, "[[bash echo from the tool]]")
    await reader.until("the request", (seen) => named(seen, "permission/asked").length > 0)
    const doing = laptop.model.beside.doing(id)
    await eventually("what it does", 4000, () => doing.get()?.target === "echo from the tool")
    const [request] = named(reader, "permission/asked")
    const { id: requestId } = dataOf(request)["request"] as { readonly id: string }
    await laptop.connection.call("permissions.answer", { session: id, requestId, optionId: "allow" })
    await turnsEnded(reader, 1)
    for (const { model } of [laptop, phone]) await eventually("unread", 2000, () => model.beside.unread.get().join() === id)
    const end = reader.list.at(-1)?.seq ?? 0
    laptop.model.marks.see(id, end)
    await eventually("seen at once", 500, () => laptop.model.beside.unread.get().length === 0)
    await eventually("seen there too", 4000, () => phone.model.beside.seen(id).get() === end)
    expect(phone.model.beside.unread.get()).toEqual([])
    await phone.model.marks.markUnread(id)
    await eventually("unread again", 2000, () => laptop.model.beside.unread.get().join() === id)
    await eventually("it does nothing", 4000, () => doing.get() === undefined)
    const trace = laptop.model.traces.trace(id)
    const releases = [id, quiet.id].map((session) => laptop.model.traces.hold(session))
    await eventually("the trace", 3000, () => trace.get() !== undefined)
    expect(trace.get()?.signs).toMatch(/a\.*$/)
    expect(trace.get()?.messages).toHaveLength(1)
    expect(laptop.model.traces.trace(quiet.id).get()).toBeUndefined()
    for (const release of releases) release()
  })

  it("L-1 U-12 a page whose connection was cut is given what it missed", async () => {
    const page = open("laptop-client")
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    const seen = page.model.beside.seen(id)
    await page.connection.call("seen.set", { session: id, seq: 1 })
    await eventually("the mark", 2000, () => seen.get() === 1)
    await socket.close()
    await house.run(house.store.putSeen("owner", id, 2, false))
    socket = await openSocket(house)
    page.close()
    const again = open("laptop-client")
    await eventually("the missed mark", 4000, () => again.model.beside.seen(id).get() === 2)
  })

  it("U-13 a draft goes from one page to the other, and what both wrote is offered to the later one", async () => {
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    const [laptop, phone] = [open("laptop-client"), open("phone-client")]
    const [mine, theirs] = [laptop.model.desk.draft(id), phone.model.desk.draft(id)]
    await Promise.all([mine.load(), theirs.load()])
    mine.set({ text: "Then bring", data: { slash: "plan" } })
    await mine.flush()
    await theirs.load()
    await eventually("the draft", 2000, () => theirs.state.get().value.text === "Then bring")
    expect(theirs.state.get().value.data).toEqual({ slash: "plan" })
    theirs.set({ text: "From the phone" })
    await theirs.flush()
    mine.set({ text: "Then bring the tests" })
    await mine.flush()
    await eventually("the offer", 2000, () => mine.state.get().other?.value.text === "From the phone")
    expect(mine.state.get().value.text).toBe("Then bring the tests")
    mine.set({ text: "" })
    await mine.flush()
    expect((await laptop.connection.call("drafts.list", {})).drafts).toEqual([])
  })

  it("L-9 U-13 a layout is kept by its client, and offered to another that never arranged anything", async () => {
    const laptop = open("laptop-client")
    await laptop.model.desk.layout.load()
    laptop.model.desk.arrange({ do: "open", shown: { what: "session", session: "one" } })
    laptop.model.desk.arrange({ do: "split", side: "right", shown: { what: "session", session: "two" } })
    await laptop.model.desk.layout.flush()
    const phone = open("phone-client")
    await phone.model.desk.layout.load()
    const offered = await eventually("the offer", 2000, () => phone.model.desk.offers.get()[0])
    expect(offered).toMatchObject({ client: "laptop-client", name: "laptop-client" })
    phone.model.desk.adopt(offered as OfferedLayout)
    await phone.model.desk.layout.flush()
    const shown = phone.model.desk.layout.state
    await eventually("the layout", 2000, () => shown.get().status === "saved" && shown.get().value.root.kind === "split")
    expect(shown.get().value).toEqual(laptop.model.desk.layout.latest)
    const again = open("laptop-client")
    await again.model.desk.layout.load()
    await eventually("it is back", 2000, () => again.model.desk.layout.state.get().value.root.kind === "split")
  })
})

describe("a program over HTTP", () => {
  let hub: HubProcess
  beforeAll(async () => {
    hub = await startHub()
  })
  afterAll(async () => {
    await hub.stop()
  })

  it("L-1 L-5 L-7 follows what sessions do and what was seen as server-sent events, and reads the traces of all sessions in one call", async () => {
    const { id } = await openTerminal(hub, { command: "/bin/sh", args: ["-c", "echo ready; exec cat"] })
    const ending = new AbortController()
    let heard = ""
    const headers = { authorization: `Bearer ${hub.token}` }
    const over = fetch(`${hub.url()}/api/sessions/stream?doing=true&seen=0`, { headers, signal: ending.signal })
      .then(async (response) => {
        for await (const bytes of response.body ?? []) heard += Buffer.from(bytes).toString("utf8")
      })
      .catch(() => undefined)
    await eventually("what it does", 6000, () => heard.includes(`event: doing`) && heard.includes(`"words":"ready"`))
    const marked = await hub.call<{ readonly number: number }>("PUT", `/api/sessions/${id}/seen`, { seq: 1 })
    expect(marked).toMatchObject({ status: 200, body: { session: id, seq: 1 } })
    await eventually(
      "the mark",
      3000,
      () => heard.includes(`event: seen`) && heard.includes(JSON.stringify({ marks: [marked.body] })),
    )
    ending.abort()
    await over
    const traces = (query: string) =>
      hub.call<{ readonly traces: ReadonlyArray<{ readonly session: string; readonly signs: string }> }>(
        "GET",
        `/api/traces${query}`,
      )
    const worked = [{ session: id, signs: expect.stringMatching(/^\.+w$/) }]
    expect((await traces("")).body.traces).toMatchObject(worked)
    expect((await traces(`?sessions=${id}&sessions=00000000-0000-7000-8000-000000000000`)).body.traces).toMatchObject(worked)
    expect((await traces("?minutes=0")).status).toBe(400)
    expect((await hub.call("GET", `/api/sessions/${id}/trace?buckets=16`)).body).toMatchObject({ session: id, messages: [] })
    expect((await hub.call("GET", "/api/sessions?unread=true")).body).toMatchObject({ sessions: [], total: 0 })
  })
})
