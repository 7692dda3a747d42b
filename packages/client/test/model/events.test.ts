import { describe, expect, it } from "vitest"
import type { Event } from "@holdfast/protocol/event"
import { EventWindow } from "../../src/model/EventWindow.ts"
import { Frames } from "../../src/model/frames.ts"

const event = (seq: number, from = seq): Event =>
  Object.freeze({ seq, ...(from === seq ? {} : { from }), time: seq, channel: "session", type: "pinned", data: { pinned: true } })

/** A log in which some ranges are one event. */
const log = (last: number, folded: ReadonlyArray<readonly [number, number]> = []) => {
  const events: Array<Event> = []
  for (let seq = 1; seq <= last; seq++) {
    const range = folded.find(([from]) => from === seq)
    events.push(range === undefined ? event(seq) : event(range[1], seq))
    if (range !== undefined) seq = range[1]
  }
  const read = (after: number, limit: number) =>
    Promise.resolve({ events: events.filter(({ seq }) => seq > after).slice(0, limit) })
  return { events, read }
}

const made = (most: number) => {
  const frames = new Frames(() => () => undefined)
  const window = new EventWindow(frames, most)
  const seqs = () => {
    frames.flush()
    return window.events.get().map(({ seq }) => seq)
  }
  return { window, seqs }
}

describe("the last events", () => {
  it("U-4 begins with the last ones of the log, each once, whenever they are read", async () => {
    const { window, seqs } = made(5)
    const { read } = log(20)
    window.push(event(18))
    const filling = window.fill(read, { firstSeq: 1, lastSeq: 20 })
    window.push(event(19))
    await filling
    window.push(event(20))
    window.push(event(20))
    window.push(event(21))
    expect(seqs()).toEqual([17, 18, 19, 20, 21])
  })

  it("U-4 looks further back where ranges were folded, and stops at the beginning", async () => {
    const { window, seqs } = made(5)
    await window.fill(log(100, [[50, 99]]).read, { firstSeq: 1, lastSeq: 100 })
    expect(seqs()).toEqual([47, 48, 49, 99, 100])
    const short = made(500)
    await short.window.fill(log(3).read, { firstSeq: 1, lastSeq: 3 })
    expect(short.seqs()).toEqual([1, 2, 3])
  })

  it("U-4 shows no more than it was asked for, however many come, and the same array until one does", () => {
    const { window, seqs } = made(3)
    for (let seq = 1; seq <= 1000; seq++) window.push(event(seq))
    expect(seqs()).toEqual([998, 999, 1000])
    const shown = window.events.get()
    expect(seqs()).toEqual([998, 999, 1000])
    expect(window.events.get()).toBe(shown)
    expect(Object.isFrozen(shown)).toBe(true)
  })

  it("U-4 drops what was read of a log that is not the one any more", async () => {
    const { window, seqs } = made(3)
    const filling = window.fill(log(9).read, { firstSeq: 1, lastSeq: 9 })
    window.clear()
    await filling
    expect(seqs()).toEqual([])
  })

  it("U-4 keeps none where none are wanted", async () => {
    const { window, seqs } = made(0)
    await window.fill(log(20).read, { firstSeq: 1, lastSeq: 20 })
    for (let seq = 21; seq < 30; seq++) window.push(event(seq))
    expect(seqs()).toEqual([])
  })
})
