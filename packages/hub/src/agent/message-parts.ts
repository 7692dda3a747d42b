/** What a message is given as: a text, or parts. */
import * as Effect from "effect/Effect"
import type { InputPart } from "@holdfast/protocol/agent/message"
import { Unprocessable } from "@holdfast/protocol/errors"

/** The parts of a message that is given as a text or as parts. */
export function partsOf(message: {
  readonly text?: string
  readonly parts?: ReadonlyArray<InputPart>
}): Effect.Effect<ReadonlyArray<InputPart>, Unprocessable> {
  const { text, parts } = message
  if (text !== undefined && parts !== undefined) {
    return Effect.fail(new Unprocessable({ message: "a message has a text or parts, not both", field: "parts" }))
  }
  if (parts !== undefined) return Effect.succeed(parts)
  if (text !== undefined) return Effect.succeed([{ type: "text", text }])
  return Effect.fail(new Unprocessable({ message: "a message needs a text or parts", field: "text" }))
}
