/** Menus: of a button, and of a right click. Each item is a command of the registry, or a word with what it does. */
import { useCallback, useEffect, useMemo, useRef, useState } from "react"
import type { KeyboardEvent, MouseEvent, PointerEvent, ReactElement } from "react"
import { useCloseOver } from "./close-over.ts"
import { Handled } from "./handlers.ts"
import { useLater } from "./later.ts"
import type { MenuItem } from "./menu-item.ts"
import { over } from "./over.ts"

interface MenuProps {
  /** The button, one element that takes a ref. */
  readonly trigger: ReactElement
  readonly label: string
  /** Called when it opens. */
  readonly items: () => ReadonlyArray<MenuItem>
  readonly align?: "start" | "center" | "end"
  readonly side?: "top" | "bottom"
}

/** A menu with its button. What is behind it keeps working. */
export function Menu({ trigger, label, items, align = "end", side = "bottom" }: MenuProps): ReactElement {
  const button = useRef<HTMLElement>(null)
  const [opened, setOpened] = useState<"key" | "pointer" | undefined>(undefined)
  const isOpen = opened !== undefined
  const close = useCallback(() => setOpened(undefined), [])
  useCloseOver(isOpen, close)
  const parts = useLater(over, isOpen, close)
  const handlers = {
    onClick: ({ detail }: MouseEvent) => setOpened(isOpen ? undefined : detail === 0 ? "key" : "pointer"),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== "ArrowDown") return
      event.preventDefault()
      setOpened("key")
    },
    onPointerEnter: over.preload,
    onFocus: over.preload,
  }
  const state = { ref: button, "aria-haspopup": "menu", "aria-expanded": isOpen, "data-state": isOpen ? "open" : "closed" }
  return (
    <>
      <Handled handlers={handlers} properties={state}>
        {trigger}
      </Handled>
      {!isOpen || parts === undefined ? null : (
        <parts.OpenMenu
          label={label}
          items={items()}
          anchor={button}
          side={side}
          align={align}
          offset={4}
          isByKey={opened === "key"}
          origin={button}
          isToggle
          onClose={close}
        />
      )}
    </>
  )
}

/** Milliseconds for which a finger rests before the menu opens, where the browser does not tell of it. */
const REST = 700

interface ContextMenuProps {
  /** One element. */
  readonly children: ReactElement
  readonly label: string
  readonly items: () => ReadonlyArray<MenuItem>
  /** Called before it opens. */
  readonly onOpen?: () => void
}

/** Where a menu was asked for. */
interface Asked {
  readonly x: number
  readonly y: number
  readonly isByKey: boolean
  readonly origin: HTMLElement | null
}

/** A menu at the place of a right click, a long touch, or the menu key on what it is around. */
export function ContextMenu({ children, label, items, onOpen }: ContextMenuProps): ReactElement {
  const [asked, setAsked] = useState<Asked | undefined>(undefined)
  const close = useCallback(() => setAsked(undefined), [])
  useCloseOver(asked !== undefined, close)
  const parts = useLater(over, asked !== undefined, close)
  const resting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const isHeld = useRef(false)
  useEffect(() => () => clearTimeout(resting.current), [])
  const { anchor, origin } = useMemo(() => {
    const { x = 0, y = 0, origin: element = null } = asked ?? {}
    return { anchor: { current: { getBoundingClientRect: () => new DOMRect(x, y) } }, origin: { current: element } }
  }, [asked])
  const ask = (x: number, y: number, isByKey: boolean): void => {
    clearTimeout(resting.current)
    onOpen?.()
    const { activeElement } = document
    setAsked({ x, y, isByKey, origin: activeElement instanceof HTMLElement ? activeElement : null })
  }
  const moved = ({ pointerType }: PointerEvent): void => {
    if (pointerType !== "mouse") clearTimeout(resting.current)
  }
  const handlers = {
    onContextMenu: (event: MouseEvent<HTMLElement, globalThis.MouseEvent & { readonly pointerType?: string }>) => {
      event.preventDefault()
      // What no pointer did, a key did.
      ask(event.clientX, event.clientY, event.nativeEvent.pointerType === "")
    },
    onPointerDown: (event: PointerEvent) => {
      // A finger may have left without a click.
      isHeld.current = false
      if (event.pointerType === "mouse") return
      const { clientX, clientY } = event
      clearTimeout(resting.current)
      close()
      resting.current = setTimeout(() => {
        isHeld.current = true
        ask(clientX, clientY, false)
      }, REST)
    },
    // Some browsers make a click of the finger that leaves what it has rested on.
    onClickCapture: (event: MouseEvent) => {
      const isByFinger = isHeld.current && event.detail > 0
      isHeld.current = false
      if (!isByFinger) return
      event.preventDefault()
      event.stopPropagation()
    },
    onPointerMove: moved,
    onPointerCancel: moved,
    onPointerUp: moved,
  }
  return (
    <>
      <Handled handlers={handlers}>{children}</Handled>
      {asked === undefined || parts === undefined ? null : (
        <parts.OpenMenu
          key={`${asked.x} ${asked.y}`}
          label={label}
          items={items()}
          anchor={anchor}
          side="right"
          align="start"
          offset={2}
          isByKey={asked.isByKey}
          origin={origin}
          isToggle={false}
          onClose={close}
        />
      )}
    </>
  )
}
