/** What a person decides before it happens: a paste that would run, a program that wants the clipboard, an address of another kind. */
import { useEffect, useRef, useState } from "react"
import type { ReactElement, ReactNode } from "react"
import { headOf, tailOf } from "@holdfast/protocol/text-cut"
import { Written } from "../../requests/Written.tsx"
import { Button } from "../../ui/Button.tsx"
import { useStore } from "../../ui/store.ts"
import { copyText } from "./clipboard.ts"
import { rememberConsent } from "./consent.ts"
import type { Emulator } from "./Emulator.ts"
import { hostOf, openAddress } from "./links.ts"
import { oneLine } from "./paste.ts"
import { useEscape } from "./use-escape.ts"
import styles from "./terminal.module.css"

/** Longest text that is in the page at once, in characters; of a longer one its ends are, until the whole is asked for. */
const AT_ONCE = 200_000

/** The question of an emulator that is open. */
export function Questions({ emulator }: { readonly emulator: Emulator }): ReactElement | null {
  const question = useStore(emulator.question)
  if (question === undefined) return null
  const done = (): void => {
    emulator.question.close()
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
        <Asked key="paste" words={words} text={text} onClose={done} takesFocus>
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
        <Asked
          key="link"
          words="Open this address?"
          host={hostOf(question.address)}
          text={question.address}
          onClose={done}
          takesFocus
        >
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
  /** Where an address leads. */
  readonly host?: string | undefined
  readonly onClose: () => void
  /** Only where the person has just done it: output never takes the focus. */
  readonly takesFocus?: boolean
  readonly children: ReactNode
}

function Asked({ words, text, host, onClose, takesFocus = false, children }: AskedProps): ReactElement {
  const element = useRef<HTMLDivElement>(null)
  useEscape(element, onClose)
  useEffect(() => {
    if (takesFocus) element.current?.querySelector<HTMLElement>("button")?.focus()
  }, [takesFocus])
  const [isWhole, setIsWhole] = useState(false)
  const left = isWhole ? 0 : Math.max(0, text.length - AT_ONCE)
  return (
    <div ref={element} className={styles["asked"]} role={takesFocus ? "alertdialog" : "group"} aria-label={words}>
      <p>{words}</p>
      {host === undefined ? null : (
        <p className={styles["leads"]}>
          It leads to <b dir="ltr">{host}</b>
        </p>
      )}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it is scrolled by keys */}
      <pre tabIndex={0} dir="ltr">
        {left === 0 ? (
          <Written text={text} />
        ) : (
          <>
            <Written text={headOf(text, AT_ONCE / 2)} />
            {`\n\n… ${left.toLocaleString("en")} characters are not shown here …\n\n`}
            <Written text={tailOf(text, AT_ONCE / 2)} />
          </>
        )}
      </pre>
      <div className={styles["answers"]}>
        {children}
        {left === 0 ? null : <Button onClick={() => setIsWhole(true)}>Show all of it</Button>}
        <Button kind="quiet" onClick={onClose}>
          Not now
        </Button>
      </div>
    </div>
  )
}
