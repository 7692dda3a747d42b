/** The memory of inputs: once each, bounded. */
import { describe, expect, it } from "vitest"
import { CLIENTS_MAX, InputKeys } from "../src/server/InputKeys.ts"

describe("input keys", () => {
  it("R-9 an input is new once, then it waits, then it is done", () => {
    const keys = new InputKeys()
    expect(keys.judge("phone", 1)).toBe("new")
    expect(keys.judge("phone", 1)).toBe("waiting")
    keys.settle("phone", 1)
    expect(keys.judge("phone", 1)).toBe("done")
    expect(keys.judge("phone", 5)).toBe("new")
    expect(keys.judge("laptop", 1)).toBe("new")
  })

  it("R-10 a refused input may be tried again, until a higher number was taken; then it stays refused", () => {
    const keys = new InputKeys()
    expect(keys.judge("phone", 1)).toBe("new")
    keys.refuse("phone", 1)
    expect(keys.judge("phone", 1)).toBe("new")
    keys.refuse("phone", 1)
    expect(keys.judge("phone", 2)).toBe("new")
    keys.settle("phone", 2)
    expect(keys.judge("phone", 1)).toBe("refused")
    expect(keys.judge("phone", 2)).toBe("done")
  })

  it("the memory is bounded: the client that was silent longest is forgotten, never one with input under way", () => {
    const keys = new InputKeys()
    keys.judge("waits", 1)
    for (let client = 0; client < CLIENTS_MAX * 2; client++) {
      keys.judge(`client ${client}`, 1)
      keys.settle(`client ${client}`, 1)
    }
    expect(keys.size).toBeLessThanOrEqual(CLIENTS_MAX + 1)
    expect(keys.judge("waits", 1)).toBe("waiting")
    expect(keys.judge(`client ${CLIENTS_MAX * 2 - 1}`, 1)).toBe("done")
    expect(keys.judge("client 0", 1)).toBe("new")
  })
})
