/**
 * What an outbox does next, as functions of its items and the time (docs/protocol/rules.md, C-52 to C-56).
 *
 * Items of one session make a lane, in which one is on its way at a time; lanes do not wait for each other.
 */
import { HoldfastError, isTransient, isUnreachable } from "../errors.ts"
import { backoffDelay } from "../timers.ts"
import { createOf, isOpen, later, offlineId, sessionOf } from "./item.ts"
import type { Items, OutboxFailure, OutboxItem } from "./item.ts"

/** Most items in a box that are not completed. */
export const OUTBOX_MAX = 1000

/** Most tries of an item that the hub answers with an error that may pass. */
const TRIES_MAX = 5

/** Waits between the tries of one item. */
const TRY_AGAIN = { first: 2000, most: 60_000 }

/** Completed items that are kept, so that other tabs learn the answers; of creates more, because items may refer to their sessions. */
const KEPT = { all: 200, creates: 1000 }

/** Lanes that are served at once. */
const LANES = 4

/** What to do now, and when to look again if nothing else happens. */
export interface Plan {
  /** To be sent now, the most urgent first. */
  readonly send: ReadonlyArray<OutboxItem>
  /** Items in the state that they have come to by themselves: expired, or without a session. */
  readonly settle: ReadonlyArray<OutboxItem>
  /** Epoch milliseconds. */
  readonly next: number | undefined
  /** Whether anything is still to be done. */
  readonly open: boolean
}

/** Decides what comes next. `busy` are the items on their way; nothing else is sent of their sessions. */
export function plan(items: Items, busy: ReadonlySet<string>, now: number): Plan {
  const settle: Array<OutboxItem> = []
  const lanes = new Map<string, { readonly head: OutboxItem; readonly priority: number }>()
  const failedInputs = new Map<string, number>()
  let next = Infinity
  for (const item of ordered(items)) {
    const lane = sessionOf(items, item.session)
    if (item.operation === "terminal.input" && item.status === "failed") failedInputs.set(lane, item.error?.at ?? 0)
    if (!isOpen(item)) continue
    const failure = busy.has(item.id) ? undefined : failureOf(items, item, failedInputs.get(lane), now)
    if (failure !== undefined) {
      settle.push(later(item, { status: "failed", error: failure }))
      if (item.operation === "terminal.input") failedInputs.set(lane, now)
      continue
    }
    if (item.expiresAt !== undefined && !busy.has(item.id)) next = Math.min(next, item.expiresAt)
    const before = lanes.get(lane)
    const priority = Math.max(item.priority, before?.priority ?? -Infinity)
    lanes.set(lane, { head: before?.head ?? item, priority })
  }
  const ready: Array<{ readonly head: OutboxItem; readonly priority: number }> = []
  for (const one of lanes.values()) {
    const { head } = one
    if (busy.has(head.id) || (createOf(head.session) !== undefined && isWaiting(items, head))) continue
    if (mustWait(head, now)) next = Math.min(next, head.notBefore ?? next)
    else ready.push(one)
  }
  ready.sort((a, b) => b.priority - a.priority || a.head.order - b.head.order)
  const send = ready.slice(0, Math.max(0, LANES - busy.size)).map(({ head }) => head)
  return { send, settle, next: next === Infinity ? undefined : next, open: lanes.size > 0 || settle.length > 0 }
}

/** All items in the order in which they were put into the box. */
export function ordered(items: Items): ReadonlyArray<OutboxItem> {
  return [...items.values()].sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1))
}

/** It is to wait before it is tried again. A clock that was set back since it failed says nothing of how long. */
const mustWait = ({ notBefore, error }: OutboxItem, now: number): boolean =>
  notBefore !== undefined && notBefore > now && (error?.at ?? now) <= now

/** Its time is over, or nothing is known of it: the clock was set back by more than it had. */
const isExpired = ({ at, expiresAt }: OutboxItem, now: number): boolean =>
  expiresAt !== undefined && (expiresAt <= now || now < 2 * at - expiresAt)

/** An item of a session whose create is still to be sent. */
const isWaiting = (items: Items, item: OutboxItem): boolean =>
  item.session !== offlineId(item.id) && sessionOf(items, item.session) === item.session

function failureOf(items: Items, item: OutboxItem, failedInput: number | undefined, now: number): OutboxFailure | undefined {
  const failed = (tag: string, message: string): OutboxFailure => ({ tag, message, at: now })
  if (isExpired(item, now)) {
    const whether = "no answer had come: look whether it was carried out before you retry"
    return failed("Expired", `the time limit passed and ${item.sent ? whether : "it had not been sent"}`)
  }
  const create = createOf(item.session)
  if (create !== undefined && isWaiting(items, item)) {
    const made = items.get(create)
    if (made === undefined || !isOpen(made))
      return failed("SessionNotCreated", `the session was not created: ${made?.error?.message ?? "its create was cancelled"}`)
  }
  if (item.operation === "terminal.input" && failedInput !== undefined && failedInput >= item.at && !item.sent)
    return failed("InputSkipped", "what was typed before it failed, so it was not typed either")
  return undefined
}

/** What a failed try comes to. */
export type Verdict =
  /** There is no hub to answer: no try. */
  | "away"
  /** The hub refuses this client: everything waits until a person acts. */
  | "refused"
  /** The item in its next state: to be tried again, failed, or completed after all. */
  | OutboxItem

/** Judges the error that a try of an item ended with. `again`: it had been sent before this try. */
export function judge(item: OutboxItem, again: boolean, error: HoldfastError, now: number, random: number): Verdict {
  const { tag, message, fields, status } = error
  if (tag === "Unauthorized" || tag === "Forbidden" || tag === "ProtocolMismatch") return "refused"
  // A page that someone else puts in front of the hub, such as a hotel's or a sign-in, answers in its place or leads away.
  const isGone = (isUnreachable(error) && tag !== "TimedOut") || tag === "Closed" || tag === "ProtocolBroken"
  if (isGone || (tag === "HttpError" && (status ?? 0) < 400)) return "away"
  if (tag === "PermissionSettled" && again && isSameAnswer(item, fields["decision"]))
    return later(item, { status: "completed", input: {}, answer: fields["decision"] })
  const failure = { tag, message, at: now, fields }
  const tries = item.tries + 1
  if (!isTransient(error) || tries >= TRIES_MAX) return later(item, { status: "failed", tries, error: failure })
  const asked = Number(fields["retryAfter"] ?? 0) * 1000
  const notBefore = now + Math.max(asked, backoffDelay(TRY_AGAIN, tries, random))
  return later(item, { status: "pending", tries, notBefore, error: failure })
}

/** Whether the answer that won is this one, whose own answer was lost. */
const isSameAnswer = (item: OutboxItem, decision: unknown): boolean =>
  typeof decision === "object" && decision !== null && "optionId" in decision && decision.optionId === item.input["optionId"]

/** Completed items that need not be kept any longer. */
export function outdated(items: Items): ReadonlyArray<OutboxItem> {
  const completed = ordered(items).filter(({ status }) => status === "completed")
  const creates = completed.filter(({ operation }) => operation === "sessions.create")
  const others = completed.filter(({ operation }) => operation !== "sessions.create")
  return [...others.slice(0, -KEPT.all), ...creates.slice(0, -KEPT.creates)]
}

/** An error of a call as an item keeps it, and back. */
export function errorOf(failure: OutboxFailure): HoldfastError {
  return new HoldfastError(failure.tag, failure.message, failure.fields)
}
