/** A list that is chosen from with the keys of a text field above it: palette, files, commands (the combobox pattern of ARIA). */
import { useEffect, useId, useRef, useState } from "react"
import type { KeyboardEvent, RefObject } from "react"
import { isInputMethod } from "./input-method.ts"

interface ListboxOptions {
  readonly count: number
  /** Takes the item at a place; `event` tells which keys were held. */
  readonly onPick: (
    at: number,
    event: { readonly altKey: boolean; readonly ctrlKey: boolean; readonly metaKey: boolean; readonly shiftKey: boolean },
  ) => void
  /** A key that takes an item besides Enter, such as Tab. */
  readonly alsoPicks?: ReadonlyArray<string>
  /** Whether it is open; its keys count only then. */
  readonly isOpen?: boolean
  /** Something that makes it another list, such as what was typed: the first item is chosen again. */
  readonly of?: unknown
}

/** What the field, the list and its items are given. */
export interface Listbox {
  readonly at: number
  readonly choose: (at: number) => void
  readonly field: {
    readonly role: "combobox"
    readonly "aria-expanded": boolean
    readonly "aria-controls": string
    readonly "aria-activedescendant": string | undefined
    readonly "aria-autocomplete": "list"
    readonly onKeyDown: (event: KeyboardEvent) => void
  }
  readonly list: { readonly id: string; readonly role: "listbox"; readonly ref: RefObject<HTMLDivElement | null> }
  readonly item: (at: number) => {
    readonly id: string
    readonly role: "option"
    readonly "aria-selected": boolean
    readonly onPointerMove: () => void
    readonly onClick: (event: {
      readonly altKey: boolean
      readonly ctrlKey: boolean
      readonly metaKey: boolean
      readonly shiftKey: boolean
    }) => void
  }
}

const PAGE = 8

/** Where a key leads to from a place among `count`; `undefined` for a key that leads nowhere. */
export function listboxStep(key: string, at: number, count: number): number | undefined {
  if (count === 0) return undefined
  switch (key) {
    case "ArrowDown":
      return (at + 1) % count
    case "ArrowUp":
      return (at - 1 + count) % count
    case "PageDown":
      return Math.min(count - 1, at + PAGE)
    case "PageUp":
      return Math.max(0, at - PAGE)
    default:
      return undefined
  }
}

/** The state of a list with a field. */
export function useListbox({ count, onPick, alsoPicks = [], isOpen = true, of }: ListboxOptions): Listbox {
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const [state, setState] = useState({ at: 0, of })
  const isSame = Object.is(state.of, of)
  const at = Math.min(isSame ? state.at : 0, Math.max(0, count - 1))
  const choose = (next: number): void => setState({ at: next, of })
  const nameOf = (one: number): string => `${id}-${one}`
  useEffect(() => {
    if (isOpen) list.current?.querySelector(`[id="${CSS.escape(nameOf(at))}"]`)?.scrollIntoView({ block: "nearest" })
  })
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!isOpen || isInputMethod(event)) return
    const next = listboxStep(event.key, at, count)
    if (next !== undefined) choose(next)
    else if (count > 0 && (event.key === "Enter" || alsoPicks.includes(event.key))) onPick(at, event)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return {
    at,
    choose,
    field: {
      role: "combobox",
      "aria-expanded": isOpen && count > 0,
      "aria-controls": id,
      "aria-activedescendant": isOpen && count > 0 ? nameOf(at) : undefined,
      "aria-autocomplete": "list",
      onKeyDown,
    },
    list: { id, role: "listbox", ref: list },
    item: (one) => ({
      id: nameOf(one),
      role: "option",
      "aria-selected": one === at,
      onPointerMove: () => one !== at && choose(one),
      onClick: (event) => onPick(one, event),
    }),
  }
}
