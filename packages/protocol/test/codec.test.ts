/** Codecs: what they let through, what they read, what they say is wrong. */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  anything,
  type Codec,
  fields,
  flag,
  list,
  maybe,
  number,
  oneOf,
  part,
  record,
  text,
  variants,
  whole,
  yes,
} from "../src/codec.ts"
import { valuesOf } from "../src/contract/codec-values.ts"

const place = fields({ x: whole, y: maybe(number), names: list(text) })
const thing = variants(
  "type",
  fields({ type: oneOf("made"), place, env: record(text), sure: maybe(yes) }),
  variants(
    "kind",
    fields({ type: oneOf("gone"), kind: oneOf("lost"), why: maybe(anything) }),
    fields({ type: oneOf("gone"), kind: oneOf("left"), open: flag }),
  ),
  fields({ type: oneOf("same", "other"), about: part<{ readonly id: string }>({ id: text }) }),
)

const again = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe("codecs", () => {
  it("read what they describe as it is, and drop what they do not", () => {
    fc.assert(
      fc.property(valuesOf(thing), (value) => {
        const sent = again(value)
        expect(thing.is(sent)).toBe(true)
        expect(again(thing.read(sent, "a thing"))).toEqual(sent)
        expect(again(thing.read({ ...(sent as object), later: 1 }, "a thing"))).toEqual(sent)
      }),
    )
  })

  it("are consistent: valid ones can be read, invalid ones cannot", () => {
    const codecs: ReadonlyArray<Codec<unknown>> = [thing, place, list(whole), record(flag), oneOf("a", "b"), anything, yes]
    fc.assert(
      fc.property(fc.constantFrom(...codecs), fc.jsonValue(), (codec, value) => {
        if (codec.is(value)) codec.read(value, "it")
        else expect(() => codec.read(value, "it")).toThrow(/is not/)
      }),
    )
  })

  it("say which field is not what", () => {
    const wrong: ReadonlyArray<readonly [unknown, string]> = [
      [[], "a thing is not an object"],
      [{ type: "unheard of" }, 'a thing: type "unheard of" is not known'],
      [{ type: "gone", kind: 1 }, "a thing: kind is not text"],
      [{ type: "gone", kind: "left" }, "open is not true or false"],
      [{ type: "made", place: { x: -1, names: [] }, env: {} }, "x is not a whole number"],
      [{ type: "made", place: { x: 1, names: [1] }, env: {} }, "names is not a list of text"],
      [{ type: "made", place: { x: 1, names: [] }, env: { A: null } }, "A is not text"],
      [{ type: "same", about: {} }, "about is not an object as described"],
    ]
    for (const [value, why] of wrong) expect(() => thing.read(value, "a thing")).toThrow(why)
  })

  it("keep an own field named __proto__ of a record for what it is", () => {
    const read = record(text).read(JSON.parse('{"__proto__": "a"}'), "env")
    expect(Object.keys(read)).toEqual(["__proto__"])
    expect(Object.getPrototypeOf(read)).toBe(null)
  })
})
