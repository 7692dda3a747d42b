/** Waiting for what becomes of a process that is being started. */
import * as Effect from "effect/Effect"
import type { Loaded } from "../session/SessionTable.ts"

/** Longest wait, in milliseconds. */
const START_WAIT = 10_000

/** Waits, at most 10 s, until it is durable what became of the start. */
export const processKnown = ({ session, parts }: Loaded): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    if (session.durable.process !== "starting") return resume(Effect.void)
    const timer = setTimeout(() => {
      forget()
      resume(Effect.void)
    }, START_WAIT)
    const forget = parts.onProcess(() => {
      clearTimeout(timer)
      resume(Effect.void)
    })
  })
