import { describe, expect, it } from "vitest"
import { deliverAtTurnEnd, writeAtTurnEnd } from "../src/delivery/turn-end.ts"

describe("the end of a turn", () => {
  it("D-1 delivers everything first, and writes each socket once afterwards in the same turn", async () => {
    const seen: Array<string> = []
    writeAtTurnEnd({ writeOut: () => void seen.push("write 1") })
    deliverAtTurnEnd(() => {
      seen.push("deliver 1")
      writeAtTurnEnd({ writeOut: () => void seen.push("write 2") })
    })
    deliverAtTurnEnd(() => seen.push("deliver 2"))
    expect(seen).toEqual([])
    await new Promise((resolve) => setImmediate(resolve))
    expect(seen).toEqual(["deliver 1", "deliver 2", "write 1", "write 2"])
  })
})
