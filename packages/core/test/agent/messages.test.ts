/** The transcript, from logs in which any turns are folded, for readers that resume anywhere. */
import type { Event } from "@holdfast/protocol/event"
import { decodeRecord, encodeEvent, readRecord } from "@holdfast/protocol/record"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { emptyMessage } from "../../src/agent/accumulator.ts"
import { foldTurn } from "../../src/agent/fold.ts"
import { Transcript } from "../../src/agent/messages.ts"
import { someText } from "./chunks.ts"
import { logOf, turnPlan, withFolded } from "./logs.ts"

const read = (events: ReadonlyArray<Event>, transcript = new Transcript()): Transcript => {
  for (const event of events) transcript.apply(event)
  return transcript
}

const someLog = fc.record({
  plans: fc.array(turnPlan, { minLength: 1, maxLength: 4 }),
  streaming: fc.boolean(),
  folded: fc.array(fc.nat({ max: 3 }), { maxLength: 4 }),
})

const isDense = (log: ReadonlyArray<Event>): boolean =>
  log.every((event, index) => (event.from ?? event.seq) === (log[index - 1]?.seq ?? 0) + 1)

describe("the transcript", () => {
  it("M-1 M-3 a reader that resumes at any cursor has the same messages, whatever is folded by then", () => {
    fc.assert(
      fc.property(someLog, ({ plans, streaming, folded }) => {
        const log = logOf(plans, streaming)
        const ended = (turn: number) => turn < plans.length - (streaming ? 1 : 0)
        const later = folded.filter(ended).reduce((events, turn) => withFolded(events, `t${turn}`), log)
        expect(isDense(later)).toBe(true)
        const whole = read(log)
        expect(JSON.stringify(read(later).messages())).toBe(JSON.stringify(whole.messages()))
        for (let cursor = 0; cursor <= log.length; cursor++) {
          const before = read(log.slice(0, cursor))
          const resumed = new Transcript(JSON.parse(JSON.stringify(before.toState())))
          read(
            later.filter(({ seq }) => seq > cursor),
            resumed,
          )
          expect(JSON.stringify(resumed.toState())).toBe(JSON.stringify(whole.toState()))
        }
      }),
      { numRuns: 150 },
    )
  })

  it("M-1 an event that comes twice changes nothing", () => {
    fc.assert(
      fc.property(someLog, fc.nat(), ({ plans, streaming }, back) => {
        const log = logOf(plans, streaming)
        const twice = log.flatMap((event, index) => [event, ...log.slice(Math.max(0, index - (back % 5)), index + 1)])
        expect(JSON.stringify(read(twice).toState())).toBe(JSON.stringify(read(log).toState()))
      }),
    )
  })

  it("M-1 the streaming turn's message comes last, and is the stored one when its turn has ended", () => {
    const log = logOf([{ chunks: [{ type: "text-delta", id: "1", delta: "so far" }], outcome: "completed", between: [] }], false)
    const streaming = read(log.slice(0, 4))
    expect(streaming.messages().at(-1)?.parts).toEqual([{ type: "text", text: "so far", state: "streaming" }])
    const done = read(log)
    expect(done.live()).toBeUndefined()
    expect(done.messages().map(({ id, outcome }) => [id, outcome])).toEqual([
      ["u0", undefined],
      ["t0", "completed"],
    ])
  })

  it("M-1 anything that is not a chunk or a message is counted and changes nothing", () => {
    const broken: ReadonlyArray<Event> = [
      { seq: 1, time: 1, channel: "agent", type: "text-delta", turn: "t", data: { id: 1 } },
      { seq: 2, time: 1, channel: "agent", type: "unheard-of", turn: "t", data: {} },
      { seq: 3, time: 1, channel: "agent", type: "start-step", data: {} },
      { seq: 4, time: 1, channel: "message", type: "added", data: { message: { id: 5 } } },
      { seq: 5, time: 1, channel: "message", type: "added", data: null },
      { seq: 6, time: 1, channel: "turn", type: "ended", data: [] },
      { seq: 7, time: 1, channel: "message", type: "unheard-of", data: {} },
    ]
    const transcript = read(broken)
    expect([transcript.messages(), transcript.unknown, transcript.lastSeq]).toEqual([[], 5, 7])
  })
})

