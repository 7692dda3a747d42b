/** What became of an answer, in words, as functions of data (docs/protocol/app-rules.md, APP-43, APP-44). */
import type {
  AnswerPermission,
  PermissionDecision,
  PermissionDetail,
  PermissionOption,
} from "@holdfast/protocol/agent/permission"

/** Words that a person typed with an answer: they are given back when the answer came too late. */
export function wordsOf({ message, subject, answers }: AnswerPermission): string {
  return [message, subject, ...Object.entries(answers ?? {}).map(([question, answer]) => `${question} ${answer}`)]
    .filter((text) => text !== undefined && text.trim() !== "")
    .join("\n")
}

/** Whether the decision that won says what this answer said: then nothing of it is lost, whosever it is. */
export function isSame(answer: AnswerPermission, { optionId, subject, message, answers }: PermissionDecision): boolean {
  const saysMore = wordsOf(answer) !== wordsOf({ optionId, ...given({ subject, message, answers }) })
  return optionId === answer.optionId && !saysMore
}

const given = <A extends object>(fields: A): { readonly [K in keyof A]?: Exclude<A[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never

/** What became of a request that is gone, in words; `undefined` while it is open. */
export function endWords({ decision, cancelled }: Pick<PermissionDetail, "decision" | "cancelled">): string | undefined {
  if (decision !== undefined) return decisionWords(decision)
  return cancelled === undefined ? undefined : `it ended without an answer: ${cancelled}`
}

/** Whether a decision has all of the words that were typed: then none of them was lost, whoever gave them. */
export function hasWords({ message, subject, answers }: PermissionDecision, words: string): boolean {
  const given = [message, subject, ...Object.values(answers ?? {})].filter((text) => text !== undefined)
  return words.split("\n").every((line) => given.some((text) => text.includes(line.trim())))
}

const AUTHORS: Readonly<Record<string, string>> = { rule: "A rule", "time limit": "The time limit" }

/** What was decided and by whom. */
export function decisionWords({ by, allow, answers, subject, message }: PermissionDecision): string {
  const who = AUTHORS[by] ?? by
  const did =
    answers !== undefined ? "answered" : allow ? (subject === undefined ? "allowed it" : "allowed it, edited") : "refused it"
  return message === undefined || message.trim() === "" ? `${who} ${did}` : `${who} ${did}: “${message}”`
}

/** The options of a request by what they are for; what the agent would remember by itself comes after. */
export interface Options {
  readonly allow: PermissionOption | undefined
  readonly reject: PermissionOption | undefined
  readonly others: ReadonlyArray<PermissionOption>
}

/** Sorts options. */
export function optionsOf(options: ReadonlyArray<PermissionOption>): Options {
  const allow = options.find(({ kind }) => kind === "allow_once") ?? options.find(({ kind }) => kind === "allow_always")
  const reject = options.find(({ kind }) => kind === "reject_once") ?? options.find(({ kind }) => kind === "reject_always")
  return { allow, reject, others: options.filter((option) => option !== allow && option !== reject) }
}
