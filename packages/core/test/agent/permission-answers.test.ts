/** Answers to questions with several choices: P-14. */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { answersProblem } from "../../src/agent/permission-answers.ts"

const problemOf = (labels: ReadonlyArray<string>, answer: string): string | undefined =>
  answersProblem([{ question: "Some?", choices: labels.map((label) => ({ label })), multiple: true }], { "Some?": answer })

describe("an answer of several choices", () => {
  it("P-14 is taken when it joins labels, whatever these have in them", () => {
    const labels = fc.uniqueArray(fc.string({ unit: fc.constantFrom("a", "b", ", ", ",", " "), minLength: 1 }), {
      minLength: 1,
      maxLength: 5,
    })
    const chosen = labels.chain((list) =>
      fc.tuple(fc.constant(list), fc.array(fc.constantFrom(...list), { minLength: 1, maxLength: 6 })),
    )
    fc.assert(
      fc.property(chosen, ([list, some]) => {
        const answer = some.join(", ")
        fc.pre(answer.trim() !== "")
        expect(problemOf(list, answer)).toBeUndefined()
        expect(problemOf(list, `${answer}, x`)).toContain("is answered by some of")
      }),
    )
  })

  it("P-14 is refused in a time that grows with its length, however many ways there are to read it", () => {
    const answer = `${Array.from({ length: 5000 }, () => "a").join(", ")}, x`
    const began = process.cpuUsage().user
    expect(problemOf(["a", "a, a", "a, a, a"], answer)).toContain("is answered by some of")
    expect(process.cpuUsage().user - began).toBeLessThan(1_000_000)
  })
})
