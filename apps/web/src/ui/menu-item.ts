/** What a menu is made of. */
import type { IconName } from "./icons.tsx"

/** An item that is chosen, or that has a menu of its own. */
export interface MenuChoice {
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

/** An item of a menu; `line` separates groups. */
export type MenuItem = "line" | MenuChoice
