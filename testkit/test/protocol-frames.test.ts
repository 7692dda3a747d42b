/** The frames and records that docs/PROTOCOL.md shows as bytes are those of the codec. */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import type { Event } from "@holdfast/protocol/event"
import * as frame from "@holdfast/protocol/frame"
import { decodeRecord, encodeEvent, encodeOutput, readRecord } from "@holdfast/protocol/record"
import { examplesOf } from "../src/document-examples.ts"

const document = readFileSync(fileURLToPath(new URL("../../docs/PROTOCOL.md", import.meta.url)), "utf8")
const shown = examplesOf(document).filter(({ language }) => language === "hex")

interface Fields {
  readonly seq: number
  readonly time: number
  readonly bytes: string
  readonly handle: number
  readonly number: number
  readonly cols: number
  readonly rows: number
  readonly reason: string
  readonly by: string
  readonly screen: string
  readonly head: frame.SnapshotHead
  readonly error: { readonly tag: string; readonly message: string }
  readonly heads: ReadonlyArray<{ readonly handle: number; readonly seq: number }>
  readonly records: ReadonlyArray<Fields>
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const output = ({ seq, time, bytes }: Fields): Uint8Array => encodeOutput(seq, time, utf8(bytes)).bytes

/** Makes what an example names of the fields that it names. */
const MAKE: Readonly<Record<string, (fields: Fields) => Uint8Array>> = {
  output,
  event: (fields) => encodeEvent(fields as unknown as Event).bytes,
  events: ({ handle, records }) => frame.encodeEvents(handle, records.map(output)),
  snapshot: ({ handle, seq, head, screen }) => frame.encodeSnapshot(handle, seq, head, utf8(screen)),
  synced: ({ handle, seq }) => frame.encodeSynced(handle, seq),
  "input-result": ({ handle, number, error }) => frame.encodeInputResult(handle, number, error),
  detached: ({ handle, reason, by }) => frame.encodeDetached(handle, reason, by),
  heartbeat: ({ time, heads }) => frame.encodeHeartbeat(time, heads),
  input: ({ handle, number, bytes }) => frame.encodeInput(handle, number, utf8(bytes)),
  ack: ({ handle, seq }) => frame.encodeAck(handle, seq),
  resize: ({ handle, cols, rows }) => frame.encodeResize(handle, cols, rows),
  ping: ({ time }) => frame.encodePing(time),
}

describe("the frames in the protocol", () => {
  it.each(shown)("W-2 E-6 line $line: the bytes shown are those of the codec ($info)", ({ info, body }) => {
    const [name = "", ...rest] = info.split(" ")
    const made = MAKE[name]?.(JSON.parse(rest.join(" ")) as Fields)
    expect(Buffer.from(made ?? []).toString("hex")).toBe(body.replace(/\s/g, ""))
  })

  it("W-2 every frame that is made of numbers and bytes is shown", () => {
    const names = shown.map(({ info }) => info.split(" ")[0])
    expect(Object.keys(MAKE).filter((name) => !names.includes(name))).toEqual([])
  })

  it("W-2 the table of types has every type of frame", () => {
    const types = Object.entries(frame).flatMap(([name, type]) => (name.startsWith("FRAME_") ? [[name.slice(6), type]] : []))
    const table = [...document.matchAll(/^\| (\d+) \| \[(\w+)\]/gm)].map(([, type, name]) => [name, Number(type)])
    expect(table).toEqual(types)
  })

  it("E-6 the records shown are read back as what is said of them", () => {
    for (const { info, body } of shown.filter(({ info }) => /^(output|event) /.test(info))) {
      const event = decodeRecord(readRecord(Buffer.from(body.replace(/\s/g, ""), "hex"), 0))
      const { bytes, ...fields } = JSON.parse(info.slice(info.indexOf(" "))) as Record<string, unknown>
      expect(event).toMatchObject(bytes === undefined ? fields : { ...fields, data: { text: bytes } })
    }
  })
})
