/** Renaming and tagging in place: Enter keeps, Escape leaves it as it was, and leaving the field keeps what was typed. */
import { useEffect, useLayoutEffect, useRef } from "react"
import type { DragEvent, KeyboardEvent, ReactElement } from "react"
import type { Session } from "@holdfast/protocol/session"
import { isInputMethod } from "../ui/input-method.ts"
import { leaveEditing, useEditing } from "./editing.ts"
import { tagsOf } from "./tags.ts"
import { useListActions } from "./use-list-actions.ts"
import css from "./row.module.css"

/** Longest label, in characters. */
const LABEL_MAX = 200

interface FieldProps {
  readonly name: string
  readonly value: string
  readonly placeholder: string
  readonly className: string | undefined
  readonly max: number
  readonly keep: (text: string) => void
}

function Field({ name, value, placeholder, className, max, keep }: FieldProps): ReactElement {
  const input = useRef<HTMLInputElement>(null)
  const { edited, end } = useEditing()
  const isOver = useRef(false)
  const typed = useRef(value)
  useEffect(() => input.current?.select(), [])
  const finish = (isKept: boolean, leave: () => void): void => {
    if (isOver.current) return
    isOver.current = true
    leave()
    if (isKept && typed.current !== value) keep(typed.current)
  }
  // A field that goes with its row or its pane hears of no blur.
  const gone = useRef<() => void>(undefined)
  useLayoutEffect(() => {
    gone.current = () => finish(true, () => leaveEditing(edited))
  })
  useLayoutEffect(() => () => gone.current?.(), [])
  const pressed = (event: KeyboardEvent): void => {
    if (isInputMethod(event) || (event.key !== "Enter" && event.key !== "Escape")) return
    event.preventDefault()
    event.stopPropagation()
    finish(event.key === "Enter", end)
  }
  return (
    <input
      ref={input}
      className={className}
      aria-label={name}
      defaultValue={value}
      placeholder={placeholder}
      maxLength={max}
      dir="auto"
      autoFocus
      autoComplete="off"
      enterKeyHint="done"
      data-edit=""
      draggable
      onDragStart={leaveDragging}
      onKeyDown={pressed}
      onInput={({ currentTarget }) => (typed.current = currentTarget.value)}
      onBlur={() => finish(true, end)}
    />
  )
}

/** A mouse marks text in the field, whatever it is in can be dragged. */
function leaveDragging(event: DragEvent): void {
  event.preventDefault()
  event.stopPropagation()
}

interface EditProps {
  readonly session: Session
  readonly className?: string | undefined
}

/** The name of a session, to be changed. */
export function EditLabel({ session: { id, label }, className = css["edit"] }: EditProps): ReactElement {
  const { rename } = useListActions()
  const keep = (text: string): void => {
    const wanted = text.trim()
    if (wanted !== "") rename(id, wanted)
  }
  return <Field name="Name of the session" value={label} placeholder="A name" className={className} max={LABEL_MAX} keep={keep} />
}

/** The tags of a session, to be changed. */
export function EditTags({ session: { id, tags }, className = `${css["edit"]} ${css["editTags"]}` }: EditProps): ReactElement {
  const { setTags } = useListActions()
  const keep = (text: string): void => setTags(id, tagsOf(text))
  return (
    <Field
      name="Tags, with blanks between them"
      value={tags.join(" ")}
      placeholder="Tags, with blanks between them"
      className={className}
      max={2000}
      keep={keep}
    />
  )
}
