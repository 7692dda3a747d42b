/**
 * One request with all that is asked and everything that answers it: the same in the dock, over a row, in the inbox and on the phone
 * (docs/protocol/app-rules.md, APP-40 to APP-46, APP-144).
 *
 * Invariant: what allows does nothing until all that is asked has been on the screen in this view (APP-144).
 */
import { useEffect, useId, useRef } from "react"
import type { PermissionRequest } from "@holdfast/protocol/agent/permission"
import { offerFocus, useFocusStays } from "../app/own-focus.ts"
import { receiveVisit } from "../app/visit.ts"
import { noteGone } from "../commands/asked-keys.ts"
import type { Command } from "../commands/command.ts"
import { useCommands } from "../commands/use-commands.ts"
import { untilText } from "../dock/hold-words.ts"
import { useSeconds } from "../dock/use-seconds.ts"
import { StandingMark } from "../ui/StateMark.tsx"
import { Time } from "../ui/Time.tsx"
import { allowWords, type Asked, headingOf } from "./asked.ts"
import { FocusStaysHere, useFocusBack } from "./focus-kept.ts"
import { QuestionForm } from "./QuestionForm.tsx"
import styles from "./Request.module.css"
import { RequestActs } from "./RequestActs.tsx"
import { RequestBody } from "./RequestBody.tsx"
import { choiceAt, pick } from "./questions.ts"
import type { RequestNow, Unfolded } from "./request-now.ts"
import { RequestNews } from "./RequestNews.tsx"
import { requestKey } from "./snooze.ts"
import { useArmed } from "./use-armed.ts"
import { useRequest } from "./use-request.ts"
import { Written } from "./Written.tsx"

const DIGITS = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const

/** Where a request is shown. */
export type RequestPlace = "dock" | "peek" | "inbox" | "phone"

/** What a request's view is given. */
export interface RequestViewProps {
  readonly session: string
  readonly request: PermissionRequest
  /** Name of the session or of its agent, as it is to be shown beside who asked. */
  readonly asker: string
  readonly place: RequestPlace
  /** Its place among those that are shown there, from 0: where it has moved, it is to be seen again before it is answered. */
  readonly at?: number
  /** The person has opened or chosen this one. */
  readonly isFocused?: boolean
  /** Called once it was answered or put off here. */
  readonly onDone?: () => void
}

/** Shows a request. */
export function RequestView(props: RequestViewProps) {
  const { session, request, asker, place, at = 0, isFocused = false } = props
  const element = useRef<HTMLElement>(null)
  const id = requestKey(session, request.id)
  const target = `${id} ${useId()}`
  const { isArmed, choosing } = useArmed(element, `${id} ${at}`)
  const now = useRequest(props, isArmed, element)
  const { asked, answer, words } = now
  useEffect(() => {
    if (isFocused) offerFocus(element.current, { preventScroll: place === "dock" })
  }, [isFocused, place])
  useEffect(() => {
    if (place === "dock" && at === 0) receiveVisit(session, element.current)
  }, [place, at, session])
  useFocusBack(element, now.unfolded !== undefined)
  useFocusStays(element)
  useEffect(() => () => noteGone(session), [session])
  const isSending = answer.state._tag === "Sending"
  return (
    <section
      ref={element}
      className={styles["request"]}
      aria-label={`${headingOf(request, asked)} ${asker}`}
      tabIndex={-1}
      data-when="request"
      data-session={session}
      data-request={request.id}
      data-target={target}
      data-neutral=""
      data-armed={isArmed ? "" : undefined}
      data-whole={now.seen.isWhole ? "" : undefined}
      data-autofocus={at === 0 && place === "dock" ? "" : undefined}
      {...choosing}
    >
      <Head request={request} asked={asked} asker={asker} />
      <div className={styles["inside"]}>
        <RequestBody asked={asked} isCut={now.detail.detail === undefined && request.subjectBytes !== undefined} />
        {request.questions === undefined ? null : (
          <QuestionForm
            id={id}
            questions={request.questions}
            picked={words.picked ?? {}}
            isDisabled={isSending}
            onChange={(picked) => now.say({ picked })}
          />
        )}
        <RequestNews now={now} session={session} />
        {isSending ? null : <RequestActs now={now} id={id} />}
      </div>
      {isSending ? null : <RequestKeys now={now} session={session} target={target} />}
      {isSending ? null : <FocusStaysHere element={element} />}
    </section>
  )
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
      <h3 dir="auto" data-read="">
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

interface RequestKeysProps {
  readonly now: RequestNow
  readonly session: string
  /** The view that they are for. */
  readonly target: string
}

/** The digits of the choices of questions: they pick, and send nothing. */
function choiceCommands({ request, words, say, unfolded }: RequestNow): ReadonlyArray<Omit<Command, "when">> {
  const questions = unfolded === undefined ? (request.questions ?? []) : []
  return DIGITS.flatMap((digit) => {
    const [question, label] = choiceAt(questions, digit) ?? []
    if (question === undefined || label === undefined) return []
    const run = (): void => say({ picked: pick(words.picked ?? {}, question, label) })
    return [{ id: `request.choose-${digit}`, title: "Pick the choice with that digit, 1 to 9", keys: [String(digit)], run }]
  })
}

/** The keys of a request; they count with the focus on it, and those of the first one in its pane outside of text. */
function RequestKeys({ now, session, target }: RequestKeysProps) {
  const { request, asked, unfold, allow, hasRules, isArmed, seen } = now
  const common = { when: "request", session, target } as const
  const unfolds = (what: Unfolded) => (): void => {
    if (isArmed) unfold(what)
  }
  useCommands([
    { ...common, id: "request.allow", title: seen.words ?? allowWords(asked), keys: ["y"], run: () => allow() },
    ...(hasRules ? [{ ...common, id: "request.always", title: "Always allow…", keys: ["a"], run: unfolds("rule") }] : []),
    { ...common, id: "request.refuse", title: "Refuse and say why", keys: ["n"], run: unfolds("reason") },
    ...(request.editable === true
      ? [{ ...common, id: "request.edit", title: "Edit the command", keys: ["e"], run: unfolds("edit") }]
      : []),
    { ...common, id: "request.snooze", title: "Not now", keys: ["s"], run: unfolds("snooze") },
    ...choiceCommands(now).map((command) => ({ ...common, ...command })),
  ])
  return null
}
