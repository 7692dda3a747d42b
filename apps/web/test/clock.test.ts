import { afterEach, describe, expect, it, vi } from "vitest"
import { follow } from "../src/ui/clock.ts"

afterEach(() => {
  vi.useRealTimers()
})

describe("the clock of how long ago", () => {
  it("tells all that changes in a second at once and once, also where two change within a few milliseconds", () => {
    vi.useFakeTimers({ now: 1_790_000_000_500 })
    const told: Array<number> = []
    const ends = [0, 9, 15, 400].map((ago) => follow(Date.now() - ago, () => void told.push(Date.now())))
    vi.advanceTimersByTime(3000)
    const each = (at: number): ReadonlyArray<number> => Array<number>(4).fill(at)
    expect(told.slice(-8)).toEqual([...each(1_790_000_002_000), ...each(1_790_000_003_000)])
    expect(told.length).toBeLessThanOrEqual(12)
    for (const end of ends) end()
    expect(vi.getTimerCount()).toBe(0)
  })

  it("ticks once a minute for what is minutes old, and not at all for no one", () => {
    vi.useFakeTimers({ now: 1_790_000_000_000 })
    const told = vi.fn()
    const end = follow(Date.now() - 90_000, told)
    vi.advanceTimersByTime(29_000)
    expect(told).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1000)
    expect(told).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(60_000)
    expect(told).toHaveBeenCalledTimes(2)
    end()
    vi.advanceTimersByTime(300_000)
    expect(told).toHaveBeenCalledTimes(2)
  })
})
