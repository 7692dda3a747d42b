/** Waiting for what becomes of a process that is being started, or ended. */
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

const isAlive = ({ session }: Loaded): boolean => session.durable.process === "starting" || session.durable.process === "running"

/** Calls back once it is durable that the process has ended, or after `limit` milliseconds; gives whether it has. */
export function whenEnded(loaded: Loaded, limit: number, done: (ended: boolean) => void): void {
  if (!isAlive(loaded)) return done(true)
  let forget = (): void => {}
  const timer = setTimeout(() => {
    forget()
    done(false)
  }, limit)
  const look = (): void => {
    if (isAlive(loaded)) {
      forget = loaded.parts.onProcess(look)
      return
    }
    clearTimeout(timer)
    done(true)
  }
  look()
}