describe("text", () => {
  it("M-6 text is the same to the last code unit in a record and in the message that is read from it", () => {
    fc.assert(
      fc.property(fc.array(someText, { minLength: 1 }), (deltas) => {
        const log = logOf(
          [{ chunks: deltas.map((delta) => ({ type: "text-delta", id: "1", delta })), outcome: "completed", between: [] }],
          false,
        )
        const stored = log.map((event) => decodeRecord(readRecord(encodeEvent(event).bytes, 0)))
        expect(stored).toEqual(log)
        for (const end of [stored.length - 2, stored.length]) {
          expect(read(stored.slice(0, end)).messages().at(-1)?.parts).toMatchObject([{ type: "text", text: deltas.join("") }])
        }
      }),
    )
  })
})

describe("folding", () => {
  it("M-3 every agent event of the turn is in one range, no other is, and folding again changes nothing", () => {
    fc.assert(
      fc.property(someLog, ({ plans }) => {
        const log = logOf(plans, false)
        const ranges = foldTurn("t0", log)
        for (const event of log) {
          const inside = ranges.filter(({ from, seq }) => event.seq >= from && event.seq <= seq).length
          expect(inside).toBe(event.channel === "agent" && event.turn === "t0" ? 1 : 0)
        }
        const later = withFolded(log, "t0")
        expect(foldTurn("t0", later)).toEqual([])
        expect(later.filter(({ type, turn }) => type === "folded" && turn === "t0").length).toBe(ranges.length)
      }),
    )
  })

  it("M-3 a run that is folded in part is folded as a whole", () => {
    const event = (seq: number, more: object): Event => ({
      seq,
      time: seq,
      channel: "agent",
      type: "text-delta",
      turn: "t",
      data: {},
      ...more,
    })
    const ranges = foldTurn("t", [event(5, { from: 2, type: "folded" }), event(6, {}), event(7, { turn: "u" }), event(9, {})])
    expect(ranges).toEqual([
      { from: 2, seq: 6, time: 6, channel: "agent", type: "folded", turn: "t", data: { events: 5 } },
      { from: 9, seq: 9, time: 9, channel: "agent", type: "folded", turn: "t", data: { events: 1 } },
    ])
  })

  it("M-4 a finished turn keeps at most three times its transcript", () => {
    const words = Array.from({ length: 5_000 }, (_, i) => `word${i} `)
    const content = words.join("")
    const tools = Array.from({ length: 50 }, (_, i) => [
      { type: "tool-input-start" as const, toolCallId: `c${i}`, toolName: "Write" },
      ...words.slice(0, 50).map((word) => ({ type: "tool-input-delta" as const, toolCallId: `c${i}`, inputTextDelta: word })),
      {
        type: "tool-input-available" as const,
        toolCallId: `c${i}`,
        toolName: "Write",
        input: { content: content.slice(0, 400) },
      },
      { type: "tool-output-available" as const, toolCallId: `c${i}`, output: "x".repeat(i * 10), preliminary: true },
      { type: "tool-output-available" as const, toolCallId: `c${i}`, output: "x".repeat(i * 20) },
    ])
    const said = words.map((delta) => ({ type: "text-delta" as const, id: "1", delta }))
    const plans = [
      { chunks: said, outcome: "completed" as const, between: [10, 20] },
      { chunks: tools.flat(), outcome: "interrupted" as const, between: [100, 200, 300] },
      { chunks: said.slice(0, 20), outcome: "completed" as const, between: [] },
    ]
    const log = logOf(plans, false)
    for (const [at, { chunks }] of plans.entries()) {
      const turn = `t${at}`
      const stored = withFolded(log, turn).filter((event) => event.turn === turn)
      const bytes = stored.reduce((sum, event) => sum + encodeEvent(event).bytes.length, 0)
      const message = emptyMessage(turn, 0)
      for (const chunk of chunks) message.tell(chunk)
      const transcript = stored
        .filter(({ channel }) => channel === "message")
        .reduce((sum, { data }) => sum + JSON.stringify(data).length, 0)
      expect(bytes / transcript).toBeLessThan(3)
      const before = log.filter((event) => event.turn === turn).reduce((sum, event) => sum + encodeEvent(event).bytes.length, 0)
      expect(before).toBeGreaterThan(bytes * 2)
    }
  })
})
