/** Waiting for what becomes of a process that is being started, or ended. */
import type * as Effect from "effect/Effect"
import { fromCallback } from "../session/Fork.ts"
import type { ChildPart } from "./ChildPart.ts"

/** Longest wait, in milliseconds. */
const START_WAIT = 10_000

/** Waits, at most 10 s, until it is durable what became of the start. */
export function processKnown(part: ChildPart): Effect.Effect<void> {
  return fromCallback<void>((answer) => {
    if (part.session.durable.process !== "starting") return answer(undefined)
    const timer = setTimeout(() => {
      forget()
      answer(undefined)
    }, START_WAIT)
    const forget = part.onProcess(() => {
      clearTimeout(timer)
      answer(undefined)
    })
  })
}

function isAlive({ session }: ChildPart): boolean {
  const { process } = session.durable
  return process === "starting" || process === "running"
}

/** Calls back once it is durable that the process has ended, or after `limit` milliseconds; gives whether it has. */
export function whenEnded(part: ChildPart, limit: number, done: (ended: boolean) => void): void {
  if (!isAlive(part)) return done(true)
  let forget = (): void => {}
  const timer = setTimeout(() => {
    forget()
    done(false)
  }, limit)
  const look = (): void => {
    if (isAlive(part)) {
      forget = part.onProcess(look)
      return
    }
    clearTimeout(timer)
    done(true)
  }
  look()
}
