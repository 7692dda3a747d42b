/** Requests that were here and are gone without an answer of this page: who answered them, or why they ended (docs/protocol/app-rules.md, APP-43). */
import { useEffect, useRef, useState } from "react"
import type { PermissionRequest } from "@holdfast/protocol/agent/permission"
import { useSessionService } from "@holdfast/react"
import { endWords } from "./answer.ts"
import { isAnswered } from "./answered.ts"
import { lineOf } from "./asked.ts"
import { requestKey } from "./snooze.ts"
import { wordsText } from "./use-words.ts"

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

/** What became of requests that others answered, for a while. */
export function useSettled(open: ReadonlyArray<OpenRequest>): ReadonlyArray<Settled> {
  const service = useSessionService()
  const before = useRef<ReadonlyArray<OpenRequest>>(open)
  const [settled, setSettled] = useState<ReadonlyArray<Settled>>([])
  useEffect(() => {
    const keys = new Set(open.map(({ session, request }) => requestKey(session, request.id)))
    const gone = before.current.filter(({ session, request }) => {
      const key = requestKey(session, request.id)
      return !keys.has(key) && !isAnswered(key)
    })
    before.current = open
    for (const { session, request } of gone) {
      const key = requestKey(session, request.id)
      // With words that were begun for it, it is told where they are given back.
      if (wordsText(key) !== "") continue
      const tell = (told: string): void => {
        setSettled((all) => [...all.filter((one) => one.key !== key), { key, line: lineOf(request), told }].slice(-TOLD_MAX))
        setTimeout(() => setSettled((all) => all.filter((one) => one.key !== key)), TOLD)
      }
      service.permission(session, request.id).then(
        (detail) => {
          const told = endWords(detail)
          if (told !== undefined) tell(told)
        },
        (cause: Error) => tell(`it is gone (${cause.message})`),
      )
    }
  }, [open, service])
  return settled
}
