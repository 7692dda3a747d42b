import { expect, it } from "vitest"
import { UUID_V7 } from "@holdfast/protocol/uuid"
import { newId } from "../src/session/new-id.ts"

it("H-3 U-7 ids of one millisecond sort in the order in which they were made, and no two are the same", () => {
  for (const now of [1_700_000_000_000, 1_700_000_000_000.7, 1_600_000_000_000, 1_700_000_000_001]) {
    const ids = Array.from({ length: 1000 }, () => newId(now))
    for (const id of ids) expect(id).toMatch(UUID_V7)
    expect(ids).toEqual([...ids].sort())
    expect(new Set(ids).size).toBe(ids.length)
  }
})

it("H-3 more ids than can be counted in a millisecond are still different", () => {
  const ids = Array.from({ length: 10_000 }, () => newId(1_800_000_000_000))
  expect(new Set(ids).size).toBe(ids.length)
})
