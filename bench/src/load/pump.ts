/**
 * Closed and open loops of load.
 */

/** What a closed loop did. */
export interface Pumped {
  readonly done: number
  readonly milliseconds: number
}

/** Runs `once` again and again with `width` under way, until `milliseconds` have passed; waits for the last ones. */
export async function pump(width: number, milliseconds: number, once: (lane: number) => Promise<void>): Promise<Pumped> {
  const began = performance.now()
  let done = 0
  const lane = async (at: number): Promise<void> => {
    while (performance.now() - began < milliseconds) {
      await once(at)
      done++
    }
  }
  await Promise.all(Array.from({ length: width }, (_, at) => lane(at)))
  return { done, milliseconds: performance.now() - began }
}

/** Runs `once` exactly `count` times with `width` under way; gives the milliseconds. */
export async function drain(width: number, count: number, once: (number: number) => Promise<void>): Promise<number> {
  const began = performance.now()
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) await once(next++)
  }
  await Promise.all(Array.from({ length: width }, lane))
  return performance.now() - began
}

/** Calls `tick` so that `perSecond` calls are reached on average, in small steps, for `milliseconds`. Gives the calls made. */
export function pace(perSecond: number, milliseconds: number, tick: () => void): Promise<number> {
  const began = performance.now()
  let made = 0
  return new Promise((done) => {
    const timer = setInterval(() => {
      const passed = Math.min(performance.now() - began, milliseconds)
      const due = Math.floor((passed / 1000) * perSecond)
      while (made < due) {
        tick()
        made++
      }
      if (passed >= milliseconds) {
        clearInterval(timer)
        done(made)
      }
    }, 1)
  })
}

/** The times of `count` calls one after the other, in milliseconds. */
export async function timed(count: number, once: (number: number) => Promise<void>): Promise<ReadonlyArray<number>> {
  const times: Array<number> = []
  for (let number = 0; number < count; number++) {
    const began = performance.now()
    await once(number)
    times.push(performance.now() - began)
  }
  return times
}
