import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { AWAY, type Card, CardTimer, REST } from "../../src/list/card-timer.ts"

const place = () => ({ top: 10, edge: 288 })

describe("the card of a row", () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const following = () => {
    const told: Array<Card | undefined> = []
    return { told, timer: new CardTimer((card) => void told.push(card)) }
  }

  it("APP-20 comes once the pointer has rested on a row, and goes with it", () => {
    const { told, timer } = following()
    for (let step = 0; step < 5; step++) {
      timer.move(step, 0, "one", place)
      vi.advanceTimersByTime(REST - 1)
    }
    expect(told).toEqual([])
    vi.advanceTimersByTime(1)
    expect(told).toEqual([{ id: "one", ...place() }])
    timer.move(9, 0, "one", place)
    expect(told).toHaveLength(1)
    timer.move(9, 50, "two", place)
    expect(told.at(-1)).toBeUndefined()
    vi.advanceTimersByTime(REST)
    expect(told.at(-1)?.id).toBe("two")
  })

  it("APP-20 is gone with a press, and does not come back over what was opened", () => {
    const { told, timer } = following()
    timer.move(100, 100, "one", place)
    vi.advanceTimersByTime(REST)
    timer.press(100, 100)
    expect(told.at(-1)).toBeUndefined()
    // A hand that rests is never still, and the row under it may be another one now.
    timer.move(102, 101, "two", place)
    vi.advanceTimersByTime(10 * REST)
    expect(told).toHaveLength(2)
    timer.move(100, 100 + AWAY, "two", place)
    vi.advanceTimersByTime(REST)
    expect(told.at(-1)?.id).toBe("two")
  })
})
