/** The field for the next message: it grows, takes files, completes names, and says on its button what sending does. */
import { useCallback, useLayoutEffect, useRef, useState } from "react"
import type { ClipboardEvent, DragEvent, KeyboardEvent, RefObject } from "react"
import { useHub } from "@holdfast/react"
import { isTouched } from "../app/media.ts"
import { Button } from "../ui/Button.tsx"
import { isInputMethod } from "../ui/input-method.ts"
import { Time } from "../ui/Time.tsx"
import { AttachmentList } from "./AttachmentList.tsx"
import { pastedFiles } from "./file-parts.ts"
import styles from "./Composer.module.css"
import { completed, type Trigger, triggerAt } from "./completion.ts"
import { CompletionList, useCompletion } from "./Completion.tsx"
import { noteEscapeUsed } from "./escape.ts"
import { sentWords } from "./history.ts"
import { fieldAct } from "./keys.ts"
import type { SendChoices } from "./send-modes.ts"
import { takeFiles } from "./take-files.ts"
import type { ComposerNow } from "./use-composer.ts"
import type { QueueItem } from "@holdfast/protocol/agent/queue"

/** What a composer is given. */
export interface ComposerProps {
  readonly session: string
  readonly agent: string
  readonly now: ComposerNow
  readonly choices: SendChoices
  readonly lastQueued: QueueItem | undefined
  readonly commands: ReadonlyArray<{ readonly name: string; readonly description?: string }>
  /** What the agent has yet to say. */
  readonly later: string | undefined
  readonly field: RefObject<HTMLTextAreaElement | null>
}

/** Shows the field with what belongs to it. */
export function Composer(props: ComposerProps) {
  const { agent, now, choices, field, session } = props
  const { draft, editing, text, told } = now
  const [isOver, setIsOver] = useState(false)
  const [caret, setCaret] = useState(0)
  const [isTyping, setIsTyping] = useState(false)
  const trigger = isTyping ? triggerAt(text, caret) : undefined
  const complete = useCallback(
    (found: Trigger, picked: string): void => {
      const next = completed(text, found, picked)
      now.setText(next.text)
      setCaret(next.caret)
      requestAnimationFrame(() => field.current?.setSelectionRange(next.caret, next.caret))
    },
    [now, text, field],
  )
  const completion = useCompletion({ session, trigger, commands: props.commands, later: props.later, onPick: complete })
  const keys = useFieldKeys(props, completion.onKeyDown)
  useGrowing(field, text)
  const drop = (event: DragEvent): void => {
    if (event.dataTransfer.files.length === 0) return
    event.preventDefault()
    setIsOver(false)
    void takeFiles(now, [...event.dataTransfer.files])
  }
  const paste = (event: ClipboardEvent): void => {
    const files = pastedFiles(event.clipboardData)
    if (files.length === 0) return
    event.preventDefault()
    void takeFiles(now, files)
  }
  const caretNow = (): void => setCaret(field.current?.selectionStart ?? 0)
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- files are dropped anywhere on it
    <div
      className={styles["composer"]}
      data-when="composer"
      data-over={isOver}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return
        event.preventDefault()
        setIsOver(true)
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={drop}
    >
      <Notes now={now} told={told} />
      {editing === undefined ? <AttachmentList draft={draft} /> : null}
      <CompletionList completion={completion} />
      <textarea
        ref={field}
        className={styles["field"]}
        data-composer={session}
        data-autofocus={isTouched() ? undefined : ""}
        aria-label={editing === undefined ? `Message ${agent}` : "Edit the queued message"}
        placeholder={isOver ? "Drop the files here" : `Message ${agent}`}
        dir="auto"
        rows={1}
        enterKeyHint="enter"
        value={text}
        {...completion.field}
        onChange={({ target }) => {
          now.setText(target.value)
          setCaret(target.selectionStart)
        }}
        onSelect={caretNow}
        onFocus={() => setIsTyping(true)}
        onBlur={() => setIsTyping(false)}
        onKeyDown={keys}
        onPaste={paste}
      />
      {editing === undefined ? null : <EditingActs now={now} />}
      <span className="visually-hidden" aria-live="polite">
        {editing === undefined ? `Enter: ${choices.first.words}` : ""}
      </span>
    </div>
  )
}

function EditingActs({ now }: { readonly now: ComposerNow }) {
  return (
    <div className={styles["editing"]}>
      <span>Editing a message in the queue</span>
      <Button kind="kelp" keys="Enter" onClick={() => void now.saveEdit()} disabled={now.isSaving}>
        Save
      </Button>
      <Button kind="quiet" keys="Escape" onClick={now.leaveEdit}>
        Leave it as it was
      </Button>
    </div>
  )
}

