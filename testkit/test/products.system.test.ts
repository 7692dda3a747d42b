/**
 * What programs need that offer sessions to their own users, against a real hub: tokens for less, metadata, keys.
 */
import WebSocket from "ws"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { FRAME_FEED } from "@holdfast/protocol/frame"
import type { Session, SessionPage } from "@holdfast/protocol/session"
import { eventually } from "../src/eventually.ts"
import { RawClient } from "../src/hub/socket-house.ts"
import { startHub, type HubProcess } from "../src/hub-process.ts"
import { openTerminal } from "../src/terminal-session.ts"

interface Refused {
  readonly error: { readonly tag: string; readonly field?: string; readonly action?: string }
}

let hub: HubProcess
beforeAll(async () => {
  hub = await startHub({ settings: { HOLDFAST_RATE_LIMIT: "120", HOLDFAST_CORS_ORIGINS: "https://app.example.org" } })
})
afterAll(async () => {
  await hub.stop()
})

/** Calls the hub with a token of one's own. */
async function call<A>(token: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${hub.url()}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(60_000),
  })
  return { status: response.status, headers: response.headers, body: (await response.json()) as A }
}

const makeToken = async (request: object): Promise<{ readonly id: string; readonly secret: string }> => {
  const { body } = await hub.call<{ readonly id: string; readonly secret: string }>("POST", "/api/tokens", {
    name: "guest",
    ...request,
  })
  return body
}

