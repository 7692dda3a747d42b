/** A request with its answer and what was begun for it, as all places show it (docs/protocol/app-rules.md, APP-40 to APP-46). */
import { type RefObject, useEffect, useMemo, useState } from "react"
import type { AnswerPermission, PermissionRequest } from "@holdfast/protocol/agent/permission"
import { optionsOf } from "./answer.ts"
import { askedOf, isWholeInRecord } from "./asked.ts"
import { answersOf } from "./questions.ts"
import type { RequestNow, Unfolded } from "./request-now.ts"
import { requestKey } from "./snooze.ts"
import { snoozeStore } from "./snooze-store.ts"
import { useAnswer } from "./use-answer.ts"
import { type DetailNow, useDetail } from "./use-detail.ts"
import { useSeen } from "./use-seen.ts"
import { useWords } from "./use-words.ts"

/** What is asked, and by which session. */
export interface RequestGiven {
  readonly session: string
  readonly request: PermissionRequest
  readonly onDone?: () => void
}

/** The request as it is now; while it is not armed, and until all of it was seen in its element, nothing allows it. */
export function useRequest(
  { session, request, onDone }: RequestGiven,
  isArmed: boolean,
  element: RefObject<HTMLElement | null>,
): RequestNow {
  const detail = useDetail(session, request.id)
  const answer = useAnswer(session, request.id)
  const key = requestKey(session, request.id)
  const [words, say, forget] = useWords(key)
  const [unfolded, unfold] = useState<Unfolded>(undefined)
  const asked = useMemo(() => askedOf(request, detail.detail?.request), [request, detail.detail])
  const content = useMemo(() => JSON.stringify(asked), [asked])
  const seen = useSeen(element, `${key} ${content}`)
  const { allow, reject } = optionsOf(request.options)
  const { answers, missing } = answersOf(request.questions ?? [], words.picked ?? {})
  const lack = lackOf(request, detail, missing)
  const canAllow = isArmed && seen.isWhole && lack === undefined
  const isDone = answer.state._tag === "Done"
  useEffect(() => {
    if (!isDone) return
    forget()
    onDone?.()
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- once for each answer that won
  }, [isDone])
  const send = (given: AnswerPermission): void => {
    unfold(undefined)
    answer.answer(given)
  }
  const withAnswers = request.kind === "question" ? { answers } : {}
  return {
    request,
    asked,
    detail,
    answer,
    words,
    unfolded,
    lack,
    isArmed,
    seen,
    hasRules: request.kind === "tool" && allow !== undefined && detail.detail?.suggestions.length !== 0,
    say,
    unfold: (what) => {
      // What is edited or always allowed is the whole of it, so it has to be there and to have been seen.
      if ((what === "edit" || what === "rule") && !seen.isWhole) seen.readOn()
      else if (what !== "edit" || lack === undefined) unfold(what)
    },
    allow: (more = {}) => {
      if (!seen.isWhole) seen.readOn()
      else if (allow !== undefined && canAllow) send({ optionId: allow.id, ...withAnswers, ...more })
    },
    refuse: () => {
      const reason = words.reason?.trim() ?? ""
      if (reject !== undefined) send({ optionId: reject.id, ...(reason === "" ? {} : { message: reason }) })
    },
    choose: (optionId) => {
      const allows = request.options.find(({ id }) => id === optionId)?.kind.startsWith("allow") ?? false
      if (!allows || canAllow) send({ optionId, ...(allows ? withAnswers : {}) })
    },
    snooze: (until) => {
      unfold(undefined)
      snoozeStore.snooze(key, until)
      onDone?.()
    },
  }
}

function lackOf(
  request: PermissionRequest,
  { detail, problem, isAway }: DetailNow,
  missing: ReadonlyArray<string>,
): string | undefined {
  if (detail === undefined && !isWholeInRecord(request)) {
    if (isAway) return "Not connected: all of what is asked is shown, and can be allowed, once the connection is back"
    return problem === undefined ? "All of what is asked is being read" : `What is asked cannot be shown whole: ${problem}`
  }
  return missing.length === 0
    ? undefined
    : missing.length === 1
      ? "Answer the question first"
      : `${missing.length} questions have no answer yet`
}