/** What there is to say about the words: why they came back, what another client wrote, files that are elsewhere. */
function Notes({ now, told }: { readonly now: ComposerNow; readonly told: string | undefined }) {
  const { other, problem, elsewhere, takeOther, leaveOther } = now.draft
  return (
    <>
      {told === undefined ? null : (
        <p className={styles["told"]} role="alert">
          <span dir="auto">{told}</span>
          <Button kind="quiet" onClick={() => now.tell(undefined)}>
            Put away
          </Button>
        </p>
      )}
      {other === undefined ? null : (
        <div className={styles["other"]} role="status">
          <p>
            You wrote something else on another device, <Time at={other.time} isSaid />:
          </p>
          <blockquote dir="auto">{other.text === "" ? "(nothing: it was sent or cleared there)" : other.text}</blockquote>
          <Button onClick={takeOther}>Take that</Button>
          <Button kind="quiet" onClick={leaveOther}>
            Keep what is here
          </Button>
        </div>
      )}
      {problem === undefined ? null : <p className={styles["soft"]}>This draft is kept on this device alone: {problem}</p>}
      {elsewhere.length === 0 ? null : (
        <p className={styles["soft"]}>Attached on another device, and not here: {elsewhere.join(", ")}</p>
      )}
    </>
  )
}

function useFieldKeys(
  { now, choices, lastQueued, field, session }: ComposerProps,
  before: (event: KeyboardEvent) => void,
): (event: KeyboardEvent<HTMLTextAreaElement>) => void {
  const hub = useHub()
  const history = useRef<{ readonly words: ReadonlyArray<string>; readonly at: number }>(undefined)
  const show = (words: ReadonlyArray<string>, at: number): void => {
    const text = words[at] ?? ""
    history.current = at < 0 ? undefined : { words, at }
    now.setText(text)
    requestAnimationFrame(() => field.current?.setSelectionRange(at < 0 ? 0 : 0, 0))
  }
  return (event) => {
    before(event)
    if (event.defaultPrevented) return
    const { selectionStart, selectionEnd } = event.currentTarget
    const shown = history.current
    const isInHistory = shown !== undefined && shown.words[shown.at] === now.text
    const act = fieldAct(
      { ...pressOf(event), isComposing: isInputMethod(event) },
      {
        text: now.text,
        caret: selectionStart === selectionEnd ? selectionStart : undefined,
        isEditing: now.editing !== undefined,
        hasQueued: lastQueued !== undefined,
        isInHistory,
        isTouch: isTouched(),
      },
    )
    if (act === undefined) return
    event.preventDefault()
    switch (act) {
      case "send":
        return void now.send(choices.first)
      case "send-other":
        return void now.send(choices.second ?? choices.first)
      case "steer":
        return void now.send(choices.all.find(({ mode }) => mode === "steer") ?? choices.first)
      case "save":
        return void now.saveEdit()
      case "leave-edit":
        noteEscapeUsed()
        return now.leaveEdit()
      case "leave":
        return leave(event.currentTarget)
      case "edit-last":
        return lastQueued === undefined ? undefined : void now.edit(lastQueued)
      case "older": {
        const words =
          isInHistory && shown !== undefined ? shown.words : sentWords(hub.view(session).transcript.messages.all.get())
        const at = isInHistory && shown !== undefined ? shown.at + 1 : 0
        return at < words.length ? show(words, at) : undefined
      }
      case "newer":
        return shown === undefined ? undefined : show(shown.words, shown.at - 1)
    }
  }
}

/** The focus goes to the request that waits in the pane of a field, or to the pane: their keys count there. */
function leave(field: HTMLElement): void {
  const pane = field.closest<HTMLElement>("[data-pane]")
  const target = pane?.querySelector<HTMLElement>("[data-request]") ?? pane
  target?.focus({ preventScroll: true })
}

const pressOf = ({ key, shiftKey, altKey, ctrlKey, metaKey }: KeyboardEvent) => ({ key, shiftKey, altKey, ctrlKey, metaKey })

/** Lets the field be as high as its text, up to what its style allows, in browsers without `field-sizing`. */
function useGrowing(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => grow(field.current), [field, text])
}

function grow(element: HTMLTextAreaElement | null): void {
  if (element === null || CSS.supports("field-sizing", "content")) return
  element.style.blockSize = "auto"
  element.style.blockSize = `${element.scrollHeight}px`
}
