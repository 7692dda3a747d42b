import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Cell } from "../../src/model/cell.ts"
import { Frames, onNextFrame } from "../../src/model/frames.ts"

/** Frames that a test makes. */
const byHand = () => {
  let due: (() => void) | undefined
  let asked = 0
  const frames = new Frames((f) => {
    asked += 1
    due = f
    return () => (due = undefined)
  })
  const next = (): void => {
    const f = due
    due = undefined
    f?.()
  }
  return { frames, next, asked: () => asked }
}

describe("cells", () => {
  it("U-1 all cells of a frame change before a listener is called, and each is called once", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(5)), { minLength: 1 }), (changes) => {
        const { frames, next, asked } = byHand()
        const cells = [0, 0, 0, 0].map((value) => new Cell(frames, value))
        const expected = [0, 0, 0, 0]
        const told = [0, 0, 0, 0]
        for (const [index, cell] of cells.entries()) {
          cell.subscribe(() => {
            told[index]! += 1
            expect(cells.map((one) => one.get())).toEqual(expected)
          })
        }
        for (const [index, value] of changes) {
          cells[index]!.set(value)
          expected[index] = value
          expect(cells.map((one) => one.get())).toEqual([0, 0, 0, 0])
        }
        next()
        expect(told).toEqual(expected.map((value) => (value === 0 ? 0 : 1)))
        expect(asked()).toBeLessThanOrEqual(1)
      }),
    )
  })

  it("U-1 works a source out once per frame, with the sources that it changes", () => {
    const { frames, next } = byHand()
    const sum = new Cell(frames, 0)
    let collected = 0
    let value = 0
    const second = { collect: () => sum.set(value) }
    const first = {
      collect: () => {
        collected += 1
        frames.mark(second)
      },
    }
    for (value = 1; value < 10; value++) frames.mark(first)
    next()
    expect([collected, sum.get()]).toEqual([1, 10])
  })

  it("U-1 a listener that changes a cell is shown it in the next frame", () => {
    const { frames, next } = byHand()
    const [one, other] = [new Cell(frames, 0), new Cell(frames, 0)]
    one.subscribe(() => other.set(one.get()))
    one.set(1)
    next()
    expect(other.get()).toBe(0)
    next()
    expect(other.get()).toBe(1)
  })

  it("U-1 makes frames where no page paints", async () => {
    await new Promise<void>((resolve) => onNextFrame(resolve))
    let called = false
    onNextFrame(() => (called = true))()
    await new Promise<void>((resolve) => onNextFrame(resolve))
    expect(called).toBe(false)
  })
})
