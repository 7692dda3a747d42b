/** How much of what is asked was on the screen. */
import { describe, expect, it } from "vitest"
import { firstUnseen, NOT_SEEN, type Seen, withSeen } from "../../src/requests/seen-ranges.ts"

const seenAt = (height: number, ...ranges: ReadonlyArray<readonly [number, number]>): Seen =>
  ranges.reduce((seen, [from, to]) => withSeen(seen, height, from, to), NOT_SEEN)

describe("what was seen", () => {
  it("APP-144 is whole only when every part was on the screen, in whatever order", () => {
    expect(firstUnseen(seenAt(100))).toBe(0)
    expect(firstUnseen(seenAt(100, [0, 100]))).toBeUndefined()
    expect(firstUnseen(seenAt(400, [0, 100], [300, 400]))).toBe(100)
    expect(firstUnseen(seenAt(400, [300, 400], [0, 100], [90, 300]))).toBeUndefined()
    expect(firstUnseen(seenAt(400, [100, 400]))).toBe(0)
    expect(firstUnseen(seenAt(400, [0, 381]))).toBe(381)
  })

  it("APP-144 keeps what was seen of a content in proportion when its height changes, and takes no border for a line", () => {
    expect(firstUnseen(withSeen(seenAt(400, [0, 200]), 800, 0, 100))).toBe(400)
    expect(firstUnseen(seenAt(400, [1, 200], [202, 398]))).toBeUndefined()
    expect(firstUnseen(withSeen(seenAt(400, [0, 200]), 400, 300, 250))).toBe(200)
  })
})
