/** A button that copies something, and says that it did. */
import { useEffect, useState } from "react"

/** What a copy button is given. */
export interface CopyButtonProps {
  readonly className?: string | undefined
  /** What is copied, worked out when it is. */
  readonly text: () => string
  /** What that is, in a word: `code`. */
  readonly what: string
}

/** How long it says what happened, in milliseconds. */
const TELLS = 1600

/** Copies a text. */
export function CopyButton({ className, text, what }: CopyButtonProps) {
  const [told, setTold] = useState<string | undefined>(undefined)
  useEffect(() => {
    if (told === undefined) return undefined
    const timer = setTimeout(() => setTold(undefined), TELLS)
    return () => clearTimeout(timer)
  }, [told])
  const copy = (): void => {
    writeText(text()).then(
      () => setTold("Copied"),
      () => setTold("Not allowed"),
    )
  }
  return (
    <button type="button" className={className} aria-label={told ?? `Copy ${what}`} onClick={copy}>
      {told ?? "Copy"}
    </button>
  )
}

/** Puts a text on the clipboard; rejects when the browser does not allow it. */
export async function writeText(text: string): Promise<void> {
  const { clipboard } = navigator as { readonly clipboard?: Clipboard }
  if (clipboard !== undefined) return clipboard.writeText(text)
  // A page that came neither over TLS nor from this machine, as on a phone at home, has no clipboard but the old command.
  const field = document.createElement("textarea")
  field.value = text
  field.setAttribute("aria-hidden", "true")
  document.body.append(field)
  const { activeElement } = document
  field.select()
  const isDone = document.execCommand("copy")
  field.remove()
  if (activeElement instanceof HTMLElement) activeElement.focus()
  if (!isDone) throw new Error("the browser does not allow it")
}
