/** Answers to questions, as they are picked and typed (docs/protocol/rules.md, P-14), as functions of data. */
import type { Question } from "@holdfast/protocol/agent/permission"

/** What was picked and typed for one question. */
export interface Picked {
  readonly choices: ReadonlyArray<string>
  readonly other: string
}

/** What was picked, by question. */
export type PickedAnswers = Readonly<Record<string, Picked>>

const NOTHING: Picked = { choices: [], other: "" }

/** What was picked for a question. */
export function pickedFor(picked: PickedAnswers, { question }: Question): Picked {
  return picked[question] ?? NOTHING
}

/** Picks a choice, or takes it back; of a question with one answer it replaces what was there. */
export function pick(picked: PickedAnswers, question: Question, label: string): PickedAnswers {
  const { choices, other } = pickedFor(picked, question)
  const isPicked = choices.includes(label)
  const next: Picked =
    question.multiple === true
      ? { choices: isPicked ? choices.filter((one) => one !== label) : [...choices, label], other }
      : { choices: [label], other: "" }
  return { ...picked, [question.question]: next }
}

/** Types an answer of one's own; where there is one answer it replaces the choice. */
export function type(picked: PickedAnswers, question: Question, other: string): PickedAnswers {
  const { choices } = pickedFor(picked, question)
  const kept = question.multiple === true || other === "" ? choices : []
  return { ...picked, [question.question]: { choices: kept, other } }
}

/** A choice by its digit: those of all questions are counted in their order, up to nine. */
export function choiceAt(questions: ReadonlyArray<Question>, digit: number): readonly [Question, label: string] | undefined {
  const all = questions.flatMap((question) => question.choices.map(({ label }) => [question, label] as const))
  return digit > 9 ? undefined : all[digit - 1]
}

/** The digit of the first choice of a question. */
export function firstDigit(questions: ReadonlyArray<Question>, index: number): number {
  return 1 + questions.slice(0, index).reduce((count, { choices }) => count + choices.length, 0)
}

/** The answer to one question: its choices in their order, then what was typed; empty while there is none. */
export function answerTo(question: Question, picked: PickedAnswers): string {
  const { choices, other } = pickedFor(picked, question)
  const inOrder = question.choices.map(({ label }) => label).filter((label) => choices.includes(label))
  return [...inOrder, ...(other.trim() === "" ? [] : [other.trim()])].join(", ")
}

/** All answers, and which questions have none. */
export function answersOf(
  questions: ReadonlyArray<Question>,
  picked: PickedAnswers,
): { readonly answers: Readonly<Record<string, string>>; readonly missing: ReadonlyArray<string> } {
  const all = questions.map((question) => [question.question, answerTo(question, picked)] as const)
  return { answers: Object.fromEntries(all), missing: all.flatMap(([question, answer]) => (answer === "" ? [question] : [])) }
}
