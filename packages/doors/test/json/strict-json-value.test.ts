import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { JsonRefused, parseJson } from "../../src/json/strict-json.ts"

/** What the platform's parser makes of a text; `undefined` when it is no JSON. */
function platform(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** The same of ours, also when it refuses what it read. */
function ours(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: parseJson(text) }
  } catch (error) {
    if (!(error instanceof JsonRefused)) throw error
    return error.parsed === undefined ? undefined : { value: error.parsed }
  }
}

describe("the value of JSON from outside", () => {
  it("X-5 is the one that the platform's parser returns, read in one pass", () => {
    const text = fc.oneof(
      fc.jsonValue({ maxDepth: 5 }).map((value) => JSON.stringify(value)),
      fc.jsonValue({ maxDepth: 5 }).map((value) => JSON.stringify(value, null, 2)),
      fc.string({ maxLength: 40 }).map((inside) => `"${inside}"`),
      fc.string({ unit: fc.constantFrom(...'{}[],:"\\ue0019.-+ntrfals \n\u0001é'), maxLength: 30 }),
    )
    fc.assert(
      fc.property(text, (given) => {
        fc.pre(!given.includes("__proto__"))
        expect(ours(given)).toEqual(platform(given))
      }),
      { numRuns: 20_000 },
    )
  })

  it("X-5 is read to its end when it is refused, so that the error can name its request", () => {
    const cases: ReadonlyArray<readonly [string, unknown]> = [
      ['{"id":"1","a":1,"a":2}', { id: "1", a: 2 }],
      ['{"id":"1","__proto__":{"x":1},"b":3}', { id: "1", b: 3 }],
      ['{"id":"1","n":9007199254740993}', { id: "1", n: 9007199254740992 }],
    ]
    for (const [text, value] of cases) {
      expect(() => parseJson(text)).toThrow(JsonRefused)
      expect(ours(text)).toEqual({ value })
    }
    expect(Object.hasOwn({}, "x") || "x" in {}).toBe(false)
  })
})
