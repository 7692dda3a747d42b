/** Starts on their way to a runner. */
import { describe, expect, it } from "vitest"
import { StartQueue } from "../src/child/StartQueue.ts"

describe("the line of starts", () => {
  it("lets four run at a time, the others in order, and continues after failures", async () => {
    const line = new StartQueue()
    const begun: Array<number> = []
    const ends: Array<PromiseWithResolvers<number>> = []
    const results = Array.from({ length: 7 }, (_, at) => {
      const end = Promise.withResolvers<number>()
      ends.push(end)
      return line.add(() => {
        begun.push(at)
        return end.promise
      })
    })
    await Promise.resolve()
    expect(begun).toEqual([0, 1, 2, 3])
    expect(line.waiting).toBe(3)
    ends[2]?.reject(new Error("refused"))
    await expect(results[2]).rejects.toThrow("refused")
    expect(begun).toEqual([0, 1, 2, 3, 4])
    for (const [at, end] of ends.entries()) if (at !== 2) end.resolve(at)
    expect(await Promise.all(results.filter((_, at) => at !== 2))).toEqual([0, 1, 3, 4, 5, 6])
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(line.waiting).toBe(0)
    await line.add(async () => begun.push(7))
    expect(begun.at(-1)).toBe(7)
  })

  it("starts what no client waits for after the creations, but does not put it off forever", async () => {
    const line = new StartQueue()
    const begun: Array<string> = []
    const over = line.creation()
    const start = (name: string) => line.add(async () => void begun.push(name))
    const later = (name: string) => new Promise<void>((resolve) => line.patiently(() => resolve(start(name))))
    const patient = later("patient")
    await start("awaited")
    expect(begun).toEqual(["awaited"])
    over()
    await patient
    expect(begun).toEqual(["awaited", "patient"])
    const again = line.creation()
    const asked = performance.now()
    await later("at last")
    expect(performance.now() - asked).toBeGreaterThanOrEqual(99)
    again()
    expect(line.waiting).toBe(0)
  })
})
