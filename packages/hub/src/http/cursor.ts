/**
 * Cursors as text in a query or a `Last-Event-ID` (D-6).
 */
import * as Effect from "effect/Effect"
import { CursorInvalid } from "@holdfast/protocol/errors"

/** The cursor a text holds, `undefined` for no text. Fails with `CursorInvalid`. */
export const parseCursor = (text: string | undefined): Effect.Effect<number | undefined, CursorInvalid> => {
  if (text === undefined) return Effect.succeed(undefined)
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(value)
    ? Effect.succeed(value)
    : Effect.fail(new CursorInvalid({ message: "a cursor is a whole number from 0 to 2^53 - 1: the last seq that was received" }))
}
