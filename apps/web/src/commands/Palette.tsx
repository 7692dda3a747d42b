/** Find or do anything: sessions and commands by what is typed; loaded when it is first wanted. */
import { useMemo, useRef, useState } from "react"
import type { ReactElement } from "react"
import { Dialog } from "radix-ui"
import type { ShownSession } from "@holdfast/client/outbox"
import { Written } from "../requests/Written.tsx"
import { useHub, useSessions } from "@holdfast/react"
import { useCloseOver } from "../ui/close-over.ts"
import { useListbox } from "../ui/listbox.ts"
import { StateMark } from "../ui/StateMark.tsx"
import { Time } from "../ui/Time.tsx"
import { placeNext } from "../workspace/next-place.ts"
import { focusPane } from "../workspace/pane-focus.ts"
import { focusedTab } from "../workspace/tabs.ts"
import { useOpen } from "../workspace/use-open.ts"
import type { Command } from "./command.ts"
import { keyText } from "./key-text.ts"
import { offeredCommands } from "./offered.ts"
import { paletteWish } from "./palette-state.ts"
import type { PaletteWish } from "./palette-state.ts"
import { ranked } from "./rank.ts"
import { commands } from "./registry.ts"
import { isInTerminal, shownKey } from "./terminal-focus.ts"
import { useAllCommands } from "./use-commands.ts"
import styles from "./Palette.module.css"

/** Lines at most. */
const MOST = 50

type Found =
  | { readonly _tag: "Session"; readonly id: string; readonly text: string; readonly about: string; readonly at: number }
  | { readonly _tag: "Command"; readonly command: Command; readonly text: string; readonly about: string; readonly of?: string }

/** What a session is, beside its name: its agent and its directory. */
function aboutSession(session: ShownSession): string {
  if (session.status === "offline") return session.kind
  return [session.agent?.name, session.agent?.cwd ?? session.terminal?.cwd].filter((part) => part !== undefined).join(" · ")
}

/** Sessions that are shown before anything is typed. */
const MOST_LATELY = 8

/** What there is to find: sessions, those active last first, then commands. */
function useFound(query: string, isSplit: boolean): ReadonlyArray<Found> {
  const { sessions } = useSessions()
  const all = useAllCommands()
  const { desk } = useHub()
  const [focused] = useState(() => focusedTab(desk.layout.latest)?.session)
  return useMemo(() => {
    const label = sessions.find(({ id }) => id === focused)?.label
    const onlyCommands = query.startsWith(">")
    const found: Array<Found> = []
    if (!onlyCommands)
      for (const session of query === "" && !isSplit ? sessions.slice(0, MOST_LATELY) : sessions) {
        if (isSplit && session.id === focused) continue
        const at = session.status === "offline" ? session.createdAt : session.lastActiveAt
        found.push({ _tag: "Session", id: session.id, text: session.label, about: aboutSession(session), at })
      }
    for (const command of offeredCommands(all, focused, query !== ""))
      if (!isSplit || command.id.startsWith("session.new"))
        found.push({
          _tag: "Command",
          command,
          text: command.title,
          about: command.words ?? "",
          ...(command.session === undefined || label === undefined ? {} : { of: label }),
        })
    return ranked(found, onlyCommands ? query.slice(1) : query, ({ text, about }) => `${text} ${about}`, MOST)
  }, [sessions, all, focused, query, isSplit])
}

let opener: HTMLElement | undefined

/** What had the focus before the palette: of one that follows another, what had it before the first. */
function focusBefore(): HTMLElement | undefined {
  const { activeElement } = document
  if (activeElement?.closest("[data-palette]") instanceof Element) return opener
  opener = activeElement instanceof HTMLElement && activeElement !== document.body ? activeElement : undefined
  return opener
}

/** The palette. */
export default function Palette({ wish }: { readonly wish: PaletteWish }): ReactElement {
  const [query, setQuery] = useState("")
  const [before] = useState(focusBefore)
  const isTerminal = isInTerminal(before)
  const isDone = useRef(false)
  const open = useOpen()
  const found = useFound(query, wish.split !== undefined)
  const close = (): void => paletteWish.set(undefined)
  useCloseOver(true, close)
  const pick = (at: number, { altKey }: { readonly altKey: boolean }): void => {
    const one = found[at]
    if (one === undefined) return
    isDone.current = true
    close()
    if (one._tag === "Command") {
      if (wish.split !== undefined) placeNext(wish.split)
      return void commands.run(one.command.id, one.command.session)
    }
    const split = wish.split ?? (altKey ? ("right" as const) : undefined)
    open.session(one.id, split === undefined ? {} : { split })
  }
  const listbox = useListbox({ count: found.length, onPick: pick, of: query })
  const what = wish.split === undefined ? "Find a session, or do something" : "What is to be beside it?"
  return (
    <Dialog.Root open onOpenChange={(isOpen) => isOpen || close()}>
      <Dialog.Portal>
        <Dialog.Overlay className={styles["behind"]} />
        <Dialog.Content
          className={styles["palette"]}
          data-palette=""
          aria-describedby={undefined}
          // Without a trigger the focus would be lost.
          onCloseAutoFocus={(event) => {
            event.preventDefault()
            if (isDone.current) return
            if (before?.isConnected === true) before.focus()
            else focusPane()
          }}
        >
          <Dialog.Title className="visually-hidden">{what}</Dialog.Title>
          <input
            {...listbox.field}
            className={styles["field"]}
            aria-label={what}
            placeholder={what}
            dir="auto"
            value={query}
            autoFocus
            spellCheck={false}
            autoComplete="off"
            onChange={({ target }) => setQuery(target.value)}
          />
          <div {...listbox.list} className={styles["list"]} aria-label="What was found">
            {found.map((one, at) => (
              <div key={one._tag === "Session" ? one.id : `> ${one.command.id}`} className={styles["item"]} {...listbox.item(at)}>
                <Line found={one} isTerminal={isTerminal} />
              </div>
            ))}
          </div>
          {found.length === 0 ? <p className={styles["none"]}>No session and no command matches.</p> : null}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function Line({ found, isTerminal }: { readonly found: Found; readonly isTerminal: boolean }): ReactElement {
  if (found._tag === "Session")
    return (
      <>
        <StateMark session={found.id} />
        <span className={styles["words"]} dir="auto">
          {found.text}
          <span className={styles["about"]}>{found.about}</span>
        </span>
        <Time at={found.at} className={styles["at"]} />
      </>
    )
  const keys = shownKey(found.command.keys, isTerminal)
  return (
    <>
      <span className={styles["sign"]} aria-hidden="true">
        ›
      </span>
      <span className={styles["words"]} dir="auto">
        <Written text={found.text} />
        {found.of === undefined ? null : <span className={styles["about"]}>{found.of}</span>}
      </span>
      {keys === undefined ? null : <kbd>{keyText(keys)}</kbd>}
    </>
  )
}
