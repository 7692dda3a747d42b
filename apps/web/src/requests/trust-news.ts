/** Directories about which someone else has decided: who, and how (docs/protocol/app-rules.md, APP-142). */
import { useEffect, useRef } from "react"
import type { TrustedDirectory } from "@holdfast/protocol/agent/trust"
import { useHub } from "@holdfast/react"
import { Store } from "../ui/store.ts"
import { isAnswered, noteOpen } from "./answered.ts"
import type { Settled } from "./use-settled.ts"
import { useWaitingNow } from "./use-waiting.ts"
import { trustKey } from "./waiting.ts"

/** Milliseconds for which it is told. */
const TOLD = 12_000

/** What is told now. */
export const trustNews = new Store<ReadonlyArray<Settled>>([])

/** Tells what became of a directory, for a while. */
export function tellTrust(directory: string, told: string): void {
  const news = { key: trustKey(directory), line: directory, told }
  trustNews.set([...trustNews.get().filter(({ key }) => key !== news.key), news])
  setTimeout(() => trustNews.set(trustNews.get().filter((one) => one !== news)), TOLD)
}

/** Who decided what. */
export function trustWords({ by, trusted }: Pick<TrustedDirectory, "by" | "trusted">): string {
  return `${by} ${trusted ? "trusted" : "refused"} it`
}

/** The decision that holds for a directory: the one about it, or about the nearest above it. */
export function wordFor(directory: string, words: ReadonlyArray<TrustedDirectory>): TrustedDirectory | undefined {
  const holding = words.filter((word) => `${directory}/`.startsWith(word.directory === "/" ? "/" : `${word.directory}/`))
  return holding.sort((one, other) => other.directory.length - one.directory.length)[0]
}

/** Follows what waits, and tells of directories about which this page has not decided. */
export function useTrustNews(): void {
  const { hub } = useHub()
  const { shown, later } = useWaitingNow()
  const before = useRef<ReadonlySet<string>>(new Set())
  useEffect(() => {
    const now = new Set([...shown, ...later].flatMap(({ untrusted }) => (untrusted === undefined ? [] : [untrusted.directory])))
    const gone = [...before.current].filter((directory) => !now.has(directory) && !isAnswered(trustKey(directory)))
    // What became of one that waits again is over, and who decides next is news.
    const again = [...now].filter((directory) => !before.current.has(directory))
    for (const directory of again) noteOpen("trust", directory)
    if (again.length > 0) trustNews.set(trustNews.get().filter(({ line }) => !now.has(line)))
    before.current = now
    if (gone.length === 0) return
    hub.agents.trust().then(
      ({ directories }) => {
        for (const directory of gone) {
          const word = wordFor(directory, directories)
          if (word !== undefined) tellTrust(directory, trustWords(word))
        }
      },
      (cause: unknown) => console.warn("who decided about a directory cannot be read:", cause),
    )
  }, [hub, later, shown])
}