describe("a token that is bound to sessions", () => {
  let own: Session
  let other: Session
  let guest: string
  beforeAll(async () => {
    own = await openTerminal(hub, { command: "cat", label: "bound own", tags: ["bound"] })
    other = await openTerminal(hub, { command: "cat", label: "bound other", tags: ["bound"] })
    guest = (await makeToken({ sessions: [own.id] })).secret
  })

  it("X-20 sees its sessions alone in lists, names and viewers", async () => {
    for (const query of ["", "?tag=bound", "?status=all&q=bound", "?sort=label"]) {
      const { body } = await call<SessionPage>(guest, "GET", `/api/sessions${query}`)
      expect([body.sessions.map(({ id }) => id), body.total]).toEqual([[own.id], 1])
    }
    const named = (name: string) => call<{ session: string } & Refused>(guest, "GET", `/api/sessions/resolve?name=${name}`)
    expect((await named("bound own")).body.session).toBe(own.id)
    expect((await named(own.id)).body.session).toBe(own.id)
    for (const name of ["bound other", other.id, other.id.slice(-8)])
      expect((await named(name)).body.error.tag).toBe("SessionNotFound")
    expect((await call<{ permissions: [] }>(guest, "GET", "/api/permissions")).body.permissions).toEqual([])
    expect((await call<{ sessions: [] }>(guest, "GET", "/api/viewers")).body.sessions).toEqual([])
    const batch = await call<{ results: ReadonlyArray<Partial<Refused>> }>(guest, "POST", "/api/sessions/batch", {
      sessions: [own.id, other.id],
      action: "update",
      change: { pinned: true },
    })
    expect(batch.body.results.map(({ error }) => error?.tag)).toEqual([undefined, "SessionPermissionError"])
    expect((await hub.call<Session>("GET", `/api/sessions/${other.id}`)).body.pinned).toBe(false)
  })

  it("X-20 may use its sessions, and neither another one, nor one that is not there, nor what concerns all", async () => {
    expect((await call<Session>(guest, "GET", `/api/sessions/${own.id}`)).body.label).toBe("bound own")
    expect((await call(guest, "POST", `/api/sessions/${own.id}/input`, { text: "x" })).status).toBe(200)
    const nowhere = "01998c1e-7d5a-7c3e-9b1a-5d2f8e4a6b70"
    type Sent = readonly [method: string, path: string, body?: object]
    const foreign = [other.id, nowhere].flatMap((id): ReadonlyArray<Sent> => [
      ["GET", `/api/sessions/${id}`],
      ["GET", `/api/sessions/${id}/events`],
      ["GET", `/api/sessions/${id}/events/stream`],
      ["GET", `/api/sessions/${id}/export?format=jsonl`],
      ["GET", `/api/sessions/${id}/screen`],
      ["POST", `/api/sessions/${id}/input`, { text: "x" }],
      ["DELETE", `/api/sessions/${id}`],
    ])
    const forAll: ReadonlyArray<Sent> = [
      ["POST", "/api/sessions", { kind: "terminal" }],
      ["GET", "/api/runner"],
      ["GET", "/metrics"],
      ["GET", "/api/trust"],
      ["GET", "/api/permissions/rules"],
      ["GET", "/api/tokens"],
    ]
    for (const [method, path, body] of [...foreign, ...forAll]) {
      const refused = await call<Refused>(guest, method, path, body)
      expect([method, path, refused.status, refused.body.error.tag]).toEqual([method, path, 403, "SessionPermissionError"])
    }
    const agents = await call<{ agents: [] }>(guest, "GET", "/api/agents")
    expect(agents.status).toBe(200)
  })

  it("X-20 the stream socket attaches to its sessions alone, and both feeds leave the others out", async () => {
    const socket = new RawClient(hub.port(), "holdfast.1", guest)
    const ask = (tag: string, payload: object) => socket.call(tag, payload)
    const fed = (): string => JSON.stringify(socket.frames(FRAME_FEED))
    await socket.hello("bound-guest")
    expect(await ask("Attach", { session: other.id, mode: "viewer" })).toMatchObject({ _tag: "Failure" })
    expect(await ask("Attach", { session: own.id, mode: "viewer" })).toMatchObject({ _tag: "Success" })
    expect(await ask("sessions.get", { session: other.id })).toMatchObject({ _tag: "Failure" })
    expect(await ask("WatchSessions", { after: 0 })).toMatchObject({ _tag: "Success" })
    const ending = new AbortController()
    const response = await fetch(`${hub.url()}/api/sessions/stream?after=0`, {
      headers: { authorization: `Bearer ${guest}` },
      signal: ending.signal,
    })
    let text = ""
    const reading = (async () => {
      for await (const bytes of response.body ?? []) text += Buffer.from(bytes).toString("utf8")
    })().catch(() => undefined)
    await eventually("the feed is synced", 5000, () => text.includes("event: synced"))
    await hub.call("PATCH", `/api/sessions/${other.id}`, { label: "unseen change" })
    await hub.call("PATCH", `/api/sessions/${own.id}`, { label: "seen change" })
    await eventually("the change of its own session came", 5000, () => text.includes("seen change"))
    await eventually("and on the socket", 5000, () => fed().includes("seen change"))
    for (const seen of [text, fed()]) {
      expect(seen).not.toContain(other.id)
      expect(seen).not.toContain("unseen change")
    }
    ending.abort()
    await reading
    socket.ws.terminate()
  })

  it("X-20 bounds that cannot be are refused", async () => {
    const refusal = async (request: object) =>
      (await hub.call<Refused>("POST", "/api/tokens", { name: "x", ...request })).body.error
    expect(await refusal({ sessions: [own.id], scope: "all" })).toMatchObject({ tag: "Unprocessable", field: "scope" })
    expect(await refusal({ sessions: ["01998c1e-7d5a-7c3e-9b1a-5d2f8e4a6b70"] })).toMatchObject({ tag: "SessionNotFound" })
    expect((await refusal({ sessions: [] })).tag).toMatch(/BadRequest|Unprocessable/)
    expect((await refusal({ sessions: ["bound own"] })).tag).toMatch(/BadRequest|Unprocessable/)
    expect(await refusal({ expiresAt: Date.now() - 1 })).toMatchObject({ tag: "Unprocessable", field: "expiresAt" })
  })
})

