/** Answers to an agent's questions: each question has one, and it is one that can be given (docs/protocol/rules.md, P-14). */
import type { Question } from "@holdfast/protocol/agent/permission"

type Answers = Readonly<Record<string, string>>

/** Whether a text is some of the labels, joined by `, `; a label may have a `, ` in it. */
function isJoined(text: string, labels: ReadonlyArray<string>): boolean {
  const starts = new Set([0])
  for (const start of starts) {
    for (const label of labels) {
      if (label === "" || !text.startsWith(label, start)) continue
      const end = start + label.length
      if (end === text.length) return true
      if (text.startsWith(", ", end)) starts.add(end + 2)
    }
  }
  return false
}

function problemOf({ question, choices, multiple, free }: Question, answer: string | undefined): string | undefined {
  if (answer === undefined || answer.trim() === "") return `${JSON.stringify(question)} has no answer`
  const labels = choices.map(({ label }) => label)
  if (free === true || labels.length === 0 || labels.includes(answer)) return undefined
  if (multiple === true && isJoined(answer, labels)) return undefined
  return `${JSON.stringify(question)} is answered by ${multiple === true ? "some" : "one"} of ${labels.map((label) => JSON.stringify(label)).join(", ")}`
}

/** What is wrong with the answers to questions, in words; undefined when nothing is. */
export function answersProblem(questions: ReadonlyArray<Question>, answers: Answers | undefined): string | undefined {
  const given = answers ?? {}
  const problems = questions.flatMap((question) => problemOf(question, ownValue(given, question.question)) ?? [])
  const unknown = Object.keys(given).filter((name) => !questions.some(({ question }) => question === name))
  const strays = unknown.map((name) => `${JSON.stringify(name)} is not one of the questions`)
  const all = [...problems, ...strays]
  return all.length === 0 ? undefined : all.join("; ")
}

const ownValue = (answers: Answers, name: string): string | undefined =>
  Object.hasOwn(answers, name) ? answers[name] : undefined
