/** Payloads of commands and calls, decoded as strictly as the bodies of the HTTP door (docs/protocol/rules.md, X-5, X-10). */
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import { BadRequest, type DoorError } from "@holdfast/protocol/errors"
import { headOf } from "@holdfast/protocol/text-cut"
import { failureOf } from "./decode-failure.ts"

/** A payload, or what is wrong with it. */
export type Decoded<A> = { readonly value: A } | DoorError

/** Makes the decoder of a schema; an absent payload is one without fields. */
export function payloadDecoder<A>(schema: Schema.Codec<A>): (payload: unknown) => Decoded<A> {
  const decode = Schema.decodeUnknownExit(Schema.toCodecJson(schema), { onExcessProperty: "error" })
  return (payload) => {
    try {
      const exit = decode(payload ?? {})
      return Exit.isSuccess(exit) ? { value: exit.value } : problem(exit)
    } catch (cause) {
      // Nesting that exhausts the stack is wrong too.
      return new BadRequest({ message: `the command cannot be read: ${headOf(String(cause), 200)}` })
    }
  }
}

function problem(exit: Exit.Failure<unknown, Schema.SchemaError>): ReturnType<typeof failureOf> {
  const error = Exit.findErrorOption(exit)
  if (error._tag === "None") return new BadRequest({ message: "the command is malformed" })
  return failureOf(error.value.issue, "payload", true)
}
