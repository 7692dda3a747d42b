/**
 * One request with all that is asked and everything that answers it: the same in the dock, over a row, in the inbox and on the phone
 * (docs/protocol/app-rules.md, APP-40 to APP-46).
 *
 * Invariant: what allows does nothing until all that is asked is on the screen or can be scrolled to.
 */
import { useEffect, useMemo, useRef, useState } from "react"
import type { RefObject } from "react"
import type { AnswerPermission, PermissionRequest } from "@holdfast/protocol/agent/permission"
import { useCommands } from "../commands/use-commands.ts"
import { untilText } from "../dock/hold-words.ts"
import { useSeconds } from "../dock/use-seconds.ts"
import { StandingMark } from "../ui/StateMark.tsx"
import { Time } from "../ui/Time.tsx"
import { optionsOf } from "./answer.ts"
import { allowWords, type Asked, askedOf, headingOf, isWholeInRecord } from "./asked.ts"
import { QuestionForm } from "./QuestionForm.tsx"
import { answersOf } from "./questions.ts"
import styles from "./Request.module.css"
import { RequestActs } from "./RequestActs.tsx"
import { RequestBody } from "./RequestBody.tsx"
import type { RequestNow, Unfolded } from "./request-now.ts"
import { RequestNews } from "./RequestNews.tsx"
import { requestKey } from "./snooze.ts"
import { snoozeStore } from "./snooze-store.ts"
import { useAnswer } from "./use-answer.ts"
import { type DetailNow, useDetail } from "./use-detail.ts"
import { useWords } from "./use-words.ts"
import { Written } from "./Written.tsx"

/** Where a request is shown. */
export type RequestPlace = "dock" | "peek" | "inbox" | "phone"

/** What a request's view is given. */
export interface RequestViewProps {
  readonly session: string
  readonly request: PermissionRequest
  /** Name of the session or of its agent, as it is to be shown beside who asked. */
  readonly asker: string
  readonly place: RequestPlace
  /** Whether its keys count: of several that are shown one has them. */
  readonly hasKeys: boolean
  readonly isFocused?: boolean
  /** Called once it was answered or put off here. */
  readonly onDone?: () => void
}

/** Shows a request. */
export function RequestView(props: RequestViewProps) {
  const { session, request, asker, place, hasKeys, isFocused = false } = props
  const element = useRef<HTMLElement>(null)
  const now = useRequest(props)
  const { asked, answer, words } = now
  useEffect(() => {
    if (isFocused) element.current?.focus({ preventScroll: place === "dock" })
  }, [isFocused, place])
  useFocusBack(element, now.unfolded)
  const isSending = answer.state._tag === "Sending"
  return (
    <section
      ref={element}
      className={`${styles["request"]} ${styles[place]}`}
      aria-label={`${headingOf(request, asked)} ${asker}`}
      tabIndex={-1}
      data-when="request"
      data-session={session}
      data-request={request.id}
      data-autofocus={hasKeys && place === "dock" ? "" : undefined}
    >
      <Head request={request} asked={asked} asker={asker} />
      <div className={styles["inside"]}>
        <RequestBody asked={asked} isCut={now.detail.detail === undefined && request.subjectBytes !== undefined} />
        {request.questions === undefined ? null : (
          <QuestionForm
            id={requestKey(session, request.id)}
            questions={request.questions}
            picked={words.picked ?? {}}
            isDisabled={isSending}
            onChange={(picked) => now.say({ picked })}
          />
        )}
        <RequestNews now={now} session={session} />
        {isSending ? null : <RequestActs now={now} id={requestKey(session, request.id)} />}
      </div>
      {hasKeys && !isSending ? <RequestKeys now={now} session={session} /> : null}
    </section>
  )
}

/** What was unfolded had the focus: it goes back to the request. */
function useFocusBack(element: RefObject<HTMLElement | null>, unfolded: Unfolded): void {
  const before = useRef<Unfolded>(undefined)
  useEffect(() => {
    if (before.current !== undefined && unfolded === undefined) element.current?.focus({ preventScroll: true })
    before.current = unfolded
  }, [element, unfolded])
}

interface HeadProps {
  readonly request: PermissionRequest
  readonly asked: Asked
  readonly asker: string
}

function Head({ request, asked, asker }: HeadProps) {
  const { task, askedAt, expiresAt } = request
  return (
    <header className={styles["head"]}>
      <StandingMark standing="waits" />
      <h3 dir="auto">
        <Written text={headingOf(request, asked)} />
      </h3>
      <span className={styles["who"]} dir="auto">
        {asker}
        {task === undefined ? "" : ", in the background"}
      </span>
      <span className={styles["since"]}>
        {expiresAt === undefined ? null : <Expiry at={expiresAt} />}
        <Time at={askedAt} />
      </span>
    </header>
  )
}

/** When the time limit refuses it. */
function Expiry({ at }: { readonly at: number }) {
  const left = untilText(at, useSeconds(true).now)
  return left === "" ? null : <span>refused by itself in {left} · </span>
}

function useRequest({ session, request, onDone }: RequestViewProps): RequestNow {
  const detail = useDetail(session, request.id)
  const answer = useAnswer(session, request.id)
  const key = requestKey(session, request.id)
  const [words, say, forget] = useWords(key)
  const [unfolded, unfold] = useState<Unfolded>(undefined)
  const asked = useMemo(() => askedOf(request, detail.detail?.request), [request, detail.detail])
  const { allow, reject } = optionsOf(request.options)
  const { answers, missing } = answersOf(request.questions ?? [], words.picked ?? {})
  const lack = lackOf(request, detail, missing)
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
    say,
    unfold,
    allow: (more = {}) => {
      if (allow !== undefined && lack === undefined) send({ optionId: allow.id, ...withAnswers, ...more })
    },
    refuse: () => {
      const reason = words.reason?.trim() ?? ""
      if (reject !== undefined) send({ optionId: reject.id, ...(reason === "" ? {} : { message: reason }) })
    },
    choose: (optionId) => {
      const allows = request.options.find(({ id }) => id === optionId)?.kind.startsWith("allow") ?? false
      if (!allows || lack === undefined) send({ optionId, ...(allows ? withAnswers : {}) })
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

/** The keys of a request; they count with the focus on it, and in its pane outside of text. */
function RequestKeys({ now, session }: { readonly now: RequestNow; readonly session: string }) {
  const { request, asked, unfold, allow } = now
  const isTool = request.kind === "tool"
  const common = { when: "request", session } as const
  useCommands([
    { ...common, id: "request.allow", title: allowWords(asked), keys: ["y"], run: () => allow() },
    ...(isTool ? [{ ...common, id: "request.always", title: "Always allow…", keys: ["a"], run: () => unfold("rule") }] : []),
    { ...common, id: "request.refuse", title: "Refuse and say why", keys: ["n"], run: () => unfold("reason") },
    ...(request.editable === true
      ? [{ ...common, id: "request.edit", title: "Edit the command", keys: ["e"], run: () => unfold("edit") }]
      : []),
    { ...common, id: "request.snooze", title: "Not now", keys: ["s"], run: () => unfold("snooze") },
  ])
  return null
}
