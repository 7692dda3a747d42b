/** Going to rows of a list: to a message, to what was found, from one message of a person to the next. */
import { useCallback, useEffect, useRef, useState } from "react"
import type { RefObject } from "react"
import type { VirtualizerHandle } from "virtua"
import type { Hit } from "../find/search.ts"
import type { Item } from "./RowView.tsx"
import type { OlderPages } from "./use-older.ts"
import { useChat } from "./chat-context.ts"

/** How long a row stays marked that was gone to, in milliseconds. */
const MARKED = 2500

/** How long the list may take to get somewhere, in milliseconds. */
const ON_ITS_WAY = 800

/** Places of a list. */
export interface Places {
  /** Key of the row that was gone to just now. */
  readonly marked: string | undefined
  readonly toMessage: (message: string) => void
  readonly toHit: (hit: Hit) => void
  readonly toPerson: (step: -1 | 1) => void
}

interface PlacesOf {
  readonly list: RefObject<VirtualizerHandle | null>
  readonly items: ReadonlyArray<Item>
  readonly pages: OlderPages
  /** Called before the list goes elsewhere. */
  readonly leave: () => void
}

const isOf = (item: Item, message: string): boolean => item.kind !== "new" && item.message === message

/** The places of a list. */
export function usePlaces({ list, items, pages, leave }: PlacesOf): Places {
  const { folds } = useChat()
  const [marked, setMarked] = useState<string | undefined>(undefined)
  /** Where the list is on its way to, and since when. */
  const heading = useRef({ key: "", since: -Infinity })
  const latest = useRef(items)
  latest.current = items
  useEffect(() => {
    if (marked === undefined) return undefined
    const timer = setTimeout(() => setMarked(undefined), MARKED)
    return () => clearTimeout(timer)
  }, [marked])
  const toIndex = useCallback(
    (index: number, align: "start" | "center") => {
      const item = latest.current[index]
      if (item === undefined) return
      leave()
      heading.current = { key: item.key, since: performance.now() }
      list.current?.scrollToIndex(index, { align, ...(align === "start" ? { offset: -8 } : {}) })
      setMarked(item.key)
    },
    [list, leave],
  )
  const toMessage = useCallback(
    (message: string) =>
      toIndex(
        latest.current.findIndex((item) => isOf(item, message)),
        "start",
      ),
    [toIndex],
  )
  const toHit = useCallback(
    ({ message, part }: Hit) => {
      const own = latest.current.flatMap((item, index) => (isOf(item, message) ? [index] : []))
      const found = own.findLast((index) => {
        const item = latest.current[index]
        return item !== undefined && item.kind !== "new" && (item.parts[0] ?? 0) <= part
      })
      const index = found ?? own[0]
      const item = index === undefined ? undefined : latest.current[index]
      if (index === undefined || item === undefined) return
      // What folds may hide the words.
      if (item.kind === "reasoning" || item.kind === "tools") folds.set(item.key, true)
      toIndex(index, "center")
    },
    [toIndex, folds],
  )
  const { older, load } = pages
  const toPerson = useCallback(
    async (step: -1 | 1) => {
      const handle = list.current
      if (handle === null) return
      const { key, since } = heading.current
      // Keys that follow each other count from where the one before leads, which the list may not have reached.
      const known = performance.now() - since < ON_ITS_WAY ? latest.current.findIndex((item) => item.key === key) : -1
      const at = known === -1 ? handle.findItemIndex(handle.scrollOffset + (step === 1 ? 40 : 16)) : known
      const isPerson = ({ kind }: Item): boolean => kind === "person"
      if (step === 1) {
        const next = latest.current.findIndex((item, index) => index > at && isPerson(item))
        return next === -1 ? undefined : toIndex(next, "start")
      }
      const before = (): number => latest.current.slice(0, Math.max(0, at)).findLastIndex(isPerson)
      if (before() !== -1) return toIndex(before(), "start")
      if (older !== "more") return undefined
      const length = latest.current.length
      await load()
      // The rows that were there have moved down by as many as came.
      requestAnimationFrame(() => {
        const added = latest.current.length - length
        const found = latest.current.slice(0, Math.max(0, at + added)).findLastIndex(isPerson)
        if (found !== -1) toIndex(found, "start")
      })
      return undefined
    },
    [list, toIndex, older, load],
  )
  // The connection is away: the key does nothing more than it can.
  return { marked, toMessage, toHit, toPerson: (step) => void toPerson(step).catch(() => undefined) }
}
