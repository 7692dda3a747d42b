/**
 * Bad input on what programs use that offer sessions to their own users: each is refused by name, says which field, and changes
 * nothing.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { startHub, type HubProcess } from "../src/hub-process.ts"
import { openTerminal } from "../src/terminal-session.ts"

interface Answer {
  readonly error?: { readonly tag: string; readonly message: string; readonly field?: string }
  readonly events?: ReadonlyArray<{ readonly seq: number }>
  readonly before?: number | null
}

let hub: HubProcess
let id: string
beforeAll(async () => {
  hub = await startHub()
  ;({ id } = await openTerminal(hub, { command: "cat", metadata: { constructor: "kept" } }))
})
afterAll(async () => {
  await hub.stop()
})

/** Sends a body as it stands. */
async function send(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${hub.url()}${path}`, {
    method,
    headers: { authorization: `Bearer ${hub.token}`, "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.timeout(20_000),
  })
  return { status: response.status, body: (await response.json()) as Answer }
}

/** `wrong`: the form is wrong (400); `unfit`: the form is right and cannot be meant (422). */
type Case = readonly [body: unknown, how: "wrong" | "unfit" | readonly [status: number, tag: string], field?: string]

const HOW = { wrong: [400, "BadRequest"], unfit: [422, "Unprocessable"] } as const

/** Expects each body to be refused with its tag and field; a text is sent as it stands. */
async function expectRefused(method: string, path: string, cases: ReadonlyArray<Case>): Promise<void> {
  for (const [given, how, field] of cases) {
    const [status, tag] = typeof how === "string" ? HOW[how] : how
    const text = typeof given === "string" ? given : JSON.stringify(given)
    const { status: got, body } = await send(method, path, text)
    const shown = text.slice(0, 100)
    expect([shown, got, body.error?.tag]).toEqual([shown, status, tag])
    expect(body.error?.message.length, shown).toBeGreaterThan(10)
    if (field !== undefined) expect([shown, body.error?.field]).toEqual([shown, expect.stringContaining(field)])
  }
}

const record = async () => (await hub.call<Session>("GET", `/api/sessions/${id}`)).body

describe("bad input", () => {
  it("X-3 X-22 metadata that is too much, too deep, misnamed or no text is refused and changes nothing", async () => {
    const { lastSeq } = await record()
    const entries = (count: number, value: string) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, value]))
    await expectRefused("PATCH", `/api/sessions/${id}`, [
      [{ metadata: entries(33, "x") }, "unfit", "metadata"],
      [{ metadata: entries(20, "é".repeat(400)) }, "unfit", "metadata"],
      [{ metadata: { a: "x".repeat(513) } }, "unfit", "metadata"],
      [{ metadata: { ["n".repeat(65)]: "x" } }, "unfit", "metadata"],
      [{ metadata: { "": "x" } }, "unfit", "metadata"],
      [{ metadata: { a: { b: "x" } } }, "wrong", "metadata"],
      [{ metadata: { a: ["x"] } }, "wrong", "metadata"],
      [{ metadata: ["x"] }, "wrong", "metadata"],
      [{ metadata: null }, "wrong", "metadata"],
      [{ metadata: { a: "\u0000" } }, "unfit", "metadata"],
      [{ metadata: { "a\u0000": "x" } }, "unfit", "metadata"],
      ['{"metadata": {"a": "\\ud800"}}', "unfit", "metadata"],
      ['{"metadata": {"__proto__": "x"}}', "wrong"],
      ['{"metadata": {"a": "x", "a": "y"}}', "wrong"],
      [`{"metadata": ${'{"a":'.repeat(100)}1${"}".repeat(100)}}`, "wrong"],
      [`{"metadata": {"a": "${"x".repeat(2 * 1024 * 1024)}"}}`, [413, "TooLarge"]],
    ])
    expect(await record()).toMatchObject({ lastSeq, metadata: { constructor: "kept" } })
    const found = async (filter: string) => send("GET", `/api/sessions?metadata=${encodeURIComponent(filter)}`)
    for (const filter of ["__proto__=x", "toString=x", "constructor=", "a=\u0000"])
      expect((await found(filter)).body).toMatchObject({ sessions: [], total: 0 })
    expect((await found("constructor=kept")).body).toMatchObject({ sessions: [{ id }], total: 1 })
    for (const filter of ["", "=x", "a", "a b=x", `a=${"x".repeat(1000)}`])
      expect((await found(filter)).body.error).toMatchObject({ tag: "BadRequest" })
  })

  it("X-3 X-20 a token whose bounds cannot be is refused, and none is made", async () => {
    const before = (await send("GET", "/api/tokens")).body
    const other = "01998c1e-7d5a-7c3e-9b1a-5d2f8e4a6b70"
    await expectRefused("POST", "/api/tokens", [
      [{ name: "x", sessions: [] }, "unfit", "sessions"],
      [{ name: "x", sessions: "all" }, "wrong", "sessions"],
      [{ name: "x", sessions: ["*"] }, "unfit", "sessions"],
      [{ name: "x", sessions: Array.from({ length: 101 }, () => id) }, "unfit", "sessions"],
      [{ name: "x", sessions: [id, other] }, [404, "SessionNotFound"]],
      [{ name: "x", sessions: [id], scope: "all" }, "unfit", "scope"],
      [{ name: "x", scope: "owner" }, "wrong", "scope"],
      [{ name: "x", expiresAt: 0 }, "unfit", "expiresAt"],
      [{ name: "x", expiresAt: Date.now() + 60_000.5 }, "unfit", "expiresAt"],
      [{ name: "x", expiresAt: "tomorrow" }, "wrong", "expiresAt"],
      ['{"name": "x", "expiresAt": 1e999}', "wrong"],
      [{ name: "\u0000" }, "unfit", "name"],
      [{ name: "x", session: [id] }, "wrong"],
    ])
    expect((await send("GET", "/api/tokens")).body).toEqual(before)
  })

  it("X-3 X-30 an announcement that says nothing, ends before it begins or is not one line is refused", async () => {
    await expectRefused("POST", "/api/announcements", [
      [{ kind: "news", text: "x" }, "wrong", "kind"],
      [{ text: "x" }, "wrong", "kind"],
      [{ kind: "feature" }, "wrong", "text"],
      [{ kind: "feature", text: " \u200b " }, "unfit", "text"],
      [{ kind: "feature", text: "a\u0000b" }, "unfit", "text"],
      [{ kind: "feature", text: "\u001b]0;x\u0007" }, "unfit", "text"],
      [{ kind: "feature", text: "x".repeat(501) }, "unfit", "text"],
      [{ kind: "feature", text: ["x"] }, "wrong", "text"],
      [{ kind: "feature", text: "x", until: -1 }, "unfit", "until"],
      [{ kind: "feature", text: "x", until: Date.now() + 1000.5 }, "unfit", "until"],
      [{ kind: "feature", text: "x", until: 2 ** 60 }, "wrong"],
      [{ kind: "feature", text: "x", until: "soon" }, "wrong", "until"],
      [{ kind: "feature", text: "x", for: "all" }, "wrong"],
    ])
    for (const wrong of ["none", "%00", "..%2f..", "x".repeat(300)])
      expect((await send("DELETE", `/api/announcements/${wrong}`)).status).toBeOneOf([400, 404])
    expect((await send("GET", "/api/announcements")).body).toEqual({ announcements: [] })
  })

  it("X-3 Y-1 a webhook for nothing, for no one or to nowhere is refused", async () => {
    const url = "https://93.184.216.34/hook"
    await expectRefused("POST", "/api/webhooks", [
      [{ url, on: [] }, "unfit", "on"],
      [{ url, on: ["turn-ended", "all"] }, "wrong", "on"],
      [{ url, on: ["turn-ended"], sessions: [] }, "unfit", "sessions"],
      [{ url, on: ["turn-ended"], sessions: ["one"] }, "unfit", "sessions"],
      [{ url, on: ["turn-ended"], tags: [""] }, "unfit", "tags"],
      [{ url, on: ["turn-ended"], secret: "mine" }, "wrong"],
      [{ url: `https://example.org/${"x".repeat(2100)}`, on: ["turn-ended"] }, "unfit", "url"],
      [{ url: "javascript:alert(1)", on: ["turn-ended"] }, "unfit", "url"],
      [{ url: "file:///etc/passwd", on: ["turn-ended"], allowPrivate: true }, "unfit", "url"],
      [{ url: "https://", on: ["turn-ended"] }, "unfit", "url"],
      [{ url, on: ["turn-ended"], allowPrivate: "yes" }, "wrong", "allowPrivate"],
    ])
    for (const [method, path] of [
      ["DELETE", "/api/webhooks/none"],
      ["POST", "/api/webhooks/none/retry"],
      ["GET", "/api/webhooks/none/deliveries?state=lost"],
    ] as const)
      expect((await send(method, path)).status).toBeOneOf([400, 404])
    expect((await send("GET", "/api/webhooks")).body).toEqual({ webhooks: [] })
  })

  it("X-3 X-24 X-27 a wait or a place in the log that is nonsense is refused at once", async () => {
    const page = async (query: string) => send("GET", `/api/sessions/${id}/events?${query}`)
    const refused: ReadonlyArray<readonly [query: string, status: number, tag: string]> = [
      ...["-1", "46", "1.5", "1e9", "soon", "", "NaN", "Infinity"].map(
        (wait) => [`after=0&wait=${wait}`, 400, "BadRequest"] as const,
      ),
      ["after=0&wait=1&wait=2", 400, "BadRequest"],
      ["before=end&wait=5", 400, "BadRequest"],
      ["before=5&after=1", 400, "BadRequest"],
      ...["-1", "1.5", "", "END", "99999999999999999999"].map((before) => [`before=${before}`, 400, "CursorInvalid"] as const),
      ["after=999999&wait=5", 409, "CursorAhead"],
      ["after=x&wait=5", 400, "CursorInvalid"],
      ["before=end&limit=0", 400, "BadRequest"],
      ["before=end&channel=nothing", 422, "Unprocessable"],
    ]
    const began = performance.now()
    for (const [query, status, tag] of refused) {
      const answer = await page(query)
      expect([query, answer.status, answer.body.error?.tag]).toEqual([query, status, tag])
    }
    expect(performance.now() - began).toBeLessThan(5000)
    expect((await page("before=0")).body).toMatchObject({ events: [], before: null })
    expect((await page("before=1")).body).toMatchObject({ events: [], before: null })
    const all = (await page("before=end&limit=10000")).body.events?.map(({ seq }) => seq) ?? []
    const back: Array<number> = []
    for (let before: number | null | string = "end"; before !== null;) {
      const { body }: { readonly body: Answer } = await page(`before=${before}&limit=1`)
      back.unshift(...(body.events ?? []).map(({ seq }) => seq))
      before = body.before ?? null
    }
    expect(back).toEqual(all)
    const nowhere = await send("GET", "/api/sessions/01998c1e-7d5a-7c3e-9b1a-5d2f8e4a6b70/events?after=0&wait=30")
    expect(nowhere.body.error?.tag).toBe("SessionNotFound")
  })

  it("X-3 X-25 a key under which something else was asked is a conflict, wherever the key stands", async () => {
    const twice: ReadonlyArray<readonly [method: string, path: string, first: object, second: object]> = [
      ["POST", "/api/announcements", { kind: "feature", text: "one" }, { kind: "feature", text: "two" }],
      ["POST", "/api/tokens", { name: "one" }, { name: "two" }],
      ["PATCH", `/api/sessions/${id}`, { metadata: { k: "one" } }, { metadata: { k: "two" } }],
      ["POST", `/api/sessions/${id}/input`, { text: "one" }, { text: "two" }],
    ]
    for (const [at, [method, path, first, second]] of twice.entries()) {
      const key = { "idempotency-key": `input-${at}` }
      const made = await send(method, path, JSON.stringify(first), key)
      expect([path, made.status < 300]).toEqual([path, true])
      expect([path, (await send(method, path, JSON.stringify(first), key)).status < 300]).toEqual([path, true])
      expect([path, (await send(method, path, JSON.stringify(second), key)).body.error?.tag]).toEqual([path, "KeyConflict"])
    }
    expect((await record()).metadata).toEqual({ constructor: "kept", k: "one" })
    const own = { kind: "feature", text: "three", key: "in-the-body" }
    const differs = await send("POST", "/api/announcements", JSON.stringify(own), { "idempotency-key": "in-the-header" })
    expect(differs.body.error?.tag).toBe("KeyConflict")
    for (const key of ["", "a b", "ä", "k".repeat(201)])
      expect((await send("POST", "/api/links", "{}", { "idempotency-key": encodeURI(key) === key ? key : "a b" })).status).toBe(
        400,
      )
  })
})
