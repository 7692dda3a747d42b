/** Readers of words that are times, whatever they come over: how late each word is, and whether all have come. */
import { now, stampsOf } from "./stamp.ts"
import { until } from "./until.ts"

/** Readers, each on a connection of its own. */
export interface Ears {
  /** Milliseconds from saying to hearing of each word since `forget`. */
  readonly lags: () => ReadonlyArray<number>
  readonly forget: () => void
  /** Resolves when this many words were heard, over all readers. */
  readonly heard: (words: number) => Promise<void>
  readonly close: () => void
}

/** What the connections report to. */
export interface Hearing {
  /** Words that have just arrived. */
  readonly words: (text: string) => void
  /** A reader has everything up to now. */
  readonly ready: () => void
}

/** Opens `count` readers, and waits until all of them are ready. `open` gives what closes one. */
export async function openEars(count: number, open: (hearing: Hearing) => Promise<() => void>): Promise<Ears> {
  let lags: Array<number> = []
  let ready = 0
  let changed = (): void => {}
  const hearing: Hearing = {
    words: (text) => {
      const arrived = now()
      for (const said of stampsOf(text)) lags.push(arrived - said)
      changed()
    },
    ready: () => {
      ready++
      changed()
    },
  }
  const waitFor = async (what: string, condition: () => boolean): Promise<void> => {
    const all = until(what, 60_000, condition)
    changed = all.check
    all.check()
    await all.reached
  }
  const closers = await Promise.all(Array.from({ length: count }, () => open(hearing)))
  await waitFor("every reader is ready", () => ready === count)
  return {
    lags: () => lags,
    forget: () => {
      lags = []
    },
    heard: (words) => waitFor(`${words} words are heard`, () => lags.length >= words),
    close: () => closers.forEach((close) => close()),
  }
}
