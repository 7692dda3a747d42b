/**
 * Everything that waits, over all sessions: a list, and what is picked in it whole with its buttons (docs/protocol/app-rules.md, APP-45). It is
 * what the status line opens, and a screen of the phone.
 */
import { useEffect, useMemo, useRef, useState } from "react"
import type { KeyboardEvent } from "react"
import { focusByItself } from "../app/own-focus.ts"
import { useStore } from "../ui/store.ts"
import { Time } from "../ui/Time.tsx"
import { useOpen } from "../workspace/use-open.ts"
import { Act } from "./Act.tsx"
import { lineOf } from "./asked.ts"
import styles from "./Inbox.module.css"
import { LateLines } from "./LateLines.tsx"
import { RequestView } from "./RequestView.tsx"
import { SettledLines } from "./SettledLines.tsx"
import { snoozeStore } from "./snooze-store.ts"
import { trustNews } from "./trust-news.ts"
import { TrustView } from "./TrustView.tsx"
import { type OpenRequest, useSettled } from "./use-settled.ts"
import { useWaitingNow } from "./use-waiting.ts"
import { nextWaiting, type Waiting } from "./waiting.ts"
import { Written } from "./Written.tsx"

/** What the inbox is given. */
export interface InboxProps {
  /** `phone`: a screen of its own with large buttons at the thumb. */
  readonly place: "inbox" | "phone"
  /** Key of what is shown first; the oldest without. */
  readonly at?: string
  readonly onClose: () => void
}

/** Shows what waits. */
export function Inbox({ place, at, onClose }: InboxProps) {
  const { shown, later } = useWaitingNow()
  const open = useMemo(() => requestsOf(shown), [shown])
  // What is put off is not gone.
  const settled = useSettled(useMemo(() => requestsOf([...shown, ...later]), [shown, later]))
  const decided = useStore(trustNews)
  const [picked, setPicked] = useState(at ?? shown[0]?.key)
  const now = shown.find(({ key }) => key === picked) ?? shown[0]
  const keys = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || isTyped(event)) return
    const step =
      event.key === "j" || event.key === "ArrowDown" ? 1 : event.key === "k" || event.key === "ArrowUp" ? -1 : undefined
    if (step !== undefined) setPicked(nextWaiting(shown, now?.key, step)?.key)
    else if (event.key === "Escape") onClose()
    else return
    event.preventDefault()
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- its keys count anywhere in it
    <div className={`${styles["box"]} ${styles[place]}`} onKeyDown={keys} data-inbox={place}>
      <header className={styles["head"]}>
        <h2>{countWords(shown.length)}</h2>
        <Act tone="quiet" onAct={onClose} keys="Escape">
          Close
        </Act>
      </header>
      <ul className={styles["list"]} aria-label="What waits">
        {shown.length < 2
          ? null
          : shown.map((one) => <Row key={one.key} waiting={one} isPicked={one.key === now?.key} onPick={setPicked} />)}
      </ul>
      <LateLines open={open} />
      <SettledLines settled={[...settled, ...decided]} />
      {now === undefined ? null : <Picked waiting={now} isChosen={now.key === picked} place={place} onClose={onClose} />}
      {later.length === 0 ? null : <Later later={later} />}
    </div>
  )
}

const requestsOf = (waiting: ReadonlyArray<Waiting>): ReadonlyArray<OpenRequest> =>
  waiting.flatMap(({ session, request }) => (request === undefined ? [] : [{ session, request }]))

const countWords = (count: number): string =>
  count === 0 ? "Nothing waits for you" : count === 1 ? "1 waits for you" : `${count} wait for you`

const isTyped = ({ target }: KeyboardEvent): boolean =>
  target instanceof HTMLElement && target.matches("textarea, select, input:not([type=radio], [type=checkbox])")

interface RowProps {
  readonly waiting: Waiting
  readonly isPicked: boolean
  readonly onPick: (key: string) => void
}

/** What waits, in a line. */
function waitingLine({ request, untrusted, program }: Waiting): string {
  if (untrusted !== undefined) return `trust ${untrusted.directory}?`
  return request === undefined ? (program?.message ?? "waits in its terminal") : lineOf(request)
}

function Row({ waiting, isPicked, onPick }: RowProps) {
  const { key, label, since } = waiting
  return (
    <li>
      <button type="button" className={styles["row"]} aria-current={isPicked} onClick={() => onPick(key)}>
        <span className={styles["label"]} dir="auto">
          {label}
        </span>
        <span className={styles["line"]}>
          <Written text={waitingLine(waiting)} />
        </span>
        <span className={styles["time"]}>
          <Time at={since} />
        </span>
      </button>
    </li>
  )
}

interface PickedProps {
  readonly waiting: Waiting
  /** The person has chosen it; false where it took the place of another one. */
  readonly isChosen: boolean
  readonly place: InboxProps["place"]
  readonly onClose: () => void
}

/** What is shown whole; it stays when another one takes its place, and has the focus then. */
function Picked({ waiting, isChosen, place, onClose }: PickedProps) {
  const open = useOpen()
  const element = useRef<HTMLDivElement>(null)
  const { key, session, label, request, program, untrusted } = waiting
  useEffect(() => {
    if (!isChosen && document.activeElement === document.body) focusByItself(element.current)
  }, [key, isChosen])
  const show = (): void => {
    onClose()
    open.session(session, request === undefined ? {} : { seq: request.seq })
  }
  return (
    <div ref={element} className={styles["picked"]} tabIndex={-1} role="group" aria-label="What is asked" data-neutral="">
      {untrusted !== undefined ? (
        <TrustView key={key} session={session} untrusted={untrusted} asker={label} place={place} isFocused={isChosen} />
      ) : request === undefined ? (
        <p className={styles["program"]} dir="auto">
          <Written text={program?.message ?? `${label} waits in its terminal.`} />
        </p>
      ) : (
        <RequestView key={key} session={session} request={request} asker={label} place={place} isFocused={isChosen} />
      )}
      <footer className={styles["foot"]}>
        <Act tone="quiet" onAct={show}>
          {program !== undefined ? "Open the terminal" : "Open the session"}
        </Act>
      </footer>
    </div>
  )
}

function Later({ later }: { readonly later: ReadonlyArray<Waiting> }) {
  return (
    <section className={styles["later"]} aria-label="Not now">
      <h3>Not now</h3>
      <ul>
        {later.map((waiting) => (
          <li key={waiting.key}>
            <span dir="auto">{waiting.label}</span>
            <code>
              <Written text={waitingLine(waiting)} />
            </code>
            <Act tone="quiet" onAct={() => snoozeStore.unsnooze(waiting.key)}>
              Show it now
            </Act>
          </li>
        ))}
      </ul>
    </section>
  )
}
