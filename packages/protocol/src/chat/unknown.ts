/** What a later version may send: kept, so that a client of this one shows everything else (E-3). */
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"

/** A value of a type that this version does not know; last member of a union by `type`. */
export const UnknownValue = Schema.Json.pipe(
  Schema.decodeTo(
    Schema.Struct({ type: Schema.Literal("unknown"), value: Schema.Json }),
    SchemaTransformation.transform({
      decode: (value: Schema.Json) => ({ type: "unknown" as const, value }),
      encode: ({ value }: { readonly value: Schema.Json }) => value,
    }),
  ),
)
