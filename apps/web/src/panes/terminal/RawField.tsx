/** A field that keeps nothing: each key goes to the program at once, as far as a phone's keyboard says keys at all. */
import { useEffect, useRef } from "react"
import type { ReactElement } from "react"
import { isInputMethod } from "../../ui/input-method.ts"
import type { BarKey } from "./bar-keys.ts"
import styles from "./phone.module.css"

/** Stands in the field so that there is something to delete: a keyboard says nothing when there is not. */
const SENTINEL = "\u200b"

interface RawFieldProps {
  readonly onText: (text: string) => void
  readonly onKey: (key: BarKey) => void
}

/** The field. */
export function RawField({ onText, onKey }: RawFieldProps): ReactElement {
  const field = useRef<HTMLInputElement>(null)
  const latest = useRef({ onText, onKey })
  useEffect(() => {
    latest.current = { onText, onKey }
  })
  useEffect(() => (field.current === null ? undefined : takeInput(field.current, latest)), [])
  return (
    <div className={styles["line"]}>
      <input
        ref={field}
        type="text"
        defaultValue={SENTINEL}
        aria-label="Keys for the terminal"
        dir="ltr"
        enterKeyHint="enter"
        autoCapitalize="none"
        autoComplete="off"
        autoCorrect="off"
        spellCheck={false}
      />
    </div>
  )
}

function takeInput(element: HTMLInputElement, latest: { readonly current: RawFieldProps }): () => void {
  const clear = (): void => {
    element.value = SENTINEL
  }
  const before = (event: InputEvent): void => {
    // What is composed stands in the field until it is a word.
    if (event.isComposing || event.inputType === "insertCompositionText") return
    event.preventDefault()
    if (event.inputType.startsWith("delete")) latest.current.onKey("backspace")
    else if (event.inputType === "insertLineBreak") latest.current.onKey("enter")
    else if (event.data !== null && event.data !== "") latest.current.onText(event.data)
    clear()
  }
  const composed = ({ data }: CompositionEvent): void => {
    const text = data.replaceAll(SENTINEL, "")
    if (text !== "") latest.current.onText(text)
    queueMicrotask(clear)
  }
  const key = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || isInputMethod(event)) return
    event.preventDefault()
    latest.current.onKey("enter")
  }
  element.addEventListener("beforeinput", before)
  element.addEventListener("compositionend", composed)
  element.addEventListener("keydown", key)
  return () => {
    element.removeEventListener("beforeinput", before)
    element.removeEventListener("compositionend", composed)
    element.removeEventListener("keydown", key)
  }
}
