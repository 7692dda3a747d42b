/**
 * What the hub announces: to everyone at once, to later ones until it ends, over restarts.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Announcement } from "@holdfast/protocol/announcement"
import { FRAME_FEED } from "@holdfast/protocol/frame"
import { eventually } from "../src/eventually.ts"
import { RawClient } from "../src/hub/socket-house.ts"
import { startHub, type HubProcess } from "../src/hub-process.ts"
import { openTerminal } from "../src/terminal-session.ts"

let hub: HubProcess
beforeAll(async () => {
  hub = await startHub()
})
afterAll(async () => {
  await hub.stop()
})

const announce = (body: object) =>
  hub.call<Announcement & { error: { tag: string; field?: string } }>("POST", "/api/announcements", { kind: "feature", ...body })
const list = async () =>
  (await hub.call<{ announcements: ReadonlyArray<Announcement> }>("GET", "/api/announcements")).body.announcements
const clear = async () => {
  for (const { id } of await list()) await hub.call("DELETE", `/api/announcements/${id}`)
}

/** A feed over server-sent events, as text so far. */
function follow(query = "", token = hub.token) {
  const ending = new AbortController()
  const heard = { text: "" }
  const headers = { authorization: `Bearer ${token}` }
  const over = fetch(`${hub.url()}/api/sessions/stream${query}`, { headers, signal: ending.signal })
    .then(async (response) => {
      for await (const bytes of response.body ?? []) heard.text += Buffer.from(bytes).toString("utf8")
    })
    .catch(() => undefined)
  return { heard, stop: () => (ending.abort(), over) }
}

async function watching(only?: "announcements") {
  const socket = new RawClient(hub.port(), "holdfast.1", hub.token)
  await socket.hello(`watcher-${only ?? "all"}`)
  await socket.call("WatchSessions", only === undefined ? {} : { only })
  const told = () =>
    socket
      .frames(FRAME_FEED)
      .flatMap(({ announcements }) => (announcements === undefined ? [] : [announcements as ReadonlyArray<Announcement>]))
  return { socket, told, frames: () => socket.frames(FRAME_FEED) }
}

describe("announcements", () => {
  it("X-30 one reaches who follows a feed at once, and whoever comes later until it is removed", async () => {
    const early = follow()
    const all = await watching()
    const alone = await watching("announcements")
    await eventually(
      "the feeds are synced",
      5000,
      () => early.heard.text.includes("synced") && all.frames().length > 0 && alone.told().length > 0,
    )
    expect(early.heard.text).not.toContain("announcements")
    const { status, body: made } = await announce({ text: "New: webhooks" })
    expect([status, made]).toMatchObject([201, { kind: "feature", text: "New: webhooks" }])
    const saw = (one: Announcement) => (told: ReadonlyArray<ReadonlyArray<Announcement>>) =>
      told.at(-1)?.some(({ id }) => id === one.id) === true
    await eventually(
      "everyone has it",
      5000,
      () => early.heard.text.includes(made.id) && saw(made)(all.told()) && saw(made)(alone.told()),
    )
    const { id } = await openTerminal(hub, { command: "cat" })
    await eventually("the feed has the session", 5000, () => JSON.stringify(all.frames()).includes(id))
    expect(JSON.stringify(alone.frames())).not.toContain(id)
    const guest = (await hub.call<{ secret: string }>("POST", "/api/tokens", { name: "g", sessions: [id] })).body.secret
    for (const late of [follow(), follow("?after=0"), follow("", guest)]) {
      await eventually("a later one has it, before it is synced", 5000, () =>
        /event: announcements\n.*[\s\S]*event: synced/.test(late.heard.text),
      )
      expect(late.heard.text).toContain(made.id)
      await late.stop()
    }
    expect((await hub.call("DELETE", `/api/announcements/${made.id}`)).body).toEqual({ removed: true })
    await eventually("it is gone everywhere", 5000, () => all.told().at(-1)?.length === 0 && alone.told().at(-1)?.length === 0)
    await eventually("and on the first feed", 5000, () => early.heard.text.includes('{"announcements":[]}'))
    await early.stop()
    for (const { socket } of [all, alone]) socket.ws.terminate()
    expect((await hub.call<{ error: { tag: string } }>("DELETE", `/api/announcements/${made.id}`)).body.error.tag).toBe(
      "AnnouncementNotFound",
    )
  })

  it("X-30 who resumes at a hub that has started since learns that one is over", async () => {
    await clear()
    const { body: made } = await announce({ text: "over soon" })
    const before = await watching()
    await eventually("it is given", 5000, () => before.told().at(-1)?.length === 1)
    const { change: after } = before.frames().at(-1)!
    before.socket.ws.terminate()
    await hub.call("DELETE", `/api/announcements/${made.id}`)
    await hub.kill("SIGKILL")
    await hub.start()
    const socket = new RawClient(hub.port(), "holdfast.1", hub.token)
    await socket.hello("watcher-resumes")
    await socket.call("WatchSessions", { after })
    const sent = () => socket.frames(FRAME_FEED)
    await eventually("it is told that there are none", 5000, () =>
      sent().some(({ announcements }) => Array.isArray(announcements) && announcements.length === 0),
    )
    const fresh = await watching()
    await eventually("the feed is synced", 5000, () => fresh.frames().length > 0)
    expect(fresh.told()).toEqual([])
    for (const { ws } of [socket, fresh.socket]) ws.terminate()
  })

  it("X-30 one ends by itself, and one with a key is made once, also over a kill", async () => {
    await clear()
    const lasting = await announce({ kind: "limits", text: "Half the quota until Monday", key: "quota-1" })
    const brief = await announce({ kind: "maintenance", text: "Soon", until: Date.now() + 1500 })
    const alone = await watching("announcements")
    await eventually(
      "it has ended",
      5000,
      () =>
        alone
          .told()
          .at(-1)
          ?.map(({ id }) => id)
          .join() === lasting.body.id,
    )
    expect((await list()).map(({ id }) => id)).toEqual([lasting.body.id])
    expect(alone.told()[0]?.map(({ id }) => id)).toEqual([lasting.body.id, brief.body.id])
    alone.socket.ws.terminate()
    await hub.kill("SIGKILL")
    await hub.start()
    expect(await list()).toEqual([lasting.body])
    expect((await announce({ kind: "limits", text: "Half the quota until Monday", key: "quota-1" })).body.id).toBe(
      lasting.body.id,
    )
    expect((await announce({ kind: "limits", text: "other", key: "quota-1" })).body.error.tag).toBe("KeyConflict")
    expect((await announce({ text: "x", until: 1 })).body.error).toMatchObject({ tag: "Unprocessable", field: "until" })
    for (const text of ["", "two\nlines", "x".repeat(501)]) expect((await announce({ text })).status).toBeGreaterThanOrEqual(400)
    for (let i = 1; i < 20; i++) expect((await announce({ text: `one of many ${i}` })).status).toBe(201)
    expect((await announce({ text: "one too many" })).body.error.tag).toBe("Busy")
    await clear()
    const writer = (await hub.call<{ secret: string }>("POST", "/api/tokens", { name: "w", scope: "write" })).body.secret
    const refused = await fetch(`${hub.url()}/api/announcements`, {
      method: "POST",
      headers: { authorization: `Bearer ${writer}`, "content-type": "application/json" },
      body: '{"kind":"feature","text":"x"}',
    })
    expect(refused.status).toBe(403)
  })
})
