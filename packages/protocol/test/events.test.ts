/** The table of events: what is known, in which version (docs/protocol/rules.md, E-3, E-9). */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { list, maybe, text } from "../src/codec.ts"
import { requiredOf, valuesOf } from "../src/contract/codec-values.ts"
import { CHANNELS, type Event } from "../src/event.ts"
import { event } from "../src/event-row.ts"
import { currentEvent, EVENT_UPCASTS } from "../src/event-upcasts.ts"
import { EventReader, EVENTS, type EventName, knownEvent, writtenVersion } from "../src/events.ts"
import { decodeRecord, encodeEvent, readRecord, recordJson } from "../src/record.ts"

const NAMES = Object.keys(EVENTS) as ReadonlyArray<EventName>

const eventOf = (name: string, data: unknown, version?: number): Event => {
  const [channel, type] = name.split("/") as [Event["channel"], string]
  return { seq: 7, time: 1, channel, type, ...(version === undefined ? {} : { version }), data: data as Event["data"] }
}

/** Renaming was written in three forms: `{name}`, then `{label}`, now `{labels}`. */
const UPCASTS: typeof EVENT_UPCASTS = {
  "session/renamed": [
    ({ name, ...rest }) => ({ ...rest, label: name }),
    ({ label, ...rest }) => ({ ...rest, labels: typeof label === "string" ? [label] : undefined }),
  ],
}

const raised = new EventReader({
  "session/renamed": event(
    { labels: list(text), message: maybe(text) },
    UPCASTS["session/renamed"] === undefined ? {} : { upcasts: UPCASTS["session/renamed"] },
  ),
  "session/archived": event({}),
})

describe("the table of events", () => {
  it("E-3 knows each of its types with and without the optional fields, and none that lacks a required one", () => {
    for (const name of NAMES) {
      expect(CHANNELS).toContain(name.split("/")[0])
      const { form } = EVENTS[name].data
      if (form.kind !== "fields" && form.kind !== "part") throw new Error(`${name} is not described by fields`)
      const required = requiredOf(form.shape)
      fc.assert(
        fc.property(valuesOf(EVENTS[name].data), (data) => {
          expect(knownEvent(eventOf(name, data))).toEqual({ name, data })
          expect(knownEvent(eventOf(name, { ...(data as object), later: 1 }))?.name).toBe(name)
          for (const field of required) {
            expect(knownEvent(eventOf(name, { ...(data as object), [field]: undefined }))).toBeUndefined()
          }
        }),
        { numRuns: 10 },
      )
    }
  })

  it("E-3 takes any value for unknown that is not the data of a type", () => {
    fc.assert(
      fc.property(fc.constantFrom(...NAMES, "session/unheard-of", "agent/text-delta"), fc.jsonValue(), (name, data) => {
        const known = knownEvent(eventOf(name, data))
        if (known !== undefined) expect(EVENTS[known.name].data.is(data)).toBe(true)
      }),
    )
  })
})

describe("versions of events", () => {
  it("E-9 (row:A8) data of an older version is brought to the reader's when it is read, step by step", () => {
    const now = { labels: ["a"] }
    expect(raised.known(eventOf("session/renamed", { name: "a" }))).toEqual({ name: "session/renamed", data: now })
    expect(raised.known(eventOf("session/renamed", { label: "a" }, 2))?.data).toEqual(now)
    expect(raised.known(eventOf("session/renamed", now, 3))?.data).toEqual(now)
    expect(currentEvent(eventOf("session/renamed", { name: "a", extra: 1 }), UPCASTS)).toEqual(
      eventOf("session/renamed", { extra: 1, labels: ["a"] }, 3),
    )
    expect(raised.written("session/renamed")).toBe(3)
    expect(raised.written("session/archived")).toBeUndefined()
  })

  it("E-9 the steps that readers without the table know are those of its rows", () => {
    const steps = NAMES.flatMap((name) => (EVENTS[name].upcasts.length === 0 ? [] : [[name, EVENTS[name].upcasts]]))
    expect(Object.fromEntries(steps)).toEqual(EVENT_UPCASTS)
  })

  it("E-9 the version counts, not the form: data that no step makes whole is unknown and stays as it is", () => {
    for (const data of [{ label: "a" }, { name: 1 }, {}, [], "a", null, 3]) {
      expect(raised.known(eventOf("session/renamed", data))).toBeUndefined()
    }
  })

  it("E-9 an event of a newer version is kept as it is, and none of its data is taken for known", () => {
    for (const version of [4, 0, -1, 1.5, Number.NaN]) {
      const newer = eventOf("session/renamed", { labels: ["a"] }, version)
      expect(raised.known(newer)).toBeUndefined()
      if (version === 4) expect(currentEvent(newer, UPCASTS)).toBe(newer)
    }
    expect(knownEvent(eventOf("session/renamed", { label: "a" }, 2))).toBeUndefined()
  })

  it("E-9 an event in its first version does not name it, and its JSON is the stored text", () => {
    for (const name of NAMES)
      expect(writtenVersion(name)).toBe(EVENTS[name].upcasts.length === 0 ? undefined : expect.any(Number))
    const stored = encodeEvent(eventOf("session/renamed", { label: "ä" }))
    const view = readRecord(stored.bytes, 0)
    expect(recordJson(view)).toBe(new TextDecoder().decode(view.body))
    expect(decodeRecord(view)).toEqual(eventOf("session/renamed", { label: "ä" }))
  })
})
