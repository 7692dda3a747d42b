/** Values that a codec describes, for property tests of tables. */
import fc from "fast-check"
import type { Codec, Shape } from "../codec.ts"

const noMinusZero = (value: number): number => (value === 0 ? 0 : value)

/** Values of a codec, each optional field sometimes absent, as `JSON.parse` gives them. */
export function valuesOf({ form }: Codec<unknown>): fc.Arbitrary<unknown> {
  switch (form.kind) {
    case "text":
      return fc.string()
    case "number":
      return fc.double({ noNaN: true, noDefaultInfinity: true }).map(noMinusZero)
    case "whole":
      return fc.maxSafeNat()
    case "flag":
      return fc.boolean()
    case "yes":
      return fc.constant(true)
    case "anything":
      return fc.jsonValue({ maxDepth: 2 })
    case "one of":
      return fc.constantFrom(...form.words)
    case "list":
      return fc.array(valuesOf(form.of), { maxLength: 3 })
    case "record":
      return fc.dictionary(fc.string(), valuesOf(form.of), { maxKeys: 3 })
    case "fields":
    case "part":
      return recordOf(form.shape)
    case "variants":
      return fc.oneof(...form.of.map(valuesOf))
  }
}

function recordOf(shape: Shape): fc.Arbitrary<unknown> {
  const values = Object.entries(shape).map(([name, field]) => [name, valuesOf("maybe" in field ? field.maybe : field)] as const)
  return fc.record(Object.fromEntries(values), { requiredKeys: [...requiredOf(shape)] })
}

/** The fields without which an object is not what its shape says. */
export const requiredOf = (shape: Shape): ReadonlyArray<string> =>
  Object.entries(shape).flatMap(([name, field]) => ("maybe" in field ? [] : [name]))
