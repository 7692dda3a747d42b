/** Fingers on a page, as the browser gets them from a screen. */
import type { AppPage } from "./app.ts"

/** Where a finger is, in pixels of the page. */
export interface Finger {
  readonly x: number
  readonly y: number
}

/** What they do. */
export interface Fingers {
  /** Draws one from a place to another; `rest`: it stays where it begins for so many milliseconds first. */
  readonly draw: (from: Finger, to: Finger, rest?: number) => Promise<void>
  /** Moves two apart, or together. */
  readonly pinch: (between: Finger, from: number, to: number) => Promise<void>
  /** Puts one down; what is returned lifts it. */
  readonly rest: (at: Finger) => Promise<() => Promise<void>>
}

/** A move is as many events, so many seconds apart: how fast it was counts, and the machine may be slow. */
const STEPS = 8
const APART = 0.016

/** The fingers of a page that was opened as a phone. */
export async function fingersOn({ context, page }: AppPage): Promise<Fingers> {
  const tools = await context.newCDPSession(page)
  let timestamp = 0
  const send = (type: string, ...touchPoints: ReadonlyArray<Finger>): Promise<unknown> => {
    timestamp = type === "touchStart" ? Date.now() / 1000 : timestamp + APART
    return tools.send("Input.dispatchTouchEvent", { type, touchPoints, timestamp })
  }
  const lift = async (): Promise<void> => void (await send("touchEnd"))
  const two = ({ x, y }: Finger, apart: number): ReadonlyArray<Finger> => [
    { x: x - apart / 2, y },
    { x: x + apart / 2, y },
  ]
  return {
    draw: async (from, to, rest = 0) => {
      await send("touchStart", from)
      if (rest > 0) await page.evaluate(`new Promise((done) => setTimeout(done, ${rest}))`)
      for (let step = 1; step <= STEPS; step++) {
        const part = step / STEPS
        await send("touchMove", { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part })
      }
      await lift()
    },
    pinch: async (between, from, to) => {
      await send("touchStart", ...two(between, from))
      for (let step = 1; step <= STEPS; step++) await send("touchMove", ...two(between, from + ((to - from) * step) / STEPS))
      await lift()
    },
    rest: async (at) => {
      await send("touchStart", at)
      return lift
    },
  }
}
