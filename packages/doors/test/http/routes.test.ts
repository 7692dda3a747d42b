import { readFileSync } from "node:fs"
import { operationEntries, operationOf } from "@holdfast/protocol/operations"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { isDoorRoute, isSocketName, ROUTES } from "../../src/guard/routes.ts"
import { startDoor, type Door } from "./start.ts"

let door: Door
beforeAll(async () => {
  door = await startDoor()
})
afterAll(() => door.stop())

const post = (path: string, value: unknown) => door.send(path, { method: "POST", body: JSON.stringify(value) })

describe("sessions over HTTP", () => {
  it("H-1 a create returns 201 and the record; the same key again 200 and the same session; another body 409", async () => {
    const body = { kind: "terminal", key: "k1", cols: 100, rows: 30 }
    const first = await post("/api/sessions", body)
    const again = await post("/api/sessions", body)
    const other = await post("/api/sessions", { ...body, cols: 101 })
    expect([first.status, again.status, other.status]).toEqual([201, 200, 409])
    expect(again.json()["id"]).toBe(first.json()["id"])
    expect(other.json().error).toMatchObject({ tag: "KeyConflict", key: "k1" })
  })

  it("H-3 HEAD answers whether a session exists", async () => {
    const id = await door.create()
    expect((await door.send(`/api/sessions/${id}`, { method: "HEAD" })).status).toBe(200)
    expect(
      (await door.send(`/api/sessions/${id.replace(/.$/, (end) => (end === "0" ? "1" : "0"))}`, { method: "HEAD" })).status,
    ).toBe(404)
  })

  it("H-3 no route acts on a session, message, request or task whose id is shortened (fault:N64)", async () => {
    const id = await door.create({ label: "unique-label" })
    const before = (await door.send(`/api/sessions/${id}`)).json()
    const named = ROUTES.filter(({ path }) => path.startsWith("/api/sessions/:session"))
    expect(named.length).toBeGreaterThan(25)
    for (const text of [id.slice(-1), id.slice(0, 13), id.slice(1), id.toUpperCase(), `${id} `, "unique-label"]) {
      for (const { method, name, path } of named) {
        const at = path.replace(":session", encodeURIComponent(text)).replaceAll(/:\w+/g, "x")
        const query = at.endsWith("/export")
          ? "?format=jsonl"
          : /\/(directory\/file|changes\/diff)$/.test(at)
            ? "?path=a.txt"
            : ""
        const example = isSocketName(name) || isDoorRoute(name) ? undefined : operationOf(name).example
        const body = example === undefined ? {} : { body: JSON.stringify(example) }
        const answer = await door.send(at + query, { method, ...body })
        const error = method === "HEAD" ? "SessionNotFound" : answer.json().error?.["tag"]
        expect([method, at, answer.status, error]).toEqual([method, at, 404, "SessionNotFound"])
        if (method !== "HEAD") expect(answer.json().error?.["message"]).toContain("is not a whole session id")
      }
      const batch = (await post("/api/sessions/batch", { sessions: [text], action: "delete" })).json()["results"]
      expect(batch).toMatchObject([{ session: text, error: { tag: "SessionNotFound" } }])
      expect((await door.send(`/api/viewers?session=${encodeURIComponent(text)}`)).status).toBe(404)
    }
    expect((await door.send(`/api/sessions/${id}`)).json()).toEqual(before)
  })

  it("H-21 a name is resolved by a request of its own; several matches are 409 with the matches (fault:N64)", async () => {
    const id = await door.create({ label: "resolved label" })
    const resolve = (name: string) => door.send(`/api/sessions/resolve?name=${encodeURIComponent(name)}`)
    for (const name of [id, id.slice(-12), "resolved label"]) expect((await resolve(name)).json()).toEqual({ session: id })
    expect([(await resolve("nothing")).status, (await resolve("")).status]).toEqual([404, 400])
    const ambiguous = await resolve(id.slice(0, 8))
    expect(ambiguous.status).toBe(409)
    expect(ambiguous.json().error?.["matches"]).toContain(id)
  })

  it("H-24 a filter may name several channels and types; an unknown one is 422 with the known ones (fault:N75)", async () => {
    const id = await door.create()
    const events = (query: string) => door.send(`/api/sessions/${id}/events?${query}`)
    const types = async (query: string) =>
      ((await events(query)).json()["events"] as ReadonlyArray<{ readonly type: string }>).map(({ type }) => type)
    expect(await types("channel=terminal,session")).toEqual(["created", "started"])
    expect(await types("channel=terminal&channel=session")).toEqual(["created", "started"])
    expect(await types("type=started,created")).toEqual(["created", "started"])
    expect(await types("channel=agent,terminal&type=text-delta,started,data-anything")).toEqual(["started"])
    const { CHANNELS } = await import("@holdfast/protocol/event")
    for (const [query, field, named] of [
      ["channel=terminals", "channel", CHANNELS.join(", ")],
      ["channel=turn,", "channel", "turn"],
      ["channel=", "channel", "turn"],
      ["type=outptu", "type", "output"],
      ["channel=turn&type=exit", "type", "ended"],
      ["channel=agent&type=text-detla", "type", "text-delta"],
    ] as const) {
      for (const path of ["events", "events/stream"]) {
        const answer = await door.send(`/api/sessions/${id}/${path}?${query}`)
        expect([query, path, answer.status, answer.json().error?.["field"]]).toEqual([query, path, 422, field])
        expect(answer.json().error?.["message"]).toContain(named)
      }
    }
  })

  it("H-25 the Idempotency-Key header is the key of a request; one that differs from its key is a conflict (fault:N75)", async () => {
    const body = JSON.stringify({ kind: "terminal", cols: 90 })
    const create = (key: string, sent = body) =>
      door.send("/api/sessions", { method: "POST", body: sent, headers: { "idempotency-key": key } })
    const [plain, quoted, other] = [await create("header-1"), await create('"header-1"'), await create("header-2")]
    expect([plain.status, quoted.status, other.status]).toEqual([201, 200, 201])
    expect(quoted.json()["id"]).toBe(plain.json()["id"])
    const withKey = JSON.stringify({ kind: "terminal", cols: 90, key: "header-1" })
    expect((await post("/api/sessions", JSON.parse(withKey))).json()["id"]).toBe(plain.json()["id"])
    expect((await create("header-1", withKey)).status).toBe(200)
    const conflict = await create("header-2", withKey)
    expect([conflict.status, conflict.json().error?.["tag"]]).toEqual([409, "KeyConflict"])
    for (const wrong of ["", "a b", "x".repeat(201), '"']) expect([wrong, (await create(wrong)).status]).toEqual([wrong, 400])
    const spec = (await door.send("/openapi.json")).json()["paths"] as Record<string, Record<string, Record<string, unknown>>>
    const taking = ROUTES.filter(({ method, path }) =>
      JSON.stringify(spec[path.replaceAll(/:(\w+)/g, "{$1}")]?.[method.toLowerCase()]?.["parameters"] ?? []).includes(
        "idempotency-key",
      ),
    )
    const keyed = operationEntries.filter(([, { http, query, body }]) => {
      const fields = { ...query?.fields, ...body?.fields }
      return http !== undefined && "key" in fields
    })
    expect(taking.map(({ name }) => name)).toEqual(keyed.map(([name]) => name))
    expect(keyed.length).toBeGreaterThan(5)
  })

  it("H-4 patch, archive, restore and delete answer with the record", async () => {
    const id = await door.create()
    const patched = await door.send(`/api/sessions/${id}`, { method: "PATCH", body: '{"label":"new"}' })
    expect(patched.json()["label"]).toBe("new")
    expect((await door.send(`/api/sessions/${id}/archive`, { method: "POST" })).json()["status"]).toBe("archived")
    expect((await post(`/api/sessions/${id}/restore`, { key: "r" })).json()["status"]).toBe("active")
    expect((await door.send(`/api/sessions/${id}`, { method: "DELETE" })).json()["status"]).toBe("deleted")
  })

  it("H-13 a batch returns a result per item in the order asked", async () => {
    const [a, b] = [await door.create(), await door.create()]
    const answer = await post("/api/sessions/batch", { sessions: [b, "nope", a], action: "archive" })
    const results = answer.json()["results"] as ReadonlyArray<Record<string, Record<string, unknown>>>
    expect(results.map((result) => result["session"])).toEqual([b, "nope", a])
    expect(results[1]?.["error"]?.["tag"]).toBe("SessionNotFound")
    const many = await post("/api/sessions/batch", { sessions: Array.from({ length: 1001 }, () => a), action: "archive" })
    expect(many.status).toBe(422)
  })

  it("H-5 a page of events has firstSeq, lastSeq and the cursor of the next page", async () => {
    const id = await door.create()
    const page = await door.send(`/api/sessions/${id}/events?after=1&limit=10`)
    expect(page.json()).toMatchObject({ firstSeq: 1, lastSeq: 2, next: 2, atHead: true, events: [{ seq: 2 }] })
  })

  it("D-6 a cursor that is not a whole number is CursorInvalid, one beyond the head CursorAhead", async () => {
    const id = await door.create()
    for (const after of ["-1", "1.5", "x", "9007199254740993", "99999999999999999999", "1e3", "0x1", ""]) {
      const answer = await door.send(`/api/sessions/${id}/events?after=${after}`)
      expect([after, answer.status, answer.json().error?.["tag"]]).toEqual([after, 400, "CursorInvalid"])
    }
    const ahead = await door.send(`/api/sessions/${id}/events?after=99`)
    expect([ahead.status, ahead.json().error?.["tag"], ahead.json().error?.["lastSeq"]]).toEqual([409, "CursorAhead", 2])
  })

  it("H-7 H-8 H-9 input, resize, signal, screen and marks act on a terminal", async () => {
    const id = await door.create()
    expect((await post(`/api/sessions/${id}/input`, { key: "i1", text: "ls\r" })).json()).toEqual({ seq: 3 })
    expect((await post(`/api/sessions/${id}/input`, { base64: "AP8=" })).status).toBe(200)
    expect(door.inputs.map((bytes) => Buffer.from(bytes).toString("hex"))).toEqual(["6c730d", "00ff"])
    expect((await post(`/api/sessions/${id}/input`, { text: "a", base64: "AP8=" })).status).toBe(400)
    expect((await post(`/api/sessions/${id}/resize`, { cols: 100, rows: 50 })).status).toBe(200)
    expect((await post(`/api/sessions/${id}/signal`, { signal: "SIGINT" })).status).toBe(200)
    expect((await post(`/api/sessions/${id}/signal`, { signal: "SIGNOPE" })).status).toBe(400)
    expect((await door.send(`/api/sessions/${id}/screen`)).json()).toMatchObject({ cols: 80 })
    expect((await post(`/api/sessions/${id}/marks`, { text: "here" })).json()).toEqual({ seq: 6 })
  })

  it("H-11 check:S9 the description has every route that the server runs, and the page shows each", async () => {
    const spec = (await door.send("/openapi.json")).json()["paths"] as Record<string, Record<string, unknown>>
    const docs = (await door.send("/docs")).text
    for (const route of ROUTES.filter(({ socket }) => !socket)) {
      const path = route.path.replaceAll(/:(\w+)/g, "{$1}")
      expect(spec[path]?.[route.method.toLowerCase()], `${route.method} ${path}`).toBeDefined()
      expect(docs).toContain(`<code>${path}</code>`)
    }
    expect(docs).not.toMatch(/<script|https?:\/\//)
  })

  it("H-14 health answers without a credential", async () => {
    expect((await door.send("/health/live", { token: "" })).json()).toMatchObject({ live: true })
    expect((await door.send("/health/ready", { token: "" })).json()).toMatchObject({ ready: true, problems: [] })
  })

  it("every figure that the runbook names is there", async () => {
    const runbook = readFileSync(new URL("../../../../docs/RUNBOOK.md", import.meta.url), "utf8")
    const named = new Set(runbook.match(/`(?:holdfast|process|nodejs)_\w+/g)?.map((name) => name.slice(1)))
    const { text } = await door.send("/metrics")
    const shown = new Set([...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name))
    expect([...named].filter((name) => !shown.has(name))).toEqual([])
    expect(named.size).toBeGreaterThan(0)
  })

  it("figures are there in text form", async () => {
    const { text, headers } = await door.send("/metrics")
    expect(headers["content-type"]).toContain("text/plain")
    expect(text).toMatch(/holdfast_sessions \d+/)
    expect(text).toMatch(/holdfast_http_requests_total\{route="sessions.create",status="2xx"\} \d+/)
  })
})
