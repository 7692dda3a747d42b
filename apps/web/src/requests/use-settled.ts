/** Requests that were here and are gone without an answer of this page: who answered them, or why they ended (docs/protocol/app-rules.md, APP-43). */
import { useEffect, useRef, useState } from "react"
import type { PermissionDetail, PermissionRequest } from "@holdfast/protocol/agent/permission"
import { useSessionService } from "@holdfast/react"
import { decisionWords } from "./answer.ts"
import { lineOf } from "./asked.ts"
import { tellLate } from "./late-answers.ts"
import { requestKey } from "./snooze.ts"
import { takeWords } from "./use-words.ts"

/** A request that is gone. */
export interface Settled {
  readonly key: string
  readonly line: string
  readonly told: string
}

/** A request with its session. */
export interface OpenRequest {
  readonly session: string
  readonly request: PermissionRequest
}

/** Milliseconds for which it is told. */
const TOLD = 12_000

/** Most that are told at once. */
const TOLD_MAX = 4

/** Keys of requests that this page has answered, the last ones. */
const answered = new Set<string>()
const ANSWERED_MAX = 200

/** This page has answered a request: its end is no news. */
export function noteAnswered(session: string, request: string): void {
  answered.add(requestKey(session, request))
  for (const oldest of answered) {
    if (answered.size <= ANSWERED_MAX) return
    answered.delete(oldest)
  }
}

const toldOf = ({ decision, cancelled }: PermissionDetail): string =>
  decision === undefined ? `it ended without an answer: ${cancelled ?? "its turn is over"}` : decisionWords(decision)

/** What became of requests that others answered, for a while. */
export function useSettled(open: ReadonlyArray<OpenRequest>): ReadonlyArray<Settled> {
  const service = useSessionService()
  const before = useRef<ReadonlyArray<OpenRequest>>(open)
  const [settled, setSettled] = useState<ReadonlyArray<Settled>>([])
  useEffect(() => {
    const keys = new Set(open.map(({ session, request }) => requestKey(session, request.id)))
    const gone = before.current.filter(({ session, request }) => {
      const key = requestKey(session, request.id)
      return !keys.has(key) && !answered.has(key)
    })
    before.current = open
    for (const { session, request } of gone) {
      const key = requestKey(session, request.id)
      const words = takeWords(key)
      const tell = (told: string): void => {
        // It went while a person was writing an answer to it.
        if (words !== "") return tellLate({ key, session, told: `Too late: ${told}.`, words })
        setSettled((all) => [...all.filter((one) => one.key !== key), { key, line: lineOf(request), told }].slice(-TOLD_MAX))
        setTimeout(() => setSettled((all) => all.filter((one) => one.key !== key)), TOLD)
      }
      service.permission(session, request.id).then(
        (detail) => tell(toldOf(detail)),
        (cause: Error) => tell(`it is gone (${cause.message})`),
      )
    }
  }, [open, service])
  return settled
}
