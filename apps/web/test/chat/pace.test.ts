import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { Pace } from "../../src/panes/chat/pace/beat.ts"

describe("when a pane paints", () => {
  beforeEach(() => {
    vi.useFakeTimers()
    vi.stubGlobal("requestAnimationFrame", (f: () => void) => setTimeout(f, 10))
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it("APP-35 the focused pane at once, others on one beat, unseen ones when they are seen", () => {
    const painted: Array<string> = []
    const [focused, beside, hidden] = [new Pace(), new Pace(), new Pace()]
    focused.set({ isFocused: true, isSeen: true })
    beside.set({ isFocused: false, isSeen: true })
    hidden.set({ isFocused: false, isSeen: false })
    const listeners = ["focused", "beside", "hidden"].map((name) => () => void painted.push(name))
    const paces = [focused, beside, hidden]
    for (let frame = 0; frame < 3; frame++) for (const [index, pace] of paces.entries()) pace.tell(listeners[index]!)
    expect(painted).toEqual(["focused", "focused", "focused"])
    vi.advanceTimersByTime(110)
    expect(painted.slice(3)).toEqual(["beside"])
    hidden.set({ isFocused: false, isSeen: true })
    expect(painted.slice(4)).toEqual(["hidden"])
    for (const pace of paces) pace.end()
    vi.advanceTimersByTime(1000)
    expect(painted).toHaveLength(5)
  })

  it("APP-35 with ten panes that are seen all keep to the beat", () => {
    const paces = Array.from({ length: 10 }, () => new Pace())
    for (const [index, pace] of paces.entries()) pace.set({ isFocused: index === 0, isSeen: true })
    let painted = 0
    for (const pace of paces) pace.tell(() => (painted += 1))
    expect(painted).toBe(0)
    vi.advanceTimersByTime(110)
    expect(painted).toBe(10)
    for (const pace of paces) pace.end()
  })
})
