import { METADATA_MAX } from "@holdfast/protocol/session"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { changedMetadata, metadataProblem, sameMetadata } from "../src/metadata.ts"

const names = fc.constantFrom("a", "b", "c", "__proto__", "constructor")
const entries = fc.dictionary(names, fc.string({ maxLength: 8 }))
const changes = fc.dictionary(names, fc.option(fc.string({ maxLength: 8 }), { nil: null }))

describe("metadata", () => {
  it("X-22 a change sets what it names, removes what it names with null, and leaves the rest", () => {
    fc.assert(
      fc.property(entries, changes, (before, change) => {
        const after = changedMetadata(before, change)
        for (const name of Object.keys({ ...before, ...change })) {
          const wanted = Object.hasOwn(change, name) ? change[name] : before[name]
          expect(Object.hasOwn(after, name) ? after[name] : null).toBe(wanted)
        }
        expect(changedMetadata(after, change)).toEqual(after)
        expect(sameMetadata(after, changedMetadata(after, {}))).toBe(true)
      }),
    )
  })

  it("X-22 too many entries and too many bytes are refused with the field", () => {
    const many = (count: number, value: string) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, value]))
    expect(metadataProblem(many(METADATA_MAX.entries, "x"))).toBeUndefined()
    expect(metadataProblem(many(METADATA_MAX.entries + 1, "x"))).toMatchObject({ _tag: "Unprocessable", field: "metadata" })
    // 20 values of 512 characters with three bytes each.
    expect(metadataProblem(many(20, "\u20ac".repeat(512)))).toMatchObject({ _tag: "Unprocessable", field: "metadata" })
  })

  it("X-22 equal metadata is the same, whatever its order", () => {
    expect(sameMetadata({ a: "1", b: "2" }, { b: "2", a: "1" })).toBe(true)
    expect(sameMetadata({ a: "1" }, { a: "2" })).toBe(false)
    expect(sameMetadata({ a: "1" }, { b: "1" })).toBe(false)
    expect(sameMetadata({}, undefined)).toBe(true)
  })
})