describe("a token with an end", () => {
  it("X-21 is refused from then on, and its socket and streams are closed", async () => {
    const brief = await makeToken({ scope: "read", expiresAt: Date.now() + 1500 })
    const socket = new WebSocket(`ws://127.0.0.1:${hub.port()}/api/socket`, "holdfast.1", {
      headers: { authorization: `Bearer ${brief.secret}` },
    })
    const closed = new Promise<number>((resolve) => socket.once("close", resolve))
    const reason = new Promise<string>((resolve) => socket.once("close", (_, why) => resolve(String(why))))
    const stream = await fetch(`${hub.url()}/api/sessions/stream`, { headers: { authorization: `Bearer ${brief.secret}` } })
    expect(stream.status).toBe(200)
    const ended = stream.text()
    expect(await closed).toBe(1008)
    await ended
    const late = await call<{ readonly error: { readonly message: string } }>(brief.secret, "GET", "/api/sessions")
    expect([late.status, late.body.error.message]).toEqual([401, expect.stringContaining("this token expired at")])
    expect(await reason).toBe("the token has expired; use a new one")
    await eventually("it is not listed", 5000, async () => {
      const { body } = await hub.call<{ tokens: ReadonlyArray<{ id: string }> }>("GET", "/api/tokens")
      return body.tokens.every(({ id }) => id !== brief.id)
    })
  })
})

describe("keys", () => {
  it("X-25 a token, a link and a signal are made once with a key, and another body under it is a conflict", async () => {
    const keyed = (path: string, body: object, key: string) =>
      call<Record<string, unknown> & Refused>(hub.token, "POST", path, body, { "idempotency-key": key })
    const [first, second] = await Promise.all([
      keyed("/api/tokens", { name: "once", scope: "read" }, "t1"),
      keyed("/api/tokens", { name: "once", scope: "read" }, "t1"),
    ])
    expect([first.status, second.body]).toEqual([201, first.body])
    expect((await keyed("/api/tokens", { name: "twice", scope: "read" }, "t1")).body.error.tag).toBe("KeyConflict")
    expect((await keyed("/api/links", {}, "l1")).body).toEqual((await keyed("/api/links", {}, '"l1"')).body)
    for (const path of ["/api/tokens", "/api/runner/stop", "/api/links"])
      expect((await keyed(path, path === "/api/tokens" ? { name: "x" } : {}, "k".repeat(201))).body.error.tag).toBe("BadRequest")
    const { id } = await openTerminal(hub, {
      command: "bash",
      args: ["-c", "trap 'echo caught' USR1; echo ready; while :; do read x && echo \"got $x\"; done"],
    })
    const output = async (): Promise<string> =>
      JSON.stringify((await hub.call("GET", `/api/sessions/${id}/events?channel=terminal`)).body)
    await eventually("the program is ready", 5000, async () => (await output()).includes("ready"))
    for (let i = 0; i < 3; i++) expect((await keyed(`/api/sessions/${id}/signal`, { signal: "SIGUSR1" }, "s1")).status).toBe(200)
    await hub.call("POST", `/api/sessions/${id}/input`, { text: "done\r" })
    await eventually("the program has read what was typed, and so took its signals", 5000, async () =>
      (await output()).includes("got done"),
    )
    expect((await output()).match(/caught/g)).toHaveLength(1)
  })
})

describe("limits", () => {
  it("X-26 a token is refused with 429 beyond its limit, over the socket too, and the headers say where it stands", async () => {
    const { secret } = await makeToken({ scope: "read" })
    const answers = []
    for (let i = 0; i < 121; i++) answers.push(await call<Refused>(secret, "GET", "/api/agents"))
    expect(answers[0]?.headers.get("ratelimit-policy")).toBe('"token";q=120;w=60')
    expect(answers[0]?.headers.get("ratelimit")).toMatch(/^"token";r=119;t=(60|5\d)$/)
    expect(answers.map(({ status }) => status)).toEqual([...Array<number>(120).fill(200), 429])
    const refused = answers[120]
    expect(refused?.body.error.tag).toBe("RateLimited")
    expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0)
    expect(refused?.headers.get("ratelimit")).toMatch(/;r=0;/)
    const socket = new RawClient(hub.port(), "holdfast.1", secret)
    await socket.hello("limited-client")
    expect(JSON.stringify(await socket.call("WatchSessions", {}))).toContain("RateLimited")
    socket.ws.terminate()
    expect((await hub.call("GET", "/api/agents")).headers.get("ratelimit")).toBeNull()
    expect((await call(secret, "GET", "/health/live")).status).toBe(200)
  })
})

