/** A comment under its line: written, changed, taken away. */
import { useEffect, useRef } from "react"
import type { KeyboardEvent, ReactElement } from "react"
import { Button } from "../../ui/Button.tsx"
import { isInputMethod } from "../../ui/input-method.ts"
import css from "./Comments.module.css"
import { type LineComment, TEXT_MAX } from "./comments.ts"

interface CommentFormProps {
  readonly comment: LineComment
  readonly onChange: (text: string) => void
  readonly onDone: () => void
  readonly onCancel: () => void
}

/** The field. Every key is kept, so that nothing that was written is lost with the page. */
export function CommentForm({ comment, onChange, onDone, onCancel }: CommentFormProps): ReactElement {
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => field.current?.focus(), [])
  const lines = comment.from === comment.to ? `line ${comment.from}` : `lines ${comment.from} to ${comment.to}`
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isInputMethod(event)) return
    if (event.key === "Escape") onCancel()
    else if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) onDone()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div className={css["comment"]}>
      <textarea
        ref={field}
        className={css["field"]}
        dir="auto"
        rows={3}
        maxLength={TEXT_MAX}
        aria-label={`Comment on ${lines} of ${comment.path}`}
        placeholder={`Say what should be different in ${lines}`}
        value={comment.text}
        onChange={({ target }) => onChange(target.value)}
        onKeyDown={onKeyDown}
      />
      <div className={css["acts"]}>
        <Button keys="$mod+Enter" onClick={onDone} disabled={comment.text.trim() === ""}>
          Keep the comment
        </Button>
        <Button kind="quiet" onClick={onCancel}>
          Cancel
        </Button>
        {comment.text === "" ? <span className={css["hint"]}>The next line’s number takes it in, too.</span> : null}
      </div>
    </div>
  )
}

interface KeptCommentProps {
  readonly comment: LineComment
  readonly onEdit: () => void
  readonly onRemove: () => void
}

/** A comment that is not sent yet. */
export function KeptComment({ comment, onEdit, onRemove }: KeptCommentProps): ReactElement {
  return (
    <div className={css["comment"]}>
      <p className={css["words"]} dir="auto">
        {comment.text}
      </p>
      <div className={css["acts"]}>
        <Button kind="quiet" onClick={onEdit}>
          Edit
        </Button>
        <Button kind="quiet" onClick={onRemove}>
          Remove
        </Button>
      </div>
    </div>
  )
}
