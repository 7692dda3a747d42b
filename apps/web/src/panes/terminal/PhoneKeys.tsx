/** Typing on a phone: a line that its keyboard knows what to do with, and the keys that it does not have. */
import { useEffect, useRef, useState } from "react"
import type { ReactElement, RefObject } from "react"
import { IconButton } from "../../ui/Button.tsx"
import { useStore } from "../../ui/store.ts"
import { barKey, lineAgain, pressedCtrl, withCtrl } from "./bar-keys.ts"
import type { BarKey, Held } from "./bar-keys.ts"
import { pasteInto, selectedText } from "./bind-clipboard.ts"
import { copyText, pastedText } from "./clipboard.ts"
import type { Emulator } from "./Emulator.ts"
import { rawKeys } from "./preferences.ts"
import { RawField } from "./RawField.tsx"
import { useHoldRepeat } from "./use-hold-repeat.ts"
import styles from "./phone.module.css"

interface PhoneKeysProps {
  readonly emulator: Emulator
  readonly session: string
}

/** Most sessions whose line is remembered. */
const BEGUN_MAX = 100

/** Lines that were begun and not sent, of this page; the ones that were changed longest ago go. */
const begun = new Map<string, string>()

function keepLine(session: string, line: string): void {
  begun.delete(session)
  if (line !== "") begun.set(session, line)
  const [oldest] = begun.keys()
  if (begun.size > BEGUN_MAX && oldest !== undefined) begun.delete(oldest)
}

/** Line field and key bar. */
export function PhoneKeys({ emulator, session }: PhoneKeysProps): ReactElement {
  const [ctrl, setCtrl] = useState<Held>("off")
  const isRaw = useStore(rawKeys)
  const used = (): void => setCtrl((held) => (held === "once" ? "off" : held))
  const type = (text: string): void => {
    emulator.type(ctrl === "off" ? text : withCtrl(text))
    used()
  }
  const press = (key: BarKey): void => {
    emulator.type(barKey(key, ctrl !== "off", emulator.terminal.modes.applicationCursorKeysMode))
    used()
  }
  return (
    <div className={styles["keys"]} data-phone-keys="">
      <SelectionBar emulator={emulator} />
      <div className={styles["row"]}>
        <IconButton
          icon="keyboard"
          label="Send each key at once"
          isPressed={isRaw}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => rawKeys.choose(!isRaw)}
        />
        {isRaw ? (
          <RawField onText={type} onKey={press} />
        ) : (
          <LineField emulator={emulator} session={session} isCtrl={ctrl !== "off"} onCtrl={type} onKey={press} />
        )}
      </div>
      <KeyBar ctrl={ctrl} onCtrl={() => setCtrl(pressedCtrl)} onKey={press} onPaste={() => void pasteHere(emulator)} />
    </div>
  )
}

async function pasteHere(emulator: Emulator): Promise<void> {
  const text = await pastedText()
  if (text === undefined) emulator.say("The browser keeps the clipboard to itself: hold the line below and choose Paste")
  else pasteInto(emulator, text)
}

interface LineFieldProps {
  readonly emulator: Emulator
  readonly session: string
  readonly isCtrl: boolean
  /** A character for which Ctrl is held. */
  readonly onCtrl: (text: string) => void
  readonly onKey: (key: BarKey) => void
}

/** A line as any other app has: corrected, dictated, and sent as a whole. */
function LineField({ emulator, session, isCtrl, onCtrl, onKey }: LineFieldProps): ReactElement {
  const [line, setLine] = useState(begun.get(session) ?? "")
  const field = useRef<HTMLInputElement>(null)
  const change = (text: string): void => {
    setLine(text)
    keepLine(session, text)
  }
  useCtrl(field, isCtrl, onCtrl)
  const send = (): void => {
    change("")
    emulator.submit(line).catch((cause: Error) => {
      // It is in the field again, in front of what was typed since.
      change(lineAgain(line, begun.get(session) ?? ""))
      emulator.say(cause.message)
    })
  }
  return (
    <form
      className={styles["line"]}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <input
        ref={field}
        type="text"
        value={line}
        aria-label="Line for the terminal"
        placeholder="Type a line"
        dir="ltr"
        enterKeyHint="send"
        autoCapitalize="none"
        autoComplete="off"
        autoCorrect="on"
        spellCheck={false}
        onChange={({ target }) => change(target.value)}
        onKeyDown={(event) => {
          if (event.key === "Backspace" && line === "") onKey("backspace")
        }}
      />
      <button type="submit" className={styles["send"]} onPointerDown={(event) => event.preventDefault()}>
        Send ↵
      </button>
    </form>
  )
}

