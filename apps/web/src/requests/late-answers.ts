/** Answers that came to nothing: another one was first, or the hub refused them. What was typed with them is kept until a person has seen it. */
import type { OutboxItem } from "@holdfast/client/outbox"
import type { AnswerPermission, PermissionDecision } from "@holdfast/protocol/agent/permission"
import { Store } from "../ui/store.ts"
import { decisionWords, wordsOf } from "./answer.ts"
import { requestKey } from "./snooze.ts"

/** An answer that came to nothing. */
export interface LateAnswer {
  readonly key: string
  readonly session: string
  readonly told: string
  /** What was typed with it. */
  readonly words: string
}

/** Those of this page, the last ones. */
export const lateAnswers = new Store<ReadonlyArray<LateAnswer>>([])

const LATE_MAX = 20

/** Shows one, in place of an earlier one to the same request. */
export function tellLate(late: LateAnswer): void {
  lateAnswers.set([...lateAnswers.get().filter(({ key }) => key !== late.key), late].slice(-LATE_MAX))
}

/** It was seen. */
export function forgetLate(key: string): void {
  const all = lateAnswers.get()
  if (all.some((one) => one.key === key)) lateAnswers.set(all.filter((one) => one.key !== key))
}

/** What an error of an answer says: which one was first, or why it was refused. */
export function lateWords(tag: string, message: string, decision: PermissionDecision | undefined): string {
  if (tag !== "PermissionSettled") return `Your answer was refused: ${message}`
  return decision === undefined ? `Too late: ${message}.` : `Too late: ${decisionWords(decision)} first.`
}

/** What is told of an answer of the outbox that failed; `undefined` for anything else. */
export function lateOf({ operation, status, session, input, error }: OutboxItem): LateAnswer | undefined {
  if (operation !== "permissions.answer" || status !== "failed" || error === undefined) return undefined
  const decision = error.fields?.["decision"] as PermissionDecision | undefined
  return {
    key: requestKey(session, String(input["requestId"])),
    session,
    told: lateWords(error.tag, error.message, decision),
    words: wordsOf(input as unknown as AnswerPermission),
  }
}
