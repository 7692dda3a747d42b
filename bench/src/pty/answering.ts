/**
 * A terminal that answers, as a user's does: programs ask it for its colours and for what it is, and wait for that.
 */

const QUESTIONS: ReadonlyArray<readonly [question: string, answer: string]> = [
  ["\u001b]10;?", "\u001b]10;rgb:dddd/dddd/dddd\u001b\\"],
  ["\u001b]11;?", "\u001b]11;rgb:1111/1111/1111\u001b\\"],
  ["\u001b[c", "\u001b[?62;22c"],
]

/** Makes a function that takes all output so far and returns the answers that are now due, each once and in order. */
export function makeAnswers(): (output: string) => string {
  let left = QUESTIONS
  return (output) => {
    const due = left.filter(([question]) => output.includes(question))
    left = left.filter((one) => !due.includes(one))
    return due.map(([, answer]) => answer).join("")
  }
}
