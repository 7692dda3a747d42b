import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Event } from "../src/event.ts"
import {
  decodeRecord,
  encodeEvent,
  encodeOutput,
  MAX_RECORD_BYTES,
  outputData,
  readRecord,
  readRecords,
  RecordMalformed,
} from "../src/record.ts"

const event: fc.Arbitrary<Event> = fc
  .record({
    seq: fc.integer({ min: 1, max: 2 ** 53 - 1 }),
    span: fc.integer({ min: 0, max: 1000 }),
    time: fc.nat(),
    type: fc.string(),
    data: fc.jsonValue(),
  })
  .map(({ seq, span, time, type, data }) => {
    const from = Math.max(1, seq - span)
    const plain = { seq, time, channel: "session", type, data: JSON.parse(JSON.stringify(data)) as Event["data"] } as const
    return from === seq ? plain : { ...plain, from }
  })

describe("records", () => {
  it("E-6 an event survives its record unchanged, alone and among others", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 8 }), (events) => {
        const all = Buffer.concat(events.map((e) => encodeEvent(e).bytes))
        expect([...readRecords(all)].map(decodeRecord)).toEqual(events)
      }),
    )
  })

  it("E-4 output keeps every byte, as text only when it is whole UTF-8", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const view = readRecord(encodeOutput(7, 99, bytes).bytes, 0)
        expect(Buffer.from(view.body).equals(Buffer.from(bytes))).toBe(true)
        const data = outputData(bytes)
        const back = "text" in data ? Buffer.from(data.text, "utf8") : Buffer.from(data.base64, "base64")
        expect(back.equals(Buffer.from(bytes))).toBe(true)
      }),
    )
    expect(outputData(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41))).toEqual({ text: "\ufeffA" })
    expect(outputData(Uint8Array.of(0xe2, 0x82))).toEqual({ base64: "4oI=" })
  })

  it("a cut, overlong or foreign record is named, never read as data", () => {
    const whole = encodeEvent({ seq: 3, time: 1, channel: "session", type: "renamed", data: { label: "x" } }).bytes
    for (let cut = 0; cut < whole.length; cut++) {
      expect(() => readRecord(whole.subarray(0, cut), 0)).toThrow(RecordMalformed)
    }
    const wrong = Uint8Array.from(whole)
    wrong[4] = 9
    expect(() => readRecord(wrong, 0)).toThrow(/unknown record kind 9/)
    const long = Uint8Array.from(whole)
    new DataView(long.buffer).setUint32(0, MAX_RECORD_BYTES + 1)
    expect(() => readRecord(long, 0)).toThrow(/record length/)
  })
})
