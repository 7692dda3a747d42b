/** Output that only answers a resize: a program that is told its new size draws its screen again (docs/protocol/rules.md, T-60). */

/** How long after a resize output counts as its answer, in milliseconds. */
const ANSWERS_FOR = 1000

/** Whether output of this time answers a resize of that time. A clock that was set back in between counts as no answer. */
export function answersResize(resizedAt: number | undefined, time: number): boolean {
  return resizedAt !== undefined && time >= resizedAt && time - resizedAt < ANSWERS_FOR
}
