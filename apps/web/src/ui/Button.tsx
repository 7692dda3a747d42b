/** Buttons: one that is filled at a time, the others with an edge or nothing. */
import type { ButtonHTMLAttributes, ReactElement, ReactNode, Ref } from "react"
import { keyText } from "../commands/key-text.ts"
import { useCommand } from "../commands/use-commands.ts"
import { Icon } from "./icons.tsx"
import type { IconName } from "./icons.tsx"
import { Tooltip } from "./Tooltip.tsx"
import styles from "./Button.module.css"

/** `kelp` for the one that is meant, `wait` for what answers something that waits, `plain` with an edge, `quiet` without. */
export type ButtonKind = "plain" | "kelp" | "wait" | "quiet" | "danger"

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly kind?: ButtonKind
  /** Shown behind the words, in the words of tinykeys. */
  readonly keys?: string | undefined
  readonly icon?: IconName
  readonly children?: ReactNode
  readonly ref?: Ref<HTMLButtonElement>
}

/** A button with words on it. */
export function Button({ kind = "plain", keys, icon, children, className, ...rest }: ButtonProps): ReactElement {
  return (
    <button type="button" data-kind={kind} className={`${styles["button"]} ${className ?? ""}`} {...rest}>
      {icon === undefined ? null : <Icon name={icon} />}
      {children}
      {keys === undefined ? null : <kbd aria-hidden="true">{keyText(keys)}</kbd>}
    </button>
  )
}

interface IconButtonProps extends Omit<ButtonProps, "kind" | "children"> {
  /** Its name, which the tooltip shows. */
  readonly label: string
  readonly icon: IconName
  readonly isPressed?: boolean
}

/** A button with an icon alone. */
export function IconButton({ label, icon, keys, className, isPressed, ...rest }: IconButtonProps): ReactElement {
  return (
    <Tooltip text={label} keys={keys}>
      <button
        type="button"
        aria-label={label}
        aria-pressed={isPressed}
        className={`${styles["icon"]} ${className ?? ""}`}
        {...rest}
      >
        <Icon name={icon} />
      </button>
    </Tooltip>
  )
}

interface CommandButtonProps {
  /** Id of a command of the registry, from which name and keys come. */
  readonly command: string
  readonly session?: string
  readonly icon: IconName
  readonly className?: string | undefined
}

/** A button for a command; not there while the command is not. */
export function CommandButton({ command: id, session, icon, className }: CommandButtonProps): ReactElement | null {
  const command = useCommand(id, session)
  if (command === undefined) return null
  return (
    <IconButton label={command.title} keys={command.keys?.[0]} icon={icon} className={className} onClick={() => command.run()} />
  )
}
