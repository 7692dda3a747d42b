import { getHeapStatistics } from "node:v8"
import { describe, expect, it } from "vitest"
import { collectWhenQuiet, QuietMemory } from "../src/quiet-memory.ts"

const MB = 1024 * 1024

describe("memory of a quiet hub", () => {
  it("is returned after three checks in a row that find the process idle", () => {
    const memory = new QuietMemory()
    expect(memory.judge({ now: 500, share: 0.5, heap: 200 * MB })).toBe("look")
    expect(memory.judge({ now: 1000, share: 0.001, heap: 200 * MB })).toBe("look")
    expect(memory.judge({ now: 1500, share: 0.001, heap: 200 * MB })).toBe("look")
    expect(memory.judge({ now: 2000, share: 0.001, heap: 200 * MB })).toBe("collect")
  })

  it("is left alone while the process works, now and then or all the time", () => {
    const memory = new QuietMemory()
    for (let look = 1; look < 100; look++)
      expect(memory.judge({ now: look * 500, share: look % 2 === 0 ? 0.2 : 0, heap: 400 * MB })).toBe("look")
  })

  it("is left alone when it has not grown since the last collection, and not looked at until there was work again", () => {
    const memory = new QuietMemory()
    memory.collected({ now: 1000, heap: 20 * MB }, 40)
    const verdicts = Array.from({ length: 4 }, (_, look) => memory.judge({ now: 100_000 + look * 500, share: 0, heap: 22 * MB }))
    expect(verdicts).toEqual(["look", "look", "rest", "rest"])
    expect(memory.judge({ now: 200_000, share: 0, heap: 30 * MB })).toBe("collect")
  })

  it("is collected for at most a twentieth of the time", () => {
    const memory = new QuietMemory()
    memory.collected({ now: 1000, heap: 20 * MB }, 300)
    let now = 1000
    do now += 500
    while (memory.judge({ now, share: 0, heap: 500 * MB }) !== "collect")
    expect(now).toBe(7000)
  })

  it("is returned again after later work", { timeout: 60_000 }, async () => {
    const stop = collectWhenQuiet()
    const heap = (): number => getHeapStatistics().total_heap_size
    const shrinks = async (from: number): Promise<void> => {
      await expect.poll(heap, { timeout: 50_000, interval: 200 }).toBeLessThan(from)
    }
    const fill = (): number => Array.from({ length: 400_000 }, (_, i) => ({ i })).length
    for (let round = 0; round < 2; round++) {
      fill()
      await shrinks(heap() - 4 * MB)
    }
    stop()
  })
})
