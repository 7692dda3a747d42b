/** Parts of the app that are loaded when they are wanted: while the server is away they wait for it (docs/protocol/app-rules.md, APP-16). */
import { type ComponentType, lazy, type LazyExoticComponent } from "react"
import { Store } from "../ui/store.ts"
import { loadAgain } from "./load-again.ts"
import { PartAway } from "./load-chunk.ts"
import { setStatusItem } from "./status-items.ts"

/** Milliseconds before a part is asked for again though the connection stands; after the last of them it has failed. */
const AGAIN = [500, 2000, 5000]

let isThere = false
const waiting = new Set<() => void>()

/** How many parts wait for the server to be back; none while it is there, and a part is only asked for again. */
export const partsAwaited = new Store(0)

/** Says whether the server is there. What waits for it is asked for again. */
export function serverIsThere(isNow: boolean): void {
  isThere = isNow
  countAwaited()
  if (isNow) for (const go of [...waiting]) go()
}

const countAwaited = (): void => partsAwaited.set(isThere ? 0 : waiting.size)

/** Waits until the server is back; where it is there as far as the page knows, not longer than `most`. */
function serverBack(most: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = isThere ? setTimeout(() => go(), most) : undefined
    const go = (): void => {
      clearTimeout(timer)
      waiting.delete(go)
      countAwaited()
      resolve()
    }
    waiting.add(go)
    countAwaited()
  })
}

/** Loads a part, again whenever the server is back. Rejects when the server no longer has it, or when it cannot be had though the server is there. */
export async function loadPart<A>(load: () => Promise<A>): Promise<A> {
  for (let tries = 0; ; tries = isThere ? tries + 1 : 0) {
    try {
      return await load()
    } catch (cause) {
      const most = AGAIN[tries]
      if (!(cause instanceof PartAway) || most === undefined) throw cause
      await serverBack(most)
    }
  }
}

/** A component that is loaded when it is first rendered; until then its `Suspense` shows what stands in for it. */
export function lazyPart<P>(load: () => Promise<{ readonly default: ComponentType<P> }>): LazyExoticComponent<ComponentType<P>> {
  return lazy(() => loadPart(load))
}

/** The same for a part without a place of its own: that it cannot be had is said in the status line, and the page does without it. */
export function lazyExtra<P>(load: () => Promise<{ readonly default: ComponentType<P> }>): LazyExoticComponent<ComponentType<P>> {
  return lazy(() =>
    loadPart(load).catch(() => {
      const action = { title: "Load the page again", run: loadAgain }
      setStatusItem({ id: "part", text: "A part of the app could not be loaded.", action })
      return { default: () => null }
    }),
  )
}
