import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { cursorProblem, parseCursor, planAttach, planFeed } from "../src/cursor.ts"

const bounds = { firstSeq: 11, lastSeq: 20, log: "log-a" }

describe("cursors", () => {
  it("D-2 D-4 D-5 every valid cursor is answered with a backlog or a snapshot that says why", () => {
    expect(planAttach({}, bounds)).toEqual({ _tag: "Snapshot", reason: "fresh" })
    expect(planAttach({ after: 10 }, bounds)).toEqual({ _tag: "Backlog", after: 10 })
    expect(planAttach({ after: 20 }, bounds)).toEqual({ _tag: "Backlog", after: 20 })
    expect(planAttach({ after: 9 }, bounds)).toEqual({ _tag: "Snapshot", reason: "trimmed" })
    expect(planAttach({ after: 21 }, bounds)).toEqual({ _tag: "Snapshot", reason: "reset" })
    expect(planAttach({ after: 15, log: "log-b" }, bounds)).toEqual({ _tag: "Snapshot", reason: "reset" })
    expect(planAttach({ after: 15, log: "log-a" }, bounds)).toEqual({ _tag: "Backlog", after: 15 })
  })

  it("trap:21 the first seq is 1, and a cursor of 0 yields event 1", () => {
    expect(planAttach({ after: 0 }, { firstSeq: 1, lastSeq: 5, log: "l" })).toEqual({ _tag: "Backlog", after: 0 })
    expect(planAttach({ after: 0 }, { firstSeq: 1, lastSeq: 0, log: "l" })).toEqual({ _tag: "Backlog", after: 0 })
  })

  it("D-6 check:O8 anything that is not an integer from 0 to 2^53 - 1 is refused with a message", () => {
    for (const bad of [-1, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, "5", null, {}]) {
      expect(cursorProblem(bad)).toContain("a cursor is")
    }
    for (const text of ["", "-1", "1.5", "0x10", "1e3", " 5", "5 ", "９", "9007199254740992", "99999999999999999999", "a:5"]) {
      expect(parseCursor(text)).toHaveProperty("problem")
    }
    fc.assert(
      fc.property(fc.maxSafeNat(), (n) => {
        expect(parseCursor(String(n))).toBe(n)
      }),
    )
  })
})

describe("a place in the feed of sessions", () => {
  it("D-12 (fault:N72) counts if it is of this feed and not beyond its head; otherwise the feed starts over", () => {
    const bounds = { head: 10, feed: "own" }
    expect(planFeed({}, bounds)).toEqual({ change: 10, reset: false })
    for (const after of [0, 4, 10]) {
      expect(planFeed({ after }, bounds)).toEqual({ change: after, reset: false })
      expect(planFeed({ after, feed: "own" }, bounds)).toEqual({ change: after, reset: false })
      expect(planFeed({ after, feed: "other" }, bounds)).toEqual({ change: 0, reset: true })
    }
    expect(planFeed({ after: 11, feed: "own" }, bounds)).toEqual({ change: 0, reset: true })
  })
})
