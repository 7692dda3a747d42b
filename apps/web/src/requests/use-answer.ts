/** Answers a request, through the outbox where there is one: an answer that cannot be sent now is kept, and can be taken back. */
import { useCallback, useState } from "react"
import { HoldfastError } from "@holdfast/client"
import type { AnswerPermission, PermissionDecision } from "@holdfast/protocol/agent/permission"
import { useConnection, useHub, useOutbox, useSessionService } from "@holdfast/react"
import { decisionWords, isSame, wordsOf } from "./answer.ts"
import { noteAnswered, noteOpen } from "./answered.ts"
import { forgetLate, lateWords, tellLate } from "./late-answers.ts"
import { requestKey } from "./snooze.ts"

/** How an answer stands; what came to nothing is among the late ones. */
export type AnswerState =
  | { readonly _tag: "Open" }
  | { readonly _tag: "Sending"; readonly answer: AnswerPermission }
  | { readonly _tag: "Done" }

/** An answer and what is done about it. */
export interface AnswerNow {
  readonly state: AnswerState
  /** Whether it waits for a connection. */
  readonly isKept: boolean
  readonly answer: (answer: AnswerPermission) => void
  readonly takeBack: () => void
}

const OPEN: AnswerState = { _tag: "Open" }
const DONE: AnswerState = { _tag: "Done" }

/** How the answer to one request stands. */
export function useAnswer(session: string, request: string): AnswerNow {
  const hub = useHub()
  const service = useSessionService()
  const { isConnected } = useConnection()
  const { items } = useOutbox()
  const [direct, setDirect] = useState<AnswerState>(OPEN)
  const [sent, setSent] = useState<string>()
  const key = requestKey(session, request)
  // Also one of before the page was loaded, or of another tab.
  const kept = items.find(
    ({ operation, session: of, input, status }) =>
      operation === "permissions.answer" &&
      of === session &&
      input["requestId"] === request &&
      (status === "pending" || status === "processing"),
  )
  const isDone = sent !== undefined && items.some(({ id, status }) => id === sent && status === "completed")

  const answer = useCallback(
    (given: AnswerPermission): void => {
      const late = (told: string): void => tellLate({ key, session, told, words: wordsOf(given) })
      const failed = (cause: unknown): void => {
        setDirect(OPEN)
        noteOpen(session, request)
        if (!(cause instanceof HoldfastError)) return late(String(cause))
        late(lateWords(cause.tag, cause.message, cause.fields["decision"] as PermissionDecision | undefined))
      }
      forgetLate(key, hub.box)
      noteAnswered(session, request)
      if (hub.box === undefined) {
        setDirect({ _tag: "Sending", answer: given })
        service.answer(session, request, given).then((decision) => {
          setDirect(DONE)
          if (!isSame(given, decision)) late(`Too late: ${decisionWords(decision)} first.`)
        }, failed)
        return
      }
      const entry = hub.box.add("permissions.answer", { session, requestId: request, ...given })
      setSent(entry.id)
      entry.stored.catch(failed)
    },
    [hub, service, session, request, key],
  )
  const takeBack = useCallback((): void => {
    if (kept === undefined) return
    const words = wordsOf(kept.input as unknown as AnswerPermission)
    const tell = (told: string): void => tellLate({ key, session, told, words })
    hub.box?.cancel(kept.id).then(
      (outcome) => {
        // What was answered before it could be taken back stays this page's answer.
        if (outcome === "settled") return
        noteOpen(session, request)
        if (outcome === "uncertain") tell("Taken back, but it had been sent before: it may have counted.")
      },
      (cause: Error) => tell(`Not taken back: ${cause.message}`),
    )
  }, [hub, kept, session, request, key])
  const shown: AnswerState =
    kept !== undefined ? { _tag: "Sending", answer: kept.input as unknown as AnswerPermission } : isDone ? DONE : direct
  return { state: shown, isKept: shown._tag === "Sending" && !isConnected, answer, takeBack }
}
