import { describe, expect, it } from "vitest"
import { type Upcasts, completeRecord, upcastRecord } from "../src/session-record.ts"

const steps: Upcasts = [
  (record) => ({ ...record, tags: [] }),
  (record) => ({ ...record, label: String(record["name"]), name: undefined }),
]

describe("session records", () => {
  it("S-14 a record of an old version is raised step by step to the wanted one", () => {
    const old = { version: 1, name: "first" }
    expect(upcastRecord(old, steps, 3)).toEqual({ version: 3, name: undefined, tags: [], label: "first" })
    expect(upcastRecord({ version: 2, name: "x", tags: ["kept"] }, steps, 3)).toMatchObject({
      version: 3,
      tags: ["kept"],
      label: "x",
    })
    expect(old).toEqual({ version: 1, name: "first" })
  })

  it("S-14 a record without a version, of a newer one, or one no step leads from is refused with the reason", () => {
    expect(() => upcastRecord({}, steps, 3)).toThrow("version is undefined")
    expect(() => upcastRecord({ version: 4 }, steps, 3)).toThrow("newer holdfast")
    expect(() => upcastRecord({ version: 1 }, [], 2)).toThrow("no migration")
    const facts = { firstSeq: 1, lastSeq: 2, change: 3 }
    for (const text of ["", "[]", "null", "{", "3"]) expect(() => completeRecord(text, facts)).toThrow("the record is not")
  })

  it("S-14 what the store knows itself wins over what the record says", () => {
    expect(completeRecord(`{"version":1,"lastSeq":99,"change":99}`, { firstSeq: 5, lastSeq: 6, change: 7 })).toEqual({
      version: 1,
      firstSeq: 5,
      lastSeq: 6,
      change: 7,
    })
  })
})
