/** What large events leave behind is collected as they pass: D-10. */
import { memoryUsage } from "node:process"
import { encodeEvent } from "@holdfast/protocol/record"
import { describe, expect, it } from "vitest"
import { eventsPassed } from "../src/session/passed-garbage.ts"

describe("passed garbage", () => {
  it("D-10 a message that is cut again and again leaves no garbage on the heap (fault:N10)", async () => {
    const began = memoryUsage()
    let parts: ReadonlyArray<string> = []
    let seq = 0
    const pass = (): void => {
      seq++
      const data = { output: `${seq} `.repeat(120_000) }
      // Its parts live until they are cut, as those of a turn's message do.
      parts = [...parts.slice(-100), Buffer.alloc(100_000, String(seq)).toString("latin1")]
      eventsPassed([encodeEvent({ seq, time: 1, channel: "agent", type: "tool-output-available", data })], undefined)
    }
    /** Bytes that the heap and its buffers have grown by. */
    const grown = (): number => {
      const { heapTotal, arrayBuffers } = memoryUsage()
      return heapTotal + arrayBuffers - began.heapTotal - began.arrayBuffers
    }
    while (seq < 600) pass()
    // Collections may take a fifth of the time, so one may be due only with a later event. Without them 140 to 250 MB stay.
    await expect.poll(() => (pass(), grown())).toBeLessThan(64 * 1024 * 1024)
    expect(parts.length).toBeGreaterThan(100)
  })
})
