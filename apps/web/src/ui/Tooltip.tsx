/** What a control is called and which keys it has, on hover and focus. */
import type { ReactElement, ReactNode } from "react"
import { Tooltip as Radix } from "radix-ui"
import { keyText } from "../commands/key-text.ts"
import styles from "./over.module.css"

interface TooltipProps {
  readonly text: string
  readonly keys?: string | undefined
  /** One element that takes a ref. */
  readonly children: ReactNode
}

/** Shows words beside what it is around. */
export function Tooltip({ text, keys, children }: TooltipProps): ReactElement {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className={styles["tip"]} sideOffset={4} collisionPadding={8}>
          <span dir="auto">{text}</span>
          {keys === undefined ? null : <kbd>{keyText(keys)}</kbd>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

/** Around the app, once: how soon they come. */
export function Tooltips({ children }: { readonly children: ReactNode }): ReactElement {
  return (
    <Radix.Provider delayDuration={500} skipDelayDuration={300} disableHoverableContent>
      {children}
    </Radix.Provider>
  )
}
