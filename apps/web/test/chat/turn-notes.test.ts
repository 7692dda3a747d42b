import { describe, expect, it } from "vitest"
import type { Event } from "@holdfast/protocol/event"
import { TurnNotes } from "../../src/panes/chat/transcript/TurnNotes.ts"

const event = (seq: number, channel: string, type: string, data: unknown, turn?: string): Event =>
  ({ seq, time: seq * 1000, channel, type, data, by: "owner", ...(turn === undefined ? {} : { turn }) }) as Event

const LOG: ReadonlyArray<Event> = [
  event(1, "turn", "started", { turn: "a" }, "a"),
  event(2, "permission", "asked", { request: { id: "p", kind: "tool", title: "bash", toolCallId: "c" }, turn: "a" }, "a"),
  event(3, "permission", "answered", { requestId: "p", decision: { optionId: "x", allow: true, by: "phone", at: 3000 } }, "a"),
  event(
    4,
    "turn",
    "ended",
    { turn: "a", outcome: "error", error: { tag: "ModelError", message: "status 500" }, usage: { cost: 1 } },
    "a",
  ),
  event(5, "turn", "started", { turn: "b" }, "b"),
  event(6, "turn", "interrupting", { turn: "b", reason: "person" }, "b"),
]

describe("what the log says of turns", () => {
  it("APP-36 knows how each turn ended, why, and who answered what it asked", async () => {
    let asked = 0
    const notes = new TurnNotes(({ after = 0, limit }) => {
      asked += 1
      const events = LOG.filter(({ seq }) => seq > after).slice(0, limit)
      return Promise.resolve({ events, next: 6, atHead: true, before: null })
    })
    await notes.refresh()
    expect(notes.all.get().get("a")).toEqual({
      startedAt: 1000,
      endedAt: 4000,
      error: { tag: "ModelError", message: "status 500" },
      usage: { cost: 1 },
      asked: [
        { id: "p", kind: "tool", title: "bash", toolCallId: "c", askedAt: 2000, end: { how: "allowed", by: "phone", at: 3000 } },
      ],
    })
    expect(notes.all.get().get("b")).toMatchObject({ interruptedBy: "owner" })
    const before = notes.all.get().get("a")
    await notes.refresh()
    await notes.older()
    expect(notes.all.get().get("a")).toBe(before)
    expect(asked).toBe(2)
  })

  it("APP-36 reads again after a read that failed", async () => {
    let isAway = true
    const notes = new TurnNotes(() =>
      isAway ? Promise.reject(new Error("away")) : Promise.resolve({ events: LOG, next: 6, atHead: true, before: null }),
    )
    await expect(notes.refresh()).rejects.toThrow("away")
    isAway = false
    await notes.refresh()
    expect(notes.all.get().size).toBe(2)
  })
})
