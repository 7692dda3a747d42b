import { describe, expect, it } from "vitest"
import { QuietMemory } from "../src/quiet-memory.ts"

const MB = 1024 * 1024

describe("memory of a quiet hub", () => {
  it("is given back after three looks in a row at a process that rests", () => {
    const memory = new QuietMemory()
    expect(memory.isDue({ now: 500, share: 0.5, heap: 200 * MB })).toBe(false)
    expect(memory.isDue({ now: 1000, share: 0.001, heap: 200 * MB })).toBe(false)
    expect(memory.isDue({ now: 1500, share: 0.001, heap: 200 * MB })).toBe(false)
    expect(memory.isDue({ now: 2000, share: 0.001, heap: 200 * MB })).toBe(true)
  })

  it("is left alone while the process works, now and then or all the time", () => {
    const memory = new QuietMemory()
    for (let look = 1; look < 100; look++)
      expect(memory.isDue({ now: look * 500, share: look % 2 === 0 ? 0.2 : 0, heap: 400 * MB })).toBe(false)
  })

  it("is left alone when it has not grown since the last collection", () => {
    const memory = new QuietMemory()
    memory.collected({ now: 1000, heap: 20 * MB }, 40)
    for (let look = 0; look < 100; look++)
      expect(memory.isDue({ now: 100_000 + look * 500, share: 0, heap: 22 * MB })).toBe(false)
    expect(memory.isDue({ now: 200_000, share: 0, heap: 30 * MB })).toBe(true)
  })

  it("is collected for at most a twentieth of the time", () => {
    const memory = new QuietMemory()
    memory.collected({ now: 1000, heap: 20 * MB }, 300)
    let now = 1000
    do now += 500
    while (!memory.isDue({ now, share: 0, heap: 500 * MB }))
    expect(now).toBe(7000)
  })
})
