/** What a person decides before it happens: a paste that would run, a program that wants the clipboard, an address of another kind. */
import { useEffect, useRef } from "react"
import type { ReactElement, ReactNode } from "react"
import { Button } from "../../ui/Button.tsx"
import { useStore } from "../../ui/store.ts"
import { copyText } from "./clipboard.ts"
import { rememberConsent } from "./consent.ts"
import type { Emulator } from "./Emulator.ts"
import { openAddress } from "./links.ts"
import { oneLine } from "./paste.ts"
import { useEscape } from "./use-escape.ts"
import styles from "./terminal.module.css"

/** Most characters of a text that are shown. */
const SHOWN = 600

/** The question of an emulator that is open. */
export function Questions({ emulator }: { readonly emulator: Emulator }): ReactElement | null {
  const question = useStore(emulator.question)
  if (question === undefined) return null
  const done = (): void => {
    emulator.question.set(undefined)
    if (question._tag !== "Clipboard") emulator.terminal.focus()
  }
  switch (question._tag) {
    case "Paste": {
      const { text, lines } = question
      const paste = (pasted: string): void => {
        done()
        emulator.paste(pasted)
      }
      const words = text.includes("\n")
        ? `Paste ${lines} ${lines === 1 ? "line" : "lines"}? Each is run as it comes.`
        : "Paste all of it?"
      return (
        <Asked words={words} text={text} onClose={done} takesFocus>
          <Button kind="kelp" onClick={() => paste(text)}>
            Paste
          </Button>
          {text.includes("\n") ? <Button onClick={() => paste(oneLine(text))}>Paste as one line</Button> : null}
        </Asked>
      )
    }
    case "Link": {
      const open = (): void => {
        done()
        openAddress(question.address)
      }
      return (
        <Asked words="Open this address?" text={question.address} onClose={done} takesFocus>
          <Button kind="kelp" onClick={open}>
            Open it
          </Button>
        </Asked>
      )
    }
    case "Clipboard":
      return <ClipboardAsked emulator={emulator} text={question.text} onClose={done} />
  }
}

interface ClipboardAskedProps {
  readonly emulator: Emulator
  readonly text: string
  readonly onClose: () => void
}

function ClipboardAsked({ emulator, text, onClose }: ClipboardAskedProps): ReactElement {
  const allow = (isKept: boolean): void => {
    onClose()
    if (isKept) rememberConsent(emulator.session, "given")
    void copyText(text).then((isDone) => emulator.say(isDone ? "Copied" : "The browser refused the clipboard"))
  }
  const refuse = (): void => {
    onClose()
    rememberConsent(emulator.session, "refused")
  }
  return (
    <Asked words="The program wants to put this into your clipboard." text={text} onClose={onClose}>
      <Button kind="kelp" onClick={() => allow(true)}>
        Allow in this session
      </Button>
      <Button onClick={() => allow(false)}>Copy once</Button>
      <Button onClick={refuse}>Never here</Button>
    </Asked>
  )
}

interface AskedProps {
  readonly words: string
  readonly text: string
  readonly onClose: () => void
  /** Only where the person has just done it: output never takes the focus. */
  readonly takesFocus?: boolean
  readonly children: ReactNode
}

function Asked({ words, text, onClose, takesFocus = false, children }: AskedProps): ReactElement {
  const element = useRef<HTMLDivElement>(null)
  useEscape(element, onClose)
  useEffect(() => {
    if (takesFocus) element.current?.querySelector<HTMLElement>("button")?.focus()
  }, [takesFocus])
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text
  return (
    <div ref={element} className={styles["asked"]} role={takesFocus ? "alertdialog" : "group"} aria-label={words}>
      <p>{words}</p>
      <pre>{shown}</pre>
      <div className={styles["answers"]}>
        {children}
        <Button kind="quiet" onClick={onClose}>
          Not now
        </Button>
      </div>
    </div>
  )
}
