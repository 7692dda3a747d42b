/** Finding text in a terminal's lines, in those of the past too while they are shown. */
import { useEffect, useRef, useState } from "react"
import type { KeyboardEvent, ReactElement } from "react"
import type { ISearchOptions, SearchAddon } from "@xterm/addon-search"
import { IconButton } from "../../ui/Button.tsx"
import { isInputMethod } from "../../ui/input-method.ts"
import { useStore } from "../../ui/store.ts"
import { terminalTokens } from "./terminal-colors.ts"
import { useEscape } from "./use-escape.ts"
import type { Shown } from "./use-emulator.ts"
import styles from "./terminal.module.css"

interface FindBarProps {
  readonly shown: Shown
  readonly onClose: () => void
}

/** What was found: which of how many, the first as 0. */
interface Found {
  readonly at: number
  readonly count: number
}

type Flags = Pick<ISearchOptions, "caseSensitive" | "regex" | "wholeWord">

/** A field, how many there are, and the way from one to the next. */
export function FindBar({ shown, onClose }: FindBarProps): ReactElement {
  const field = useRef<HTMLInputElement>(null)
  const [text, setText] = useState("")
  const [flags, setFlags] = useState<Flags>({})
  const { found, find } = useFinding(shown, text, flags)
  const bar = useRef<HTMLDivElement>(null)
  useEscape(bar, onClose)
  useEffect(() => field.current?.select(), [])
  const key = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || isInputMethod(event)) return
    event.preventDefault()
    find(event.shiftKey ? "down" : "up")
  }
  const toggle = (name: keyof Flags): void => setFlags((now) => ({ ...now, [name]: now[name] !== true }))
  const isWrong = text !== "" && flags.regex === true && !isPattern(text)
  const count = isWrong
    ? "not a pattern"
    : text === ""
      ? ""
      : found.count === 0
        ? "none"
        : `${found.at < 0 ? "–" : found.at + 1} of ${found.count}`
  return (
    <div ref={bar} className={styles["find"]} role="search">
      <input
        ref={field}
        type="text"
        value={text}
        placeholder="Find in terminal"
        aria-label="Find in terminal"
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        autoFocus
        onKeyDown={key}
        onChange={({ target }) => setText(target.value)}
      />
      <output>{count}</output>
      <Toggle label="Match case" sign="Aa" isOn={flags.caseSensitive === true} onClick={() => toggle("caseSensitive")} />
      <Toggle label="Whole words" sign="words" isOn={flags.wholeWord === true} onClick={() => toggle("wholeWord")} />
      <Toggle label="Pattern" sign=".*" isOn={flags.regex === true} onClick={() => toggle("regex")} />
      <IconButton icon="up" label="Earlier" keys="Enter" onClick={() => find("up")} />
      <IconButton icon="down" label="Later" keys="Shift+Enter" onClick={() => find("down")} />
      <IconButton icon="close" label="Close" keys="Escape" onClick={onClose} />
    </div>
  )
}

/** Finds while the bar is there, and takes the marks away afterwards. */
function useFinding(
  { emulator, past }: Shown,
  text: string,
  flags: Flags,
): { readonly found: Found; readonly find: (way: "up" | "down") => void } {
  const [found, setFound] = useState<Found>({ at: -1, count: 0 })
  const pastState = useStore(past.state)
  const search = (pastState._tag === "Shown" ? past.screen?.search : undefined) ?? emulator.search
  useEffect(() => {
    const listening = search.onDidChangeResults(({ resultIndex, resultCount }) =>
      setFound({ at: resultIndex, count: resultCount }),
    )
    return () => {
      listening.dispose()
      search.clearDecorations()
    }
  }, [search])
  useEffect(() => seek(search, text, flags, "up", true), [search, text, flags])
  return { found, find: (way) => seek(search, text, flags, way, false) }
}

/** Goes to the next place of a text, or with what is being typed to the first; without any, nothing is marked. */
function seek(search: SearchAddon, text: string, flags: Flags, way: "up" | "down", incremental: boolean): void {
  if (text === "" || (flags.regex === true && !isPattern(text))) return search.clearDecorations()
  const options: ISearchOptions = { ...flags, incremental, decorations: decorations() }
  if (way === "up") search.findPrevious(text, options)
  else search.findNext(text, options)
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp
  } catch {
    return false
  }
}

function decorations(): NonNullable<ISearchOptions["decorations"]> {
  const tokens = terminalTokens()
  return {
    matchBackground: tokens["line-2"],
    matchOverviewRuler: tokens.soft,
    activeMatchBackground: tokens["kelp-fill"],
    activeMatchBorder: tokens.kelp,
    activeMatchColorOverviewRuler: tokens.kelp,
  }
}

interface ToggleProps {
  readonly label: string
  readonly sign: string
  readonly isOn: boolean
  readonly onClick: () => void
}

function Toggle({ label, sign, isOn, onClick }: ToggleProps): ReactElement {
  return (
    <button type="button" className={styles["toggle"]} aria-label={label} title={label} aria-pressed={isOn} onClick={onClick}>
      <span aria-hidden="true">{sign}</span>
    </button>
  )
}
