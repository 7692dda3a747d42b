/** Find in a transcript: over what is here and, page by page, over everything before it; it says how far it has looked. */
import { useEffect, useMemo, useRef, useState } from "react"
import type { KeyboardEvent, RefObject } from "react"
import { useCell } from "@holdfast/react"
import css from "./find.module.css"
import { counted } from "../rows/tool-input.ts"
import { useChat } from "../transcript/chat-context.ts"
import type { OlderPages } from "../transcript/use-older.ts"
import { markWords } from "./highlight-words.ts"
import { search } from "./search.ts"
import type { Hit } from "./search.ts"
import { IconButton } from "../../../ui/Button.tsx"
import { isInputMethod } from "../../../ui/input-method.ts"
import { clockTime } from "../../../ui/time.ts"

/** What the bar is given. */
export interface FindBarProps {
  readonly pages: OlderPages
  readonly root: RefObject<HTMLElement | null>
  readonly onHit: (hit: Hit) => void
  readonly onClose: () => void
}

/** Milliseconds after a key until older pages are read, and messages of such a page. */
const IDLE = 300
const PAGE = 200

/** Reads all older pages while there are words to find. */
function useReading(load: OlderPages["load"], query: string): string | undefined {
  const [problem, setProblem] = useState<string | undefined>(undefined)
  useEffect(() => {
    if (query.trim() === "") return undefined
    let isWanted = true
    const read = async (): Promise<void> => {
      while (isWanted && (await load(PAGE))) setProblem(undefined)
    }
    const timer = setTimeout(() => {
      read().catch((cause: Error) => {
        if (isWanted) setProblem(cause.message)
      })
    }, IDLE)
    return () => {
      isWanted = false
      clearTimeout(timer)
    }
  }, [load, query])
  return problem
}

/** The bar. */
export function FindBar({ pages, root, onHit, onClose }: FindBarProps) {
  const { view, cwd } = useChat()
  const field = useRef<HTMLInputElement>(null)
  const [query, setQuery] = useState("")
  /** The hit that is shown; the last one at first. */
  const [shown, setShown] = useState<Hit | undefined>(undefined)
  const messages = useCell(view.transcript.messages.all)
  const hits = useMemo(() => search(messages, query, cwd), [messages, query, cwd])
  const problem = useReading(pages.load, query)
  const at = shown === undefined ? -1 : hits.findIndex(({ message, part }) => message === shown.message && part === shown.part)
  useEffect(() => field.current?.focus(), [])
  useEffect(() => {
    // After the list has scrolled, and drawn what is there.
    const timer = setTimeout(() => markWords(root.current, query), 60)
    return () => clearTimeout(timer)
  }, [root, query, shown, hits])
  useEffect(() => () => markWords(null, ""), [])
  const go = (step: -1 | 1): void => {
    const next = at === -1 ? hits.at(-1) : hits[(at + step + hits.length) % hits.length]
    if (next === undefined) return
    setShown(next)
    onHit(next)
  }
  const key = (event: KeyboardEvent): void => {
    if (isInputMethod(event)) return
    if (event.key === "Enter") go(event.shiftKey ? 1 : -1)
    else if (event.key === "Escape") onClose()
    else return
    event.preventDefault()
  }
  return (
    <search className={css["bar"]} aria-label="Find in this session">
      <input
        ref={field}
        type="search"
        dir="auto"
        aria-label="Find"
        placeholder="Find in this session"
        value={query}
        onChange={({ target }) => setQuery(target.value)}
        onKeyDown={key}
      />
      <output className={css["told"]}>
        {told(query, hits.length, at, messages.length, pages.older, messages[0]?.createdAt, problem)}
      </output>
      <IconButton label="Earlier (Enter)" icon="up" disabled={hits.length === 0} onClick={() => go(-1)} />
      <IconButton label="Later (Shift+Enter)" icon="down" disabled={hits.length === 0} onClick={() => go(1)} />
      <IconButton label="Close (Escape)" icon="close" onClick={onClose} />
    </search>
  )
}

/** What was found, and where it was looked for. */
export function told(
  query: string,
  hits: number,
  at: number,
  messages: number,
  older: OlderPages["older"],
  first: number | undefined,
  problem: string | undefined,
): string {
  if (query.trim() === "") return ""
  const found = hits === 0 ? "Nothing found" : at === -1 ? counted(hits, "place") : `${at + 1} of ${hits.toLocaleString("en")}`
  if (older === "none") return `${found} in all ${counted(messages, "message")}`
  const since =
    first === undefined
      ? ""
      : ` back to ${new Date(first).toLocaleDateString("en", { day: "numeric", month: "short" })} ${clockTime(first)}`
  if (problem !== undefined)
    return `${found} in the last ${counted(messages, "message")}; earlier ones cannot be read: ${problem}`
  return `${found} in ${counted(messages, "message")}${since}, reading on`
}
