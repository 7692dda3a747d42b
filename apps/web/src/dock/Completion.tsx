/** The list over the field: files of the session's directory after `@`, commands of the agent after `/`. */
import { useState } from "react"
import type { KeyboardEvent } from "react"
import { type Listbox, useListbox } from "../ui/listbox.ts"
import { type AgentCommand, commandsFor, type Trigger } from "./completion.ts"
import { noteEscapeUsed } from "./escape.ts"
import styles from "./Completion.module.css"
import { useFileMatches } from "./use-file-matches.ts"

/** Most entries that are shown. */
const SHOWN = 50

interface Entry {
  readonly value: string
  readonly about?: string
}

/** A list and how it is worked. */
export interface CompletionNow {
  readonly isOpen: boolean
  readonly trigger: Trigger | undefined
  readonly entries: ReadonlyArray<Entry>
  /** In place of entries: why there are none. */
  readonly told: string | undefined
  readonly box: Listbox
  readonly field: Partial<Omit<Listbox["field"], "onKeyDown">>
  readonly onKeyDown: (event: KeyboardEvent) => void
}

interface CompletionOptions {
  readonly session: string
  readonly trigger: Trigger | undefined
  readonly commands: ReadonlyArray<AgentCommand>
  /** Why there are no commands yet. */
  readonly later: string | undefined
  readonly onPick: (trigger: Trigger, value: string) => void
}

function entriesFor(
  { kind, query }: Trigger,
  paths: ReadonlyArray<string>,
  commands: ReadonlyArray<AgentCommand>,
): ReadonlyArray<Entry> {
  if (kind === "file") return paths.slice(0, SHOWN).map((value) => ({ value }))
  return commandsFor(commands, query)
    .slice(0, SHOWN)
    .map(({ name, description }) => ({
      value: name.replace(/^\//, ""),
      ...(description === undefined ? {} : { about: description }),
    }))
}

/** What completes the word at the caret. */
export function useCompletion({ session, trigger, commands, later, onPick }: CompletionOptions): CompletionNow {
  // Escape closes the list for the word at this place, until another one begins.
  const [closed, setClosed] = useState<number>()
  const isWanted = trigger !== undefined && trigger.from !== closed
  const files = useFileMatches(session, isWanted && trigger.kind === "file" ? trigger.query : undefined)
  const entries = isWanted ? entriesFor(trigger, files.paths, commands) : []
  const pick = (at: number): void => {
    const entry = entries[at]
    if (trigger !== undefined && entry !== undefined) onPick(trigger, entry.value)
  }
  const told = trigger?.kind === "command" && commands.length === 0 ? later : files.told
  const isOpen = isWanted && (entries.length > 0 || told !== undefined)
  const box = useListbox({
    count: entries.length,
    onPick: pick,
    alsoPicks: ["Tab"],
    isOpen,
    of: `${trigger?.from} ${trigger?.query}`,
  })
  const { onKeyDown: listKeys, ...field } = box.field
  return {
    isOpen,
    trigger,
    entries,
    told: entries.length === 0 ? told : undefined,
    box,
    field: isOpen ? field : {},
    onKeyDown: (event) => {
      if (!isOpen) return
      if (event.key === "Escape") {
        setClosed(trigger?.from)
        noteEscapeUsed()
        event.preventDefault()
        event.stopPropagation()
        return
      }
      // A key held with Enter sends; a whole command with nothing more to choose is sent as it is.
      const isWhole = trigger?.kind === "command" && entries[box.at]?.value === trigger.query
      if (event.key === "Enter" && (event.metaKey || event.ctrlKey || event.shiftKey || isWhole)) return
      listKeys(event)
    },
  }
}

/** Shows the list. */
export function CompletionList({ completion: { isOpen, trigger, entries, told, box } }: { readonly completion: CompletionNow }) {
  if (!isOpen) return null
  return (
    <div className={styles["over"]}>
      {told === undefined ? null : <p className={styles["told"]}>{told}</p>}
      <div className={styles["list"]} aria-label={trigger?.kind === "file" ? "Files" : "Commands"} {...box.list}>
        {entries.map(({ value, about }, at) => (
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the field has the keys
          <div key={value} className={styles["entry"]} {...box.item(at)} onPointerDown={(event) => event.preventDefault()}>
            <code>{trigger?.kind === "file" ? value : `/${value}`}</code>
            {about === undefined ? null : (
              <span className={styles["about"]} dir="auto">
                {about}
              </span>
            )}
          </div>
        ))}
      </div>
    </div>
  )
}
