/**
 * A session over its row: what it asks, whole and with its buttons, or what it does, and a line to reply (docs/protocol/app-rules.md,
 * APP-45). What opens it gives it its place, and takes the focus back.
 */
import { useMemo, useState } from "react"
import type { KeyboardEvent } from "react"
import { useAllPermissions, useDoing, useHub, useSession, useSessionService } from "@holdfast/react"
import { offerFocus } from "../app/own-focus.ts"
import { sendDraft } from "../dock/send-draft.ts"
import { useComposerDraft } from "../dock/use-composer-draft.ts"
import { Button } from "../ui/Button.tsx"
import { isInputMethod } from "../ui/input-method.ts"
import { useStore } from "../ui/store.ts"
import { useOpen } from "../workspace/use-open.ts"
import { Act } from "./Act.tsx"
import { lastWords } from "./last-words.ts"
import { LateLines } from "./LateLines.tsx"
import styles from "./Peek.module.css"
import { RequestView } from "./RequestView.tsx"
import { SettledLines } from "./SettledLines.tsx"
import { trustNews } from "./trust-news.ts"
import { TrustView } from "./TrustView.tsx"
import { useSettled } from "./use-settled.ts"
import { useUntrusted } from "./use-waiting.ts"
import { trustKeyOf } from "./waiting.ts"
import { Written } from "./Written.tsx"

/** What a peek is given. */
export interface PeekViewProps {
  readonly session: string
  /** Closes it, and gives the focus back. */
  readonly onClose: () => void
  /** Closes it as something else opens. */
  readonly onLeave: () => void
}

/** Shows the session's requests, or what it does, and takes a reply. */
export default function PeekView({ session, onClose, onLeave }: PeekViewProps) {
  const { session: record } = useSession(session)
  const { requests } = useAllPermissions()
  const own = useMemo(() => requests.filter((one) => one.session === session), [requests, session])
  const settled = useSettled(own)
  const decided = useStore(trustNews).filter(({ key }) => key === trustKeyOf(record))
  const open = useOpen()
  // What the person has opened gets the focus; what comes later does not.
  const [first] = useState(own[0]?.request.id)
  const untrusted = useUntrusted(record)
  const [isTrustFirst] = useState(untrusted !== undefined)
  if (record === undefined || record.status === "offline") return null
  const asker = record.agent?.name ?? record.label
  return (
    <div
      className={styles["peek"]}
      tabIndex={-1}
      role="group"
      aria-label="What it asks and does"
      data-session={session}
      data-peek={session}
      data-neutral=""
    >
      {untrusted === undefined ? null : (
        <TrustView session={session} untrusted={untrusted} asker={asker} place="peek" isFocused={isTrustFirst} />
      )}
      {own.map(({ request }, index) => (
        <RequestView
          key={request.id}
          session={session}
          request={request}
          asker={asker}
          place="peek"
          at={untrusted === undefined ? index : index + 1}
          isFocused={!isTrustFirst && request.id === first}
        />
      ))}
      <LateLines session={session} open={own} />
      <SettledLines settled={[...settled, ...decided]} />
      {own.length === 0 && untrusted === undefined ? <Doing session={session} /> : null}
      {record.kind === "agent" ? (
        <Reply
          session={session}
          agent={record.agent?.name ?? "the agent"}
          isFirst={first === undefined && !isTrustFirst}
          onSent={onClose}
        />
      ) : null}
      <footer className={styles["foot"]}>
        <Button
          kind="quiet"
          onClick={() => {
            onLeave()
            open.session(session)
          }}
        >
          Open the session
        </Button>
        <Button kind="quiet" keys="Escape" onClick={onClose}>
          Close
        </Button>
      </footer>
    </div>
  )
}

function Doing({ session }: { readonly session: string }) {
  const doing = useDoing(session)
  const { session: record } = useSession(session)
  const words = doing === undefined ? lastWords(record) : [doing.words, doing.target].filter((one) => one !== undefined).join(" ")
  return (
    <p className={styles["doing"]} dir="auto" role="status">
      {words === "" ? "Nothing waits for an answer here." : <Written text={words} />}
    </p>
  )
}

interface ReplyProps {
  readonly session: string
  readonly agent: string
  readonly isFirst: boolean
  readonly onSent: () => void
}

/** One line to the agent: the session's draft, which waits for the turn's end as anything that is queued. */
function Reply({ session, agent, isFirst, onSent }: ReplyProps) {
  const hub = useHub()
  const service = useSessionService()
  const { kept, text, files } = useComposerDraft(session)
  const [problem, setProblem] = useState<string>()
  const isEmpty = text.trim() === "" && files.length === 0
  const send = async (): Promise<void> => {
    try {
      if (await sendDraft(kept, session, "queue", { hub, service })) onSent()
    } catch (cause) {
      setProblem(cause instanceof Error ? cause.message : String(cause))
    }
  }
  const keys = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || isInputMethod(event)) return
    event.preventDefault()
    void send()
  }
  return (
    <div className={styles["reply"]} data-when="composer">
      <textarea
        aria-label={`Reply to ${agent}`}
        placeholder={`Reply to ${agent}`}
        dir="auto"
        rows={1}
        value={text}
        ref={isFirst ? focusOnce : undefined}
        onChange={({ target }) => kept.setText(target.value)}
        onKeyDown={keys}
      />
      <Act onAct={() => void send()} keys="Enter" isDisabled={isEmpty}>
        Send
      </Act>
      {files.length === 0 ? null : (
        <p className={styles["files"]} dir="auto">
          With {files.map(({ name }) => name).join(", ")}
        </p>
      )}
      {problem === undefined ? null : (
        <p className={styles["problem"]} role="alert">
          {problem}
        </p>
      )}
    </div>
  )
}

function focusOnce(element: HTMLElement | null): void {
  offerFocus(element, { preventScroll: true })
}