/** While Ctrl is held, what is typed next goes to the program instead of into the line. */
function useCtrl(field: RefObject<HTMLInputElement | null>, isCtrl: boolean, onCtrl: (text: string) => void): void {
  const latest = useRef(onCtrl)
  useEffect(() => {
    latest.current = onCtrl
  })
  useEffect(() => {
    const element = field.current
    if (element === null || !isCtrl) return undefined
    const take = (event: InputEvent): void => {
      if (event.data === null || event.data === "") return
      event.preventDefault()
      latest.current(event.data)
    }
    element.addEventListener("beforeinput", take)
    return () => element.removeEventListener("beforeinput", take)
  }, [field, isCtrl])
}

interface KeyBarProps {
  readonly ctrl: Held
  readonly onCtrl: () => void
  readonly onKey: (key: BarKey) => void
  readonly onPaste: () => void
}

const KEYS = [
  { key: "backtab", sign: "⇧⇥", label: "Back tab" },
  { key: "left", sign: "←", label: "Left" },
  { key: "down", sign: "↓", label: "Down" },
  { key: "up", sign: "↑", label: "Up" },
  { key: "right", sign: "→", label: "Right" },
] as const

function KeyBar({ ctrl, onCtrl, onKey, onPaste }: KeyBarProps): ReactElement {
  return (
    <div className={styles["bar"]} role="toolbar" aria-label="Keys">
      <Key sign="esc" onPress={() => onKey("esc")} />
      <Key sign="tab" onPress={() => onKey("tab")} />
      <button
        type="button"
        aria-pressed={ctrl !== "off"}
        data-held={ctrl}
        onPointerDown={(event) => event.preventDefault()}
        onClick={onCtrl}
      >
        ctrl
      </button>
      {KEYS.map(({ key, sign, label }) => (
        <Key key={key} sign={sign} label={label} repeats={key !== "backtab"} onPress={() => onKey(key)} />
      ))}
      <button type="button" onPointerDown={(event) => event.preventDefault()} onClick={onPaste}>
        paste
      </button>
    </div>
  )
}

interface KeyProps {
  readonly sign: string
  /** Its name, where the sign is no word. */
  readonly label?: string
  readonly repeats?: boolean
  readonly onPress: () => void
}

/** A key that leaves the focus, and so the phone's keyboard, where it is. */
function Key({ sign, label, repeats = false, onPress }: KeyProps): ReactElement {
  const hold = useHoldRepeat(onPress, repeats)
  return (
    <button type="button" aria-label={label} {...hold}>
      {sign}
    </button>
  )
}

/** What can be done with what a finger has selected. */
function SelectionBar({ emulator }: { readonly emulator: Emulator }): ReactElement | null {
  const [isSelected, setIsSelected] = useState(false)
  useEffect(() => {
    const changed = emulator.terminal.onSelectionChange(() => setIsSelected(emulator.terminal.hasSelection()))
    return () => changed.dispose()
  }, [emulator])
  if (!isSelected) return null
  const copy = (): void => {
    void copyText(selectedText(emulator)).then((isDone) => emulator.say(isDone ? "Copied" : "The browser refused the clipboard"))
    emulator.terminal.clearSelection()
  }
  return (
    <div className={styles["selection"]}>
      <button type="button" onClick={copy}>
        Copy
      </button>
      <button type="button" onClick={() => emulator.terminal.selectAll()}>
        Select all
      </button>
      <button type="button" onClick={() => emulator.terminal.clearSelection()}>
        Done
      </button>
    </div>
  )
}
