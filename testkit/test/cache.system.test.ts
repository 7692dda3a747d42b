import { changeSessions, likelyNext, readOverHttp, Reads } from "@holdfast/client/cache"
import { makeApi } from "@holdfast/client/http/api"
import type { Session } from "@holdfast/protocol/session"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { eventually } from "../src/eventually.ts"
import { type HubProcess, startHub } from "../src/hub-process.ts"

describe("caches before a hub", () => {
  let hub: HubProcess
  let options: { readonly origin: string; readonly fetch: typeof fetch; readonly token: string }

  beforeAll(async () => {
    hub = await startHub()
    options = { origin: hub.url(), fetch, token: hub.token }
  })
  afterAll(() => hub.stop())

  const create = async (label: string): Promise<Session> =>
    (await hub.call<Session>("POST", "/api/sessions", { kind: "agent", agent: "scripted", label })).body

  it("C-63 C-64 C-65 C-66 read, preload and change real sessions", async () => {
    const made = [await create("one"), await create("two"), await create("three")]
    const [first, second] = made.map(({ id }) => id)
    const reads = new Reads(readOverHttp(options))
    expect((await reads.session(String(first))).label).toBe("one")
    reads.preload(likelyNext(made, new Set()))
    await eventually("all is loaded", 5000, () => reads.stats.newest.size === 3 && reads.stats.sessions.size === 3)
    const { hits } = reads.stats.newest
    expect((await reads.messages(String(second))).messages).toEqual([])
    expect(reads.stats.newest.hits).toBe(hits + 1)

    const absent = "00000000-0000-7000-8000-000000000000"
    const outcomes = await changeSessions(makeApi(options).batch, [String(first), absent, String(second)], { action: "archive" })
    expect(outcomes).toMatchObject([
      { session: first, ok: true, changed: true },
      { session: absent, ok: false, error: { tag: "SessionNotFound" } },
      { session: second, ok: true, changed: true },
    ])
    reads.forget(String(first))
    expect((await reads.session(String(first))).status).toBe("archived")
    const labels: Array<string> = []
    for await (const { sessions } of reads.list({ status: "all", limit: 1, sort: "label" }))
      labels.push(...sessions.map(({ label }) => label))
    expect(labels).toEqual(["one", "three", "two"])
    const controller = new AbortController()
    controller.abort()
    reads.clear()
    await expect(reads.session(String(first), controller)).rejects.toMatchObject({ tag: "Aborted" })
    reads.close()
  })
})
