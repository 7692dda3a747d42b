/** The memory of inputs: once each, bounded. */
import { describe, expect, it } from "vitest"
import { CLIENTS_MAX, InputKeys } from "../src/server/InputKeys.ts"
import { KeyedWrites } from "../src/server/KeyedWrites.ts"

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

describe("inputs with keys", () => {
  it("R-19 a key is remembered until the note of its input is acknowledged, however many others come, and no longer (fault:N58)", () => {
    const keyed = new KeyedWrites()
    expect(keyed.judge("a", "hash", 0)).toBe("new")
    expect(keyed.judge("a", "hash", 0)).toBe("known")
    expect(keyed.judge("a", "other", 0)).toBe("conflict")
    keyed.told("a", 5)
    for (let at = 6; at < 30_000; at++) {
      expect(keyed.judge(`key ${at}`, "hash", 4)).toBe("new")
      keyed.told(`key ${at}`, at)
    }
    expect(keyed.judge("a", "hash", 4)).toBe("known")
    expect(keyed.judge("last", "hash", 29_999)).toBe("new")
    expect(keyed.size).toBe(1)
    keyed.refuse("last")
    expect(keyed.size).toBe(0)
  })
})
