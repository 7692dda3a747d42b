import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { parseBody, DEPTH_MAX, JsonRefused } from "../../src/json/strict-json.ts"

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const refused = (text: string): boolean => {
  try {
    parseBody(bytes(text))
    return false
  } catch (error) {
    if (error instanceof JsonRefused) return true
    throw error
  }
}

describe("JSON from outside", () => {
  it("X-5 check:B3 __proto__ is refused as a key however it is written, and fine as a value", () => {
    for (const text of [
      '{"__proto__":1}',
      '{"a":{"__proto__":{}}}',
      '[{"__proto__":1}]',
      '{"\\u005f_proto__":1}',
      '{"__proto__" :1}',
    ]) {
      expect([text, refused(text)]).toEqual([text, true])
    }
    for (const text of ['{"a":"__proto__"}', '["__proto__"]', '{"constructor":1}', '{"a":"\\"__proto__\\":"}'])
      expect([text, refused(text)]).toEqual([text, false])
  })

  it("X-5 check:B2 a key twice in one object is refused, also escaped", () => {
    for (const text of ['{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '{"x":[{"b":1,"b":1}]}'])
      expect([text, refused(text)]).toEqual([text, true])
    for (const text of ['{"a":{"a":1}}', '[{"a":1},{"a":2}]', '{"a":"a","b":"a"}', '{"a":1,"A":2}'])
      expect([text, refused(text)]).toEqual([text, false])
  })

  it("X-5 check:B2 nesting of 200,000 levels is refused without a crash", () => {
    expect(refused("[".repeat(200_000))).toBe(true)
    expect(refused("[".repeat(200_000) + "]".repeat(200_000))).toBe(true)
    expect(refused('{"a":'.repeat(200_000) + "1" + "}".repeat(200_000))).toBe(true)
    expect(refused("[".repeat(DEPTH_MAX) + "]".repeat(DEPTH_MAX))).toBe(false)
    expect(refused(`["${"[".repeat(1000)}"]`)).toBe(false)
  })

  it("X-5 check:B2 numbers are exact or refused", () => {
    for (const text of ["9007199254740992", "-9007199254740993", "[1e999]", '{"a":-1e309}', "123456789012345678901234567890"])
      expect([text, refused(text)]).toEqual([text, true])
    for (const text of ["9007199254740991", "1e308", "-0", "0.1", '"9007199254740993"', "[1,2,3]", "1.5e3"])
      expect([text, refused(text)]).toEqual([text, false])
  })

  it("X-5 what is not UTF-8 or not JSON is refused", () => {
    for (const text of ["", "{", "{'a':1}", "nul", "[1,]", "\u0000", "NaN", "01", '"\u0001"'])
      expect([text, refused(text)]).toEqual([text, true])
    expect(() => parseBody(new Uint8Array([0x22, 0xff, 0x22]))).toThrow(JsonRefused)
    expect(() => parseBody(new Uint8Array([0xef, 0xbb, 0xbf, 0x31]))).toThrow(JsonRefused)
  })

  it("X-5 what JSON.stringify makes of anything with small numbers passes unchanged", () => {
    const value = fc.jsonValue({ maxDepth: 6 })
    fc.assert(
      fc.property(value, (made) => {
        const text = JSON.stringify(made)
        fc.pre(!text.includes("__proto__") && !/\d{16}/.test(text))
        expect(parseBody(bytes(text))).toEqual(JSON.parse(text))
      }),
      { numRuns: 1000 },
    )
  })

  it("check:B1 mutated bodies are accepted as JSON or refused, never anything else", () => {
    const base = bytes('{"kind":"terminal","args":["a","\\u00e9"],"cols":80,"env":{"A":"b"},"key":"k-1"}')
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }), (mutations) => {
        const mutated = Uint8Array.from(base)
        for (const [at, byte] of mutations) mutated[at] = byte
        try {
          parseBody(mutated)
        } catch (error) {
          expect(error).toBeInstanceOf(JsonRefused)
        }
      }),
      { numRuns: 5000 },
    )
  })
})
