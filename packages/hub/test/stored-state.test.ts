/** What is stored of a session's state, and which of it is read again (docs/protocol/rules.md, E-9). */
import { describe, expect, it } from "vitest"
import { EVENTS_VERSION } from "@holdfast/protocol/events"
import { encodeDrafts, readStored, storedState } from "../src/session/encode.ts"

const ID = "01900000-0000-7000-8000-000000000001"

describe("a stored state", () => {
  it("E-9 is not loaded when it was made with newer versions of events than are known", () => {
    const created = { name: "session/created", data: { kind: "terminal", label: "a", tags: [], owner: "ann" } } as const
    const made = encodeDrafts(ID, undefined, [created], 1, 5, "ann")
    if (made === undefined) throw new Error("a session begins with its creation")
    const { record, inner } = storedState(made.state)
    expect(readStored({ record, inner, nextSeq: 2 })?.state).toEqual(made.state)
    const parsed = JSON.parse(inner) as Readonly<Record<string, unknown>>
    expect(parsed["events"]).toBe(EVENTS_VERSION)
    const newer = JSON.stringify({ ...parsed, events: EVENTS_VERSION + 1 })
    expect(readStored({ record, inner: newer, nextSeq: 2 })).toBeUndefined()
  })
})
