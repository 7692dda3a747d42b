/** Waiting with a bound: a limit ends a check that hangs, and measures nothing. */
import { CheckFailed } from "./failed.ts"

/** Milliseconds after which something that should happen at once is given up: many times what a busy machine takes. */
export const PATIENCE = 30_000

const LOOK_AGAIN = 15

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })

/** Asks until there is an answer other than `false`, and gives it. What `ask` throws is a refusal of the moment, unless it fails the check. */
export async function eventually<A>(what: string, ask: () => Promise<A | false>, within = PATIENCE): Promise<A> {
  const end = performance.now() + within
  for (let last: unknown = "not so"; ;) {
    try {
      const answer = await ask()
      if (answer !== false) return answer
    } catch (cause) {
      if (cause instanceof CheckFailed) throw cause
      last = cause
    }
    if (performance.now() > end) throw new Error(`${what}: not within ${within / 1000} s (${String(last)})`, { cause: last })
    await pause(LOOK_AGAIN)
  }
}

/** What a promise gives, or `undefined` when that takes longer than `milliseconds`. */
export async function within<A>(milliseconds: number, work: Promise<A>): Promise<{ readonly value: A } | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), Math.max(0, milliseconds))
  })
  try {
    return await Promise.race([work.then((value) => ({ value })), late])
  } finally {
    clearTimeout(timer)
  }
}
