/** What a credential may do. */
import * as Effect from "effect/Effect"
import { Forbidden } from "@holdfast/protocol/errors"
import type { Principal } from "../Hub.ts"

/** The refusal of a command by a credential that may only read. */
export const readOnly = (): Forbidden => new Forbidden({ message: "this credential may only read" })

/** Refuses a credential that may only read. */
export const may = (by: Principal): Effect.Effect<void, Forbidden> =>
  by.scope === "read" ? Effect.fail(readOnly()) : Effect.void
