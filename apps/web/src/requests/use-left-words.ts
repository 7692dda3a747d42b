/**
 * Words that were begun for a request that is gone, whether anything showed it then or not: they are given back with what became of it,
 * and do not return with anything else (docs/protocol/app-rules.md, APP-44).
 */
import { useEffect, useRef } from "react"
import { HoldfastError } from "@holdfast/client"
import type { OutboxItem } from "@holdfast/client/outbox"
import { useAllPermissions, useConnection, useOutbox, useSessionService } from "@holdfast/react"
import { sentence } from "../app/sentence.ts"
import { endWords, hasWords } from "./answer.ts"
import { isAnswered } from "./answered.ts"
import { tellLate } from "./late-answers.ts"
import { requestKey } from "./snooze.ts"
import { forgetWords, useWordKeys, wordsText } from "./use-words.ts"

/** What the hub says where a request or its session is not known any more. */
const GONE: ReadonlyArray<string> = ["PermissionNotFound", "SessionNotFound"]

/** The request that an item of the outbox answers, unless that is done. */
const answeredBy = ({ operation, status, session, input }: OutboxItem): string | undefined =>
  operation === "permissions.answer" && status !== "completed" ? requestKey(session, String(input["requestId"])) : undefined

/** Looks at what was begun each time that what waits changes. */
export function useLeftWords(): void {
  const service = useSessionService()
  const { isConnected } = useConnection()
  const { requests } = useAllPermissions()
  const { items } = useOutbox()
  const begun = useWordKeys()
  const asked = useRef(new Set<string>())
  useEffect(() => {
    if (!isConnected) return
    const open = new Set(requests.map(({ session, request }) => requestKey(session, request.id)))
    const sending = new Set(items.flatMap((item) => answeredBy(item) ?? []))
    for (const key of begun) {
      if (open.has(key)) asked.current.delete(key)
      if (open.has(key) || sending.has(key) || asked.current.has(key)) continue
      // What this page has answered itself is told by its answer.
      if (isAnswered(key)) {
        forgetWords(key)
        continue
      }
      asked.current.add(key)
      const at = key.indexOf("/")
      const [session, request] = [key.slice(0, at), key.slice(at + 1)]
      const give = (told: string): void => {
        // They are kept until the person has put them away.
        const words = wordsText(key)
        if (words === "") forgetWords(key)
        else tellLate({ key, session, told: `Too late: ${sentence(told)}`, words })
      }
      service.permission(session, request).then(
        (detail) => {
          const told = endWords(detail)
          if (told === undefined) return
          if (detail.decision !== undefined && hasWords(detail.decision, wordsText(key))) forgetWords(key)
          else give(told)
        },
        (cause: unknown) => {
          if (cause instanceof HoldfastError && GONE.includes(cause.tag)) give(cause.message)
          else asked.current.delete(key)
        },
      )
    }
  }, [service, isConnected, requests, items, begun])
}
