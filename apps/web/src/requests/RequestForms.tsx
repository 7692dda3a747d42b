/** What unfolds below the buttons of a request: which rule "always" makes, why it is refused, until when it is put off. */
import { useEffect, useRef, useState } from "react"
import type { KeyboardEvent } from "react"
import type { Remember, RuleSuggestion } from "@holdfast/protocol/agent/permission-rule"
import { noteEscapeUsed } from "../dock/escape.ts"
import { isInputMethod } from "../ui/input-method.ts"
import { Act } from "./Act.tsx"
import { FIRST_RULE, rememberOf } from "./remember.ts"
import styles from "./Request.module.css"
import { snoozeChoices } from "./snooze.ts"
import { Written } from "./Written.tsx"

/** What a rule's form is given. */
export interface RuleFormProps {
  readonly id: string
  readonly suggestions: ReadonlyArray<RuleSuggestion>
  /** It cannot be allowed yet. */
  readonly isBarred: boolean
  readonly onMake: (remember: Remember) => void
  readonly onLeave: () => void
}

/** Says exactly which rules there are to make, and makes the one that is picked (docs/protocol/app-rules.md, APP-42). */
export function RuleForm({ id, suggestions, isBarred, onMake, onLeave }: RuleFormProps) {
  const [picked, setPicked] = useState<number>(FIRST_RULE.at)
  const [scope, setScope] = useState<Remember["scope"]>(FIRST_RULE.scope)
  const make = (): void => {
    const remember = rememberOf(suggestions[picked], scope)
    if (remember !== undefined) onMake(remember)
  }
  const keys = (event: KeyboardEvent): void => {
    if (event.key === "Escape") leaveWith(onLeave)
    else if (event.key === "Enter" && !isButton(event.target)) make()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Enter and Escape belong to the form's fields
    <fieldset className={styles["form"]} data-unfolded="" onKeyDown={keys}>
      <legend>Allow this, and from now on</legend>
      {suggestions.map(({ label }, index) => (
        <label key={label} className={styles["option"]}>
          <input
            type="radio"
            name={`${id} rule`}
            checked={index === picked}
            ref={index === 0 ? focusOnce : undefined}
            onChange={() => setPicked(index)}
          />
          <span className={styles["rule"]}>
            <Written text={label} />
          </span>
        </label>
      ))}
      <div className={styles["scopes"]}>
        {(["session", "always"] as const).map((one) => (
          <label key={one} className={styles["option"]}>
            <input type="radio" name={`${id} scope`} checked={scope === one} onChange={() => setScope(one)} />
            <span>{one === "session" ? "in this session" : "in every session"}</span>
          </label>
        ))}
      </div>
      <div className={styles["acts"]}>
        <Act onAct={make} tone="go" keys="Enter" isDisabled={isBarred} name="remember">
          Allow and remember
        </Act>
        <Act onAct={onLeave} tone="quiet" keys="Escape">
          Back
        </Act>
      </div>
    </fieldset>
  )
}

/** A button does what it says, whatever the key does in its form. */
const isButton = (target: EventTarget): boolean => target instanceof Element && target.closest("button") !== null

function leaveWith(onLeave: () => void): void {
  noteEscapeUsed()
  onLeave()
}

/** Focuses an element when it comes into the page. */
function focusOnce(element: HTMLElement | null): void {
  element?.focus({ preventScroll: true })
}

/** What a form of words is given. */
export interface WordsFormProps {
  readonly label: string
  readonly placeholder: string
  readonly value: string
  readonly send: string
  readonly isCode?: boolean
  readonly isEmptyAllowed: boolean
  /** It cannot be sent yet. */
  readonly isBarred?: boolean
  readonly onChange: (value: string) => void
  readonly onSend: () => void
  readonly onLeave: () => void
}

/** A field for a reason, or for the command that is to run instead. Enter sends it, Shift and Enter make a line. */
export function WordsForm(props: WordsFormProps) {
  const { label, placeholder, value, send, isCode = false, isEmptyAllowed, isBarred = false, onChange, onSend, onLeave } = props
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    const element = field.current
    if (element === null) return
    element.focus({ preventScroll: true })
    element.setSelectionRange(element.value.length, element.value.length)
  }, [])
  const canSend = !isBarred && (isEmptyAllowed || value.trim() !== "")
  const keys = (event: KeyboardEvent): void => {
    if (isInputMethod(event)) return
    if (event.key === "Escape") leaveWith(onLeave)
    else if (event.key === "Enter" && !event.shiftKey) {
      if (canSend) onSend()
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div className={styles["form"]} data-unfolded="">
      <textarea
        ref={field}
        className={`${styles["words"]} ${isCode ? styles["code"] : ""}`}
        aria-label={label}
        placeholder={placeholder}
        dir={isCode ? "ltr" : "auto"}
        rows={Math.min(10, Math.max(isCode ? 1 : 2, value.split("\n").length))}
        spellCheck={!isCode}
        maxLength={10_000}
        value={value}
        onChange={({ target }) => onChange(target.value)}
        onKeyDown={keys}
      />
      <div className={styles["acts"]}>
        <Act onAct={onSend} tone={isCode ? "go" : "plain"} keys="Enter" isDisabled={!canSend} name="send-words">
          {send}
        </Act>
        <Act onAct={onLeave} tone="quiet" keys="Escape">
          Back
        </Act>
      </div>
    </div>
  )
}

/** Asks until when a request is put off. */
export function SnoozeForm({ onSnooze, onLeave }: { readonly onSnooze: (until: number) => void; readonly onLeave: () => void }) {
  const [choices] = useState(() => snoozeChoices(Date.now()))
  const keys = (event: KeyboardEvent): void => {
    const choice = choices[Number(event.key) - 1]
    if (event.key === "Escape") leaveWith(onLeave)
    else if (choice !== undefined) onSnooze(choice.until)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys belong to its buttons
    <div
      className={styles["form"]}
      data-unfolded=""
      onKeyDown={keys}
      role="group"
      aria-label="Show it again"
      tabIndex={-1}
      ref={focusOnce}
    >
      <p className={styles["soft"]}>The agent keeps waiting. This browser shows it again:</p>
      <div className={styles["acts"]}>
        {choices.map(({ label, until }, index) => (
          <Act key={label} onAct={() => onSnooze(until)} keys={String(index + 1)} name="snooze">
            {label}
          </Act>
        ))}
        <Act onAct={onLeave} tone="quiet" keys="Escape">
          Back
        </Act>
      </div>
    </div>
  )
}
