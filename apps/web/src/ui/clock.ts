/**
 * One clock for everything on the page that says how long ago something was: it ticks when some of it changes, and on whole seconds
 * alone, so that all that changes in one second is rendered at once.
 */
import { useCallback, useSyncExternalStore } from "react"
import { nextChange } from "./time.ts"

const SECOND = 1000

interface Waiting {
  readonly tell: () => void
  readonly due: number
}

const waiting = new Set<Waiting>()
let timer: ReturnType<typeof setTimeout> | undefined
let timerDue = Infinity

function arm(): void {
  const due = Math.min(...[...waiting].map((one) => one.due))
  if (due === timerDue) return
  clearTimeout(timer)
  timerDue = due
  timer = due === Infinity ? undefined : setTimeout(tick, Math.max(0, due - Date.now()))
}

function tick(): void {
  const now = Date.now()
  timerDue = Infinity
  // A copy: who is told waits again, for a later tick.
  for (const one of [...waiting]) if (one.due <= now && waiting.has(one)) one.tell()
  arm()
}

/** Calls `listener` in the second after `timeAgo` of `at` may say something else, until the function that is returned is called. */
export function follow(at: number, listener: () => void): () => void {
  let own: Waiting = { tell: () => undefined, due: Infinity }
  const wait = (): void => {
    waiting.delete(own)
    const now = Date.now()
    own = { tell: told, due: Math.ceil((now + nextChange(at, now)) / SECOND) * SECOND }
    waiting.add(own)
  }
  const told = (): void => {
    wait()
    listener()
  }
  wait()
  arm()
  return () => {
    waiting.delete(own)
    arm()
  }
}

/** A value of the time that has passed since `at`; rendered again when `timeAgo` may change. */
export function useAgo<A extends string | number>(at: number, read: (now: number) => A): A {
  const get = (): A => read(Date.now())
  const subscribe = useCallback((listener: () => void) => follow(at, listener), [at])
  return useSyncExternalStore(subscribe, get, get)
}
