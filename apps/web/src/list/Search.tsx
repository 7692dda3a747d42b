/** The search of the list, by name, tag, agent, directory and what terminals run. */
import { useLayoutEffect, useRef } from "react"
import type { KeyboardEvent, ReactElement } from "react"
import { IconButton } from "../ui/Button.tsx"
import { Icon } from "../ui/icons.tsx"
import { isInputMethod } from "../ui/input-method.ts"
import { Store, useStore } from "../ui/store.ts"
import { focusRow } from "./editing.ts"
import { useList, useListState } from "./use-list.ts"
import css from "./filters.module.css"

/** Whether the field is shown, and how often that was asked for. */
const asked = new Store<{ readonly isOpen: boolean; readonly times: number }>({ isOpen: false, times: 0 })

/** Shows the field, with the focus. */
export function searchList(): void {
  asked.set({ isOpen: true, times: asked.get().times + 1 })
}

/** Takes the field off. */
export function endSearch(): void {
  asked.set({ ...asked.get(), isOpen: false })
}

/** The field, while it is used. */
export function SearchField(): ReactElement | null {
  const { isOpen, times } = useStore(asked)
  const list = useList()
  const { filter, matches } = useListState()
  const input = useRef<HTMLInputElement>(null)
  // At once: what is typed next belongs to it.
  useLayoutEffect(() => {
    if (!isOpen) return
    input.current?.focus()
    input.current?.select()
  }, [isOpen, times])
  if (!isOpen && filter.words === "") return null
  const end = (): void => {
    list.setFilter({ words: "" })
    endSearch()
  }
  const pressed = (event: KeyboardEvent): void => {
    if (isInputMethod(event)) return
    if (event.key === "Escape") end()
    else if (event.key === "Enter" || event.key === "ArrowDown") {
      list.pick(undefined)
      const id = list.move(1)
      if (id !== undefined) requestAnimationFrame(() => focusRow(id))
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div className={css["search"]}>
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        aria-label="Search the list by name, tag, agent, directory or command"
        placeholder="Name, tag, agent, directory, command"
        value={filter.words}
        dir="auto"
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        onChange={(event) => list.setFilter({ words: event.target.value })}
        onKeyDown={pressed}
      />
      <span className={css["found"]} role="status">
        {filter.words === "" ? "" : matches}
      </span>
      <IconButton label="End the search" icon="close" onClick={end} />
    </div>
  )
}
