/** Menus: of a button, and of a right click. Each item is a command of the registry, or a word with what it does. */
import { useState } from "react"
import type { ReactElement, ReactNode } from "react"
import { ContextMenu as RadixContext, DropdownMenu as RadixDropdown } from "radix-ui"
import { keyText } from "../commands/key-text.ts"
import { useCloseOver } from "./close-over.ts"
import { Icon } from "./icons.tsx"
import type { IconName } from "./icons.tsx"
import styles from "./over.module.css"

/** An item of a menu; `line` separates groups, `items` makes it a menu of its own. */
export type MenuItem =
  | "line"
  | {
      readonly title: string
      readonly run?: () => void
      readonly keys?: string | undefined
      readonly icon?: IconName
      readonly isDanger?: boolean
      readonly isDisabled?: boolean
      /** For one of several that can be chosen, or one that is on or off. */
      readonly isChecked?: boolean
      readonly items?: ReadonlyArray<MenuItem>
    }

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
  const [isOpen, setIsOpen] = useState(false)
  useCloseOver(isOpen, () => setIsOpen(false))
  return (
    <RadixDropdown.Root open={isOpen} onOpenChange={setIsOpen} modal={false}>
      <RadixDropdown.Trigger asChild>{trigger}</RadixDropdown.Trigger>
      <RadixDropdown.Portal>
        <RadixDropdown.Content
          className={styles["menu"]}
          aria-label={label}
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          loop
        >
          {isOpen ? <Items items={items()} of={RadixDropdown} /> : null}
        </RadixDropdown.Content>
      </RadixDropdown.Portal>
    </RadixDropdown.Root>
  )
}

interface ContextMenuProps {
  readonly children: ReactNode
  readonly label: string
  readonly items: () => ReadonlyArray<MenuItem>
  /** Called before it opens. */
  readonly onOpen?: () => void
}

/** A menu at the place of a right click, a long touch, or the menu key on what it is around. */
export function ContextMenu({ children, label, items, onOpen }: ContextMenuProps): ReactElement {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <RadixContext.Root
      onOpenChange={(open) => {
        if (open) onOpen?.()
        setIsOpen(open)
      }}
      modal={false}
    >
      <RadixContext.Trigger asChild>{children}</RadixContext.Trigger>
      <RadixContext.Portal>
        <RadixContext.Content className={styles["menu"]} aria-label={label} collisionPadding={8} loop>
          {isOpen ? <Items items={items()} of={RadixContext} /> : null}
        </RadixContext.Content>
      </RadixContext.Portal>
    </RadixContext.Root>
  )
}

type Family = typeof RadixDropdown | typeof RadixContext

function Items({ items, of }: { readonly items: ReadonlyArray<MenuItem>; readonly of: Family }): ReactNode {
  return items.map((item, at) => {
    if (item === "line") return <of.Separator key={`line ${at}`} className={styles["line"]} />
    if (item.items === undefined) return <Item key={item.title} item={item} of={of} />
    return (
      <of.Sub key={item.title}>
        <of.SubTrigger className={styles["item"]}>
          <Words item={item} />
          <Icon name="chevron" size={12} />
        </of.SubTrigger>
        <of.Portal>
          <of.SubContent className={styles["menu"]} collisionPadding={8} loop>
            <Items items={item.items} of={of} />
          </of.SubContent>
        </of.Portal>
      </of.Sub>
    )
  })
}

type Plain = Exclude<MenuItem, "line">

function Item({ item, of }: { readonly item: Plain; readonly of: Family }): ReactElement {
  const common = {
    className: styles["item"],
    disabled: item.isDisabled === true,
    "data-danger": item.isDanger === true ? "" : undefined,
    onSelect: () => item.run?.(),
  }
  if (item.isChecked === undefined)
    return (
      <of.Item {...common}>
        <Words item={item} />
      </of.Item>
    )
  return (
    <of.CheckboxItem {...common} checked={item.isChecked}>
      <Words item={item} />
    </of.CheckboxItem>
  )
}

function Words({ item }: { readonly item: Plain }): ReactElement {
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
