/** Values that a codec describes, for property tests of tables. */
import fc from "fast-check"
import type { Codec, Shape } from "../codec.ts"

const noMinusZero = (value: number): number => (value === 0 ? 0 : value)

/** Which optional fields are there: all, none, or now these and now those. */
export type Optional = "all" | "none" | "some"

/** Values of a codec as `JSON.parse` gives them. */
export function valuesOf({ form }: Codec<unknown>, optional: Optional = "some"): fc.Arbitrary<unknown> {
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
      return fc.array(valuesOf(form.of, optional), { maxLength: 3 })
    case "record":
      return fc.dictionary(fc.string(), valuesOf(form.of, optional), { maxKeys: 3 })
    case "fields":
    case "part":
      return recordOf(form.shape, optional)
    case "variants":
      return fc.oneof(...form.of.map((codec) => valuesOf(codec, optional)))
  }
}

function recordOf(shape: Shape, optional: Optional): fc.Arbitrary<unknown> {
  const required = requiredOf(shape)
  const named = Object.entries(shape).filter(([name]) => optional !== "none" || required.includes(name))
  const values = named.map(([name, field]) => [name, valuesOf("maybe" in field ? field.maybe : field, optional)] as const)
  const model = Object.fromEntries(values)
  return optional === "some" ? fc.record(model, { requiredKeys: [...required] }) : fc.record(model)
}

/** What a codec of variants can be, each by itself. */
export function variantsOf(codec: Codec<unknown>): ReadonlyArray<Codec<unknown>> {
  return codec.form.kind === "variants" ? codec.form.of.flatMap(variantsOf) : [codec]
}

/** The fields without which an object is not what its shape says. */
export function requiredOf(shape: Shape): ReadonlyArray<string> {
  return Object.entries(shape).flatMap(([name, field]) => ("maybe" in field ? [] : [name]))
}
