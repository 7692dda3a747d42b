/** What large events leave behind is collected as they pass: D-10. */
import { memoryUsage } from "node:process"
import { encodeEvent } from "@holdfast/protocol/record"
import { describe, expect, it } from "vitest"
import { eventsPassed } from "../src/session/passed-garbage.ts"

describe("passed garbage", () => {
  it("D-10 a message that is cut over and over leaves no heap behind (N10)", () => {
    const began = memoryUsage()
    let most = 0
    let parts: ReadonlyArray<string> = []
    for (let seq = 1; seq <= 600; seq++) {
      const data = { output: `${seq} `.repeat(120_000) }
      // Its parts live until they are cut, as those of a turn's message do.
      parts = [...parts.slice(-100), Buffer.alloc(100_000, String(seq)).toString("latin1")]
      const record = encodeEvent({ seq, time: 1, channel: "agent", type: "tool-output-available", data })
      eventsPassed([record], undefined)
      const { heapTotal, arrayBuffers } = memoryUsage()
      most = Math.max(most, heapTotal + arrayBuffers - began.heapTotal - began.arrayBuffers)
    }
    expect(parts.length).toBeGreaterThan(100)
    expect(most).toBeLessThan(160 * 1024 * 1024)
  })
})