describe("versions and origins", () => {
  it("X-28 every answer names the version, and a request for another one is refused", async () => {
    const answer = await call(hub.token, "GET", "/api/agents", undefined, { "holdfast-version": "1" })
    expect([answer.status, answer.headers.get("holdfast-version")]).toEqual([200, "1"])
    const refused = await call<Refused & { error: { served: [] } }>(hub.token, "GET", "/nowhere", undefined, {
      "holdfast-version": "7",
    })
    expect([refused.status, refused.body.error]).toMatchObject([400, { tag: "VersionNotServed", served: [1] }])
    expect(refused.headers.get("holdfast-version")).toBe("1")
  })

  it("X-29 a named origin gets its headers with every answer, refusals included, and never those for cookies", async () => {
    const origin = "https://app.example.org"
    const ask = (path: string, init: RequestInit) => fetch(`${hub.url()}${path}`, init)
    const preflight = await ask("/api/sessions", {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization" },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get("access-control-allow-methods")).toContain("POST")
    expect(preflight.headers.get("access-control-allow-headers")).toContain("idempotency-key")
    const authorization = `Bearer ${hub.token}`
    const good = await ask("/api/sessions", { headers: { origin, authorization } })
    const bad = await ask("/api/sessions", { headers: { origin } })
    expect([good.status, bad.status]).toEqual([200, 401])
    for (const { headers } of [preflight, good, bad]) {
      expect(headers.get("access-control-allow-origin")).toBe(origin)
      expect(headers.get("access-control-allow-credentials")).toBeNull()
      expect(headers.get("vary")).toContain("origin")
    }
    const foreign = await ask("/api/sessions", { headers: { origin: "https://evil.example", authorization } })
    expect([foreign.status, foreign.headers.get("access-control-allow-origin")]).toEqual([403, null])
    const own = await ask("/api/sessions", { headers: { authorization } })
    expect(own.headers.get("access-control-allow-origin")).toBeNull()
  })
})

describe("metadata", () => {
  it("X-22 X-23 is given at creation, changed by name, found, and as it was after a kill", async () => {
    const { id } = await openTerminal(hub, { command: "cat", metadata: { customer: "7", plan: "pro" } })
    const patch = (metadata: object) => hub.call<Session & Refused>("PATCH", `/api/sessions/${id}`, { metadata })
    const found = async (query: string) =>
      (await hub.call<SessionPage>("GET", `/api/sessions?${query}`)).body.sessions.map((one) => one.id)
    expect(await found("metadata=customer=7&metadata=plan=pro")).toEqual([id])
    const changed = await patch({ plan: null, seat: "a=b c" })
    expect(changed.body.metadata).toEqual({ customer: "7", seat: "a=b c" })
    const { lastSeq } = changed.body
    expect((await patch({ customer: "7" })).body.lastSeq).toBe(lastSeq)
    for (const wrong of [{ "no blank": "x" }, { a: "\u0007" }, { a: "x".repeat(513) }, { a: 1 }])
      expect((await patch(wrong)).status).toBeGreaterThanOrEqual(400)
    const many = Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`n${i}`, "x"]))
    expect((await patch(many)).body.error).toMatchObject({ tag: "Unprocessable", field: "metadata" })
    expect((await hub.call<Session>("GET", `/api/sessions/${id}`)).body.lastSeq).toBe(lastSeq)
    await hub.kill("SIGKILL")
    await hub.start()
    expect(await found(`metadata=${encodeURIComponent("seat=a=b c")}`)).toEqual([id])
    expect(await found("metadata=plan=pro")).toEqual([])
    expect((await hub.call("GET", "/api/sessions?metadata=nothing")).status).toBe(400)
  })
})
