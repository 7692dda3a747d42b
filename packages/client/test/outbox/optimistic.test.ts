import type { Session } from "@holdfast/protocol/session"
import { describe, expect, it } from "vitest"
import type { OutboxItem } from "../../src/outbox/item.ts"
import { offlineMessages, withOffline } from "../../src/outbox/optimistic.ts"

const item = (id: string, more: Partial<OutboxItem>): OutboxItem => ({
  id,
  version: 1,
  order: 1,
  operation: "messages.send",
  input: { text: id },
  session: "a",
  status: "pending",
  priority: 0,
  at: 1000,
  tries: 0,
  sent: false,
  ...more,
})
const session = (id: string, more: Partial<Session> = {}): Session =>
  ({ id, change: 5, label: id, status: "active", pinned: false, tags: [], ...more }) as unknown as Session
const failure = { tag: "TooLarge", message: "too large", at: 1 }

describe("messages that wait", () => {
  it("C-61 are shown once at every moment, whichever of answer and event comes first", () => {
    const unseen = { seq: 10, keys: new Set<string>() }
    const seen = { seq: 12, keys: new Set(["m"]) }
    const shown = (one: OutboxItem, what = unseen) => offlineMessages("a", { items: [one] }, what).length
    expect(shown(item("m", { status: "pending" }))).toBe(1)
    expect(shown(item("m", { status: "processing" }))).toBe(1)
    // The answer first: until the event at 12 is on the screen.
    expect(shown(item("m", { status: "completed", answer: { seq: 12 } }))).toBe(1)
    expect(shown(item("m", { status: "completed", answer: { seq: 12 } }), seen)).toBe(0)
    // The event first.
    expect(shown(item("m", { status: "processing" }), seen)).toBe(0)
    // Long ago: its key is on a page that is not loaded.
    expect(shown(item("m", { status: "completed", answer: { seq: 12 } }), { seq: 400, keys: new Set() })).toBe(0)
    // Nobody knows what is on the screen.
    expect(offlineMessages("a", { items: [item("m", { status: "completed", answer: { seq: 12 } })] })).toEqual([])
  })

  it("C-61 stay with the reason when they fail, and are those of the session alone", () => {
    const items = [item("m", { status: "failed", error: failure }), item("n", { session: "b" })]
    expect(offlineMessages("a", { items })).toEqual([
      {
        key: "m",
        role: "user",
        parts: [{ type: "text", text: "m" }],
        createdAt: 1000,
        status: "failed",
        syncPending: false,
        failure,
      },
    ])
  })

  it("C-61 follow a session from before it exists to the real one", () => {
    const message = item("m", { session: "new:c" })
    const create = item("c", { operation: "sessions.create", session: "new:c", input: { kind: "agent" } })
    expect(offlineMessages("new:c", { items: [create, message] })).toMatchObject([{ key: "m", status: "offline" }])
    const opened = { ...create, input: { kind: "agent", message: { text: "first" } } }
    expect(offlineMessages("new:c", { items: [opened, message] }).map(({ key }) => key)).toEqual(["c", "m"])
    expect(offlineMessages("new:c", { items: [opened] }, { seq: 0, keys: new Set(["c"]) })).toEqual([])
    const made = { ...create, status: "completed" as const, answer: { id: "a", change: 9 } }
    for (const id of ["a", "new:c"]) expect(offlineMessages(id, { items: [made, message] })).toMatchObject([{ key: "m" }])
  })
})

describe("sessions that wait", () => {
  const create = item("c", {
    operation: "sessions.create",
    session: "new:c",
    input: { kind: "agent", label: "mine", tags: ["x"] },
  })

  it("C-62 are shown while their create waits, then as the hub answered, then as the feed brings them", () => {
    const others = [session("o")]
    expect(withOffline(others, { items: [create] }, 5)).toEqual([
      {
        id: "new:c",
        key: "c",
        kind: "agent",
        label: "mine",
        tags: ["x"],
        pinned: false,
        status: "offline",
        syncPending: true,
        createdAt: 1000,
      },
      others[0],
    ])
    const made = { ...create, status: "completed" as const, answer: session("a", { change: 9 }) }
    const ids = (sessions: ReadonlyArray<Session>, change: number) =>
      withOffline(sessions, { items: [made] }, change).map(({ id }) => id)
    expect(ids(others, 8)).toEqual(["a", "o"])
    expect(ids([session("a", { change: 9 }), ...others], 9)).toEqual(["a", "o"])
    // It was deleted since: the feed knows better than the answer.
    expect(ids(others, 12)).toEqual(["o"])
    const refused = { ...create, status: "failed" as const, error: failure }
    expect(withOffline(others, { items: [refused] })[0]).toMatchObject({ id: "new:c", syncPending: false, failure })
  })

  it("C-62 changes that wait are shown, and disappear when they fail", () => {
    const rename = item("r", { operation: "sessions.update", session: "o", input: { label: "new name" } })
    const archive = item("v", { operation: "sessions.archive", session: "o", input: {} })
    const [shown] = withOffline([session("o")], { items: [rename, archive] })
    expect(shown).toMatchObject({ id: "o", label: "new name", status: "archived", syncPending: true })
    const failed = { ...rename, status: "failed" as const, error: failure }
    expect(withOffline([session("o")], { items: [failed] })).toEqual([session("o")])
  })
})
