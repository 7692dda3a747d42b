/**
 * Pages of a log's events from the end, and pages that are waited for, against a real hub.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Event } from "@holdfast/protocol/event"
import type { Session } from "@holdfast/protocol/session"
import { eventually } from "../src/eventually.ts"
import { RawClient } from "../src/hub/socket-house.ts"
import { startHub, type HubProcess } from "../src/hub-process.ts"
import { openTerminal } from "../src/terminal-session.ts"

interface Page {
  readonly events: ReadonlyArray<Event>
  readonly next: number
  readonly before?: number | null
  readonly atHead: boolean
  readonly error?: { readonly tag: string; readonly field?: string }
}

let hub: HubProcess
beforeAll(async () => {
  hub = await startHub()
})
afterAll(async () => {
  await hub.stop()
})

async function pageOf(id: string, query: string, token = hub.token, signal = AbortSignal.timeout(100_000)): Promise<Page> {
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(`${hub.url()}/api/sessions/${id}/events?${query}`, { headers, signal })
  return (await response.json()) as Page
}

/** All events by way of pages from the end. */
async function backwards(id: string, limit: number, filter = ""): Promise<ReadonlyArray<Event>> {
  const pages: Array<ReadonlyArray<Event>> = []
  let before: string | number = "end"
  for (let asked = 0; asked < 1000; asked++) {
    const page = await pageOf(id, `before=${before}&limit=${limit}${filter}`)
    expect(page.events.length).toBeLessThanOrEqual(limit)
    pages.unshift(page.events)
    if (page.before === null || page.before === undefined) return pages.flat()
    before = page.before
  }
  throw new Error("there was no first page")
}

describe("pages from the end", () => {
  it("X-24 they are the same events, over folds, under filters, and of any size", async () => {
    const { id } = (await hub.call<Session>("POST", "/api/sessions", { kind: "agent", agent: "scripted" })).body
    const status = async () => (await hub.call<Session>("GET", `/api/sessions/${id}`)).body.turn.status
    for (let turn = 0; turn < 3; turn++) {
      await hub.call("POST", `/api/sessions/${id}/messages`, { text: "[[say one two three four]] [[think hm]]" })
      await eventually("the turn is over", 10_000, async () => (await status()) === "idle")
    }
    for (let i = 0; i < 30; i++) await hub.call("POST", `/api/sessions/${id}/marks`, { text: `mark ${i}` })
    const whole = async () => (await pageOf(id, "after=0")).events
    const isFolded = async () => (await whole()).filter(({ type }) => type === "folded").length === 3
    await eventually("the turns are folded", 10_000, isFolded)
    const all = await whole()
    for (const limit of [1, 7, 1000]) expect(await backwards(id, limit)).toEqual(all)
    expect(await backwards(id, 4, "&channel=session&type=marked")).toEqual(all.filter(({ type }) => type === "marked"))
    const last = await pageOf(id, "before=end&limit=2")
    expect(last).toMatchObject({ events: all.slice(-2), next: all.at(-1)?.seq, atHead: true })
    expect((await pageOf(id, `before=${all[5]?.seq}&limit=2`)).events).toEqual(all.slice(3, 5))
    expect(await pageOf(id, "before=1")).toMatchObject({ events: [], before: null })
    expect((await pageOf(id, "before=x")).error?.tag).toBe("CursorInvalid")
    expect((await pageOf(id, "before=5&after=1")).error).toMatchObject({ tag: "BadRequest", field: "before" })
    expect((await pageOf(id, "before=5&log=other")).error?.tag).toBe("CursorAhead")
  })

  it("X-24 a page under a filter that passes nothing ends within its bound, and the next one continues", async () => {
    const script = "for i in $(seq 1 30); do echo line $i; done; echo done; read x"
    const { id } = await openTerminal(hub, { command: "bash", args: ["-c", script] })
    await eventually("the output is there", 10_000, async () => JSON.stringify(await pageOf(id, "after=0")).includes("done"))
    expect(await backwards(id, 10, "&type=marked")).toEqual([])
    expect((await backwards(id, 10, "&type=created")).map(({ seq }) => seq)).toEqual([1])
  })
})

describe("pages that are waited for", () => {
  it("X-27 a page that would be empty waits for the next event, for its time at most, and not among the viewers", async () => {
    const { id } = await openTerminal(hub, { command: "cat" })
    const { next } = await pageOf(id, "after=0")
    const waiting = pageOf(id, `after=${next}&wait=45&channel=session`)
    await hub.call("POST", `/api/sessions/${id}/input`, { text: "not of this channel\r" })
    const viewers = await hub.call<{ sessions: ReadonlyArray<{ viewers: [] }> }>("GET", `/api/viewers?session=${id}`)
    expect(viewers.body.sessions.flatMap((one) => one.viewers)).toEqual([])
    await hub.call("POST", `/api/sessions/${id}/marks`, { text: "now" })
    const page = await waiting
    expect(page.events).toMatchObject([{ type: "marked", data: { text: "now" } }])
    const empty = await pageOf(id, `after=${page.next}&wait=1&type=marked`)
    expect(empty).toMatchObject({ events: [], atHead: true })
    expect((await pageOf(id, `after=${empty.next}&wait=46`)).error?.tag).toMatch(/BadRequest|Unprocessable/)
    const socket = new RawClient(hub.port(), "holdfast.1", hub.token)
    await socket.hello("waiting-client")
    const refused = await socket.call("log.events", { session: id, after: page.next, wait: 5 })
    expect(JSON.stringify(refused)).toContain("BadRequest")
    socket.ws.terminate()
  })

  it("X-27 a wait ends when its caller goes, and when its credential is revoked", async () => {
    const { id } = await openTerminal(hub, { command: "cat" })
    const { next } = await pageOf(id, "after=0")
    const query = `after=${next}&wait=45&type=marked`
    const leaving = new AbortController()
    const left = pageOf(id, query, hub.token, leaving.signal).catch(() => "left")
    const token = (await hub.call<{ id: string; secret: string }>("POST", "/api/tokens", { name: "w", scope: "read" })).body
    const cut = pageOf(id, query, token.secret).catch(() => "cut")
    await eventually("the wait has begun", 5000, async () => {
      const response = await fetch(`${hub.url()}/api/sessions/${id}`, { headers: { authorization: `Bearer ${token.secret}` } })
      return response.status === 200
    })
    leaving.abort()
    expect(await left).toBe("left")
    await hub.call("DELETE", `/api/tokens/${token.id}`)
    expect(["cut", "Unauthorized"]).toContain(await cut.then((ended) => (typeof ended === "string" ? ended : ended.error?.tag)))
  })
})
