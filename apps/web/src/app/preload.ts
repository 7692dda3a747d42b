/** What the first picture does without, and the next act of a person will want. */
import { over } from "../ui/over.ts"
import { preloadPane } from "../workspace/panes.tsx"

/** Milliseconds in which the page begins and nothing else is to be done; and after which it is taken to have time, whatever the browser says. */
const BEGINNING = 1000
const LATEST = 3000

/** Loads what opens over the page, and the chat, once the page has begun and has time. Gives the function that calls it off. */
export function preloadWhenIdle(): () => void {
  let idle: number | undefined
  const preload = (): void => {
    over.preload()
    preloadPane("agent")
  }
  const timer = setTimeout(() => {
    // Safari does not tell.
    if ("requestIdleCallback" in window) idle = requestIdleCallback(preload, { timeout: LATEST })
    else preload()
  }, BEGINNING)
  return () => {
    clearTimeout(timer)
    if (idle !== undefined) cancelIdleCallback(idle)
  }
}
