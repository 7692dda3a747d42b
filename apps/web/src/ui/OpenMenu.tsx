/** A menu that is open: what is loaded when the first one is wanted. */
import { useRef, useState } from "react"
import type { ReactElement, ReactNode, RefObject } from "react"
import { Menu as Radix } from "radix-ui/internal"
import { keyText } from "../commands/key-text.ts"
import { giveBackFocus } from "./close-over.ts"
import { Icon } from "./icons.tsx"
import type { MenuChoice, MenuItem } from "./menu-item.ts"
import { MoreBelow } from "./MoreBelow.tsx"
import styles from "./over.module.css"

/** Something that has a place on the page. */
export interface Placed {
  readonly getBoundingClientRect: () => DOMRect
}

interface OpenMenuProps {
  readonly label: string
  readonly items: ReadonlyArray<MenuItem>
  readonly anchor: RefObject<Placed | null>
  readonly side: "top" | "bottom" | "right"
  readonly align: "start" | "center" | "end"
  readonly offset: number
  /** It was opened with a key: its first item has the focus. */
  readonly isByKey: boolean
  /** What gets the focus when the menu closes, unless the person went elsewhere with the pointer. */
  readonly origin: RefObject<HTMLElement | null>
  /** A press on `origin` closes the menu by itself. */
  readonly isToggle: boolean
  readonly onClose: () => void
}

/** The menu. What is behind it keeps working. */
export function OpenMenu(props: OpenMenuProps): ReactElement {
  const { label, items, anchor, side, align, offset, isByKey, origin, isToggle, onClose } = props
  const isElsewhere = useRef(false)
  return (
    <Radix.Root open onOpenChange={(isOpen) => isOpen || onClose()} modal={false}>
      <Radix.Anchor virtualRef={anchor as RefObject<Placed>} />
      <Radix.Portal>
        <Radix.Content
          className={styles["menu"]}
          aria-label={label}
          align={align}
          side={side}
          sideOffset={offset}
          collisionPadding={8}
          loop
          onInteractOutside={(event) => {
            if (isToggle && event.target instanceof Node && origin.current?.contains(event.target) === true)
              event.preventDefault()
            else isElsewhere.current = true
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault()
            if (!isElsewhere.current) giveBackFocus(origin.current)
          }}
        >
          <Items items={items} isFocused={isByKey} />
          <MoreBelow />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

/** `isFocused`: the first of them gets the focus. */
function Items({ items, isFocused }: { readonly items: ReadonlyArray<MenuItem>; readonly isFocused: boolean }): ReactNode {
  const first = items.find((item) => item !== "line" && item.isDisabled !== true)
  return items.map((item, at) => {
    if (item === "line") return <Radix.Separator key={`line ${at}`} className={styles["line"]} />
    if (item.items !== undefined) return <SubMenu key={item.title} item={item} items={item.items} />
    return <Item key={item.title} item={item} isFocused={isFocused && item === first} />
  })
}

function SubMenu({ item, items }: { readonly item: MenuChoice; readonly items: ReadonlyArray<MenuItem> }): ReactElement {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <Radix.Sub open={isOpen} onOpenChange={setIsOpen}>
      <Radix.SubTrigger className={styles["item"]}>
        <Words item={item} />
        <Icon name="chevron" size={12} />
      </Radix.SubTrigger>
      <Radix.Portal>
        <Radix.SubContent className={styles["menu"]} collisionPadding={8} loop>
          <Items items={items} isFocused={false} />
          <MoreBelow />
        </Radix.SubContent>
      </Radix.Portal>
    </Radix.Sub>
  )
}

const focus = (element: HTMLElement | null): void => element?.focus({ preventScroll: true })

function Item({ item, isFocused }: { readonly item: MenuChoice; readonly isFocused: boolean }): ReactElement {
  const common = {
    ref: isFocused ? focus : undefined,
    className: styles["item"],
    disabled: item.isDisabled === true,
    "data-danger": item.isDanger === true ? "" : undefined,
    onSelect: () => item.run?.(),
  }
  if (item.isChecked === undefined)
    return (
      <Radix.Item {...common}>
        <Words item={item} />
      </Radix.Item>
    )
  return (
    <Radix.CheckboxItem {...common} checked={item.isChecked}>
      <Words item={item} />
    </Radix.CheckboxItem>
  )
}

function Words({ item }: { readonly item: MenuChoice }): ReactElement {
  const icon = item.isChecked === undefined ? item.icon : item.isChecked ? "check" : undefined
  return (
    <>
      <span className={styles["sign"]}>{icon === undefined ? null : <Icon name={icon} />}</span>
      <span className={styles["words"]} dir="auto">
        {item.title}
      </span>
      {item.keys === undefined ? null : <kbd>{keyText(item.keys)}</kbd>}
    </>
  )
}
