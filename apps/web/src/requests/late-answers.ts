/** Answers that came to nothing: another one was first, or the hub refused them. What was typed with them is kept until a person has seen it. */
import type { OutboxItem } from "@holdfast/client/outbox"
import type { AnswerPermission, PermissionDecision } from "@holdfast/protocol/agent/permission"
import { sentence } from "../app/sentence.ts"
import { Store } from "../ui/store.ts"
import { decisionWords, wordsOf } from "./answer.ts"
import { noteOpen } from "./answered.ts"
import { requestKey } from "./snooze.ts"

/** An answer that came to nothing. */
export interface LateAnswer {
  readonly key: string
  readonly session: string
  readonly told: string
  /** What was typed with it. */
  readonly words: string
  /** Its item in the outbox, which is kept until a person has put the answer away. */
  readonly item?: string
}

/** Those of this page, the last ones. */
export const lateAnswers = new Store<ReadonlyArray<LateAnswer>>([])

const LATE_MAX = 20

/** Shows one, in place of an earlier one to the same request. */
export function tellLate(late: LateAnswer): void {
  lateAnswers.set([...lateAnswers.get().filter(({ key }) => key !== late.key), late].slice(-LATE_MAX))
}

/** A person has put it away: then the outbox needs it no more. */
export function forgetLate(key: string, box: { readonly clear: (id: string) => Promise<unknown> } | undefined): void {
  const all = lateAnswers.get()
  const found = all.find((one) => one.key === key)
  if (found === undefined) return
  lateAnswers.set(all.filter((one) => one !== found))
  if (found.item !== undefined) void box?.clear(found.item)
}

/** Goes by the outbox: what failed is told, and what was cleared there, as by another tab, is told no more. */
export function followOutbox(items: ReadonlyArray<OutboxItem>): void {
  const failed = items.flatMap((item) => lateOf(item) ?? [])
  const known = lateAnswers.get()
  const kept = known.filter(({ item }) => item === undefined || failed.some((late) => late.item === item))
  const fresh = failed.filter(({ item }) => !known.some((late) => late.item === item))
  if (kept.length === known.length && fresh.length === 0) return
  for (const { id, session, input, error } of items)
    // What the hub refused is still open: who else answers it is news.
    if (error?.tag !== "PermissionSettled" && fresh.some(({ item }) => item === id)) noteOpen(session, String(input["requestId"]))
  const keys = new Set(fresh.map(({ key }) => key))
  lateAnswers.set([...kept.filter(({ key }) => !keys.has(key)), ...fresh].slice(-LATE_MAX))
}

/** What an error of an answer says: which one was first, or why it was refused. */
export function lateWords(tag: string, message: string, decision: PermissionDecision | undefined): string {
  if (tag !== "PermissionSettled") return `Your answer was refused: ${message}`
  return decision === undefined ? `Too late: ${sentence(message)}` : `Too late: ${decisionWords(decision)} first.`
}

/** What is told of an answer of the outbox that failed; `undefined` for anything else. */
export function lateOf({ id, operation, status, session, input, error }: OutboxItem): LateAnswer | undefined {
  if (operation !== "permissions.answer" || status !== "failed" || error === undefined) return undefined
  const decision = error.fields?.["decision"] as PermissionDecision | undefined
  return {
    key: requestKey(session, String(input["requestId"])),
    session,
    told: lateWords(error.tag, error.message, decision),
    words: wordsOf(input as unknown as AnswerPermission),
    item: id,
  }
}
