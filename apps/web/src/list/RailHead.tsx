/** The head of the list: the mark, the way to everything (the palette), a new session, and the tabs. */
import { useId } from "react"
import type { KeyboardEvent, ReactElement } from "react"
import { keyText } from "../commands/key-text.ts"
import { commands } from "../commands/registry.ts"
import { shownKey, useIsInTerminal } from "../commands/terminal-focus.ts"
import { useCommand } from "../commands/use-commands.ts"
import { CommandButton, IconButton } from "../ui/Button.tsx"
import { Icon, Mark } from "../ui/icons.tsx"
import { TABS } from "./filter.ts"
import type { ListTab } from "./filter.ts"
import { searchList } from "./Search.tsx"
import { useList, useListState } from "./use-list.ts"
import css from "./rail.module.css"

/** The first line. On a phone there is a title in place of the field, and a button for the search of the list. */
export function RailHead(): ReactElement {
  const keys = shownKey(useCommand("palette")?.keys, useIsInTerminal())
  return (
    <header className={css["head"]}>
      <Mark size={18} />
      <button type="button" className={css["find"]} onClick={() => commands.run("palette")}>
        <Icon name="search" size={14} />
        <span>Find or go to</span>
        {keys === undefined ? null : <kbd>{keyText(keys)}</kbd>}
      </button>
      <b className={css["title"]}>Sessions</b>
      <span className={css["seek"]}>
        <IconButton label="Search the list" icon="search" onClick={searchList} />
      </span>
      <CommandButton command="session.new" icon="add" className={css["new"]} />
    </header>
  )
}

const NAMES: Readonly<Record<ListTab, string>> = { all: "All", waiting: "Waiting", working: "Working", unread: "Unread" }

/** The tabs, each with how many there are. */
export function RailTabs({ panel }: { readonly panel: string }): ReactElement {
  const list = useList()
  const { counts, filter } = useListState()
  const id = useId()
  const moved = (event: KeyboardEvent<HTMLElement>): void => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0
    if (step === 0) return
    const by = getComputedStyle(event.currentTarget).direction === "rtl" ? -step : step
    const tab = TABS[(TABS.indexOf(filter.tab) + by + TABS.length) % TABS.length] ?? "all"
    event.preventDefault()
    list.setFilter({ tab })
    document.getElementById(`${id}-${tab}`)?.focus()
  }
  return (
    <div role="tablist" tabIndex={-1} aria-label="Which sessions" className={css["tabs"]} onKeyDown={moved}>
      {TABS.map((tab) => (
        <button
          key={tab}
          type="button"
          role="tab"
          id={`${id}-${tab}`}
          aria-controls={panel}
          aria-selected={filter.tab === tab}
          tabIndex={filter.tab === tab ? 0 : -1}
          data-tab={tab}
          data-some={counts[tab] > 0 || undefined}
          onClick={() => list.setFilter({ tab, status: "active" })}
        >
          {NAMES[tab]}
          {tab === "all" || counts[tab] === 0 ? null : <span>{counts[tab]}</span>}
        </button>
      ))}
    </div>
  )
}
