/** Which sessions a stream of all of them attaches to: pure, so that every order is tried. */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { AllPlaces, TURN } from "../../src/effect/all-places.ts"

const record = (id: string, lastSeq: number, streaming = false): Session =>
  ({
    id,
    lastSeq,
    kind: "agent",
    tags: [],
    process: "none",
    turn: { status: streaming ? "streaming" : "idle" },
  }) as unknown as Session

describe("the places of a stream of all sessions", () => {
  it("F-3 begins at the present, and at the first event of sessions that come later", () => {
    const places = new AllPlaces(undefined, {}, 8)
    places.changed([record("a", 5), record("b", 7, true)])
    expect(places.plan(0).attach).toEqual([])
    expect(places.start()).toEqual({ sessions: { a: { seq: 5 }, b: { seq: 7 } } })
    places.changed([record("c", 1)])
    expect(places.plan(0).attach.map(({ session, after }) => [session, after])).toEqual([
      ["c", 0],
      ["b", 7],
    ])
  })

  it("F-3 continues at its cursor, with the log that it is of", () => {
    const places = new AllPlaces({ sessions: { a: { seq: 3, log: "l" } } }, {}, 8)
    places.changed([record("a", 5), record("b", 2)])
    places.start()
    expect(places.plan(0).attach).toEqual([
      { session: "b", after: 0, log: undefined },
      { session: "a", after: 3, log: "l" },
    ])
  })

  it("F-3 attaches to so few sessions at a time, and every one that has something to tell gets its turn", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 12 }), (most, count) => {
        const places = new AllPlaces({ sessions: {} }, {}, most)
        places.changed(Array.from({ length: count }, (_, at) => record(`s${at}`, 9, true)))
        places.start()
        const attached = new Set<string>()
        const seen = new Set<string>()
        for (let now = 0, rounds = 0; rounds < count * 2; rounds++, now += TURN) {
          const plan = places.plan(now)
          for (const id of plan.detach) attached.delete(id)
          for (const { session } of plan.attach) {
            attached.add(session)
            seen.add(session)
          }
          expect(attached.size).toBeLessThanOrEqual(most)
          expect(plan.isWaiting).toBe(count > most)
        }
        expect(seen.size).toBe(count)
      }),
      { numRuns: 100 },
    )
  })

  it("F-3 gives the place of a session that has nothing to tell away at once", () => {
    const places = new AllPlaces({ sessions: {} }, {}, 1)
    places.changed([record("a", 5)])
    places.start()
    expect(places.plan(0).attach.length).toBe(1)
    places.changed([record("b", 2)])
    expect(places.plan(1)).toMatchObject({ attach: [], isWaiting: true })
    expect([places.advance("a", 4, "l"), places.advance("a", 5, "l")]).toEqual([false, true])
    expect(places.plan(2)).toMatchObject({ detach: ["a"], attach: [{ session: "b", after: 0 }] })
  })

  it("F-3 keeps its places when the hub has another store: an attachment says which of them still hold", () => {
    const places = new AllPlaces({ sessions: { a: { seq: 9, log: "l" } } }, {}, 8)
    places.changed([record("a", 9), record("b", 2)])
    places.start()
    places.plan(0)
    places.advance("b", 2, "m")
    expect(places.reset()).toEqual(["b"])
    places.changed([record("a", 4), record("b", 2)])
    expect(places.plan(1).attach).toEqual([
      { session: "a", after: 9, log: "l" },
      { session: "b", after: 2, log: "m" },
    ])
    places.advance("a", 4, "other")
    places.advance("b", 2, "m")
    for (const id of ["a", "b"]) places.ended(id, "lost")
    expect(places.plan(2).attach).toEqual([])
  })

  it("F-3 tries a session that is refused again once its record changes, from where it was, and one that is gone never", () => {
    const places = new AllPlaces({ sessions: {} }, {}, 8)
    places.changed([record("a", 5), record("b", 2)])
    places.start()
    expect(places.plan(0).attach.length).toBe(2)
    places.advance("a", 3, "l")
    places.ended("a", "refused")
    places.ended("b", "gone")
    expect(places.plan(1).attach).toEqual([])
    places.changed([record("a", 6)])
    expect(places.plan(2).attach).toEqual([{ session: "a", after: 3, log: "l" }])
  })

  it("F-3 leaves out what its filter does not take", () => {
    const places = new AllPlaces({ sessions: {} }, { where: ({ id }) => id !== "a" }, 8)
    places.changed([record("a", 5), record("b", 2)])
    places.start()
    expect(places.plan(0).attach.map(({ session }) => session)).toEqual(["b"])
  })
})
