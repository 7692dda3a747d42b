import { expect, it } from "vitest"
import { makeAnswers } from "../src/pty/answering.ts"

it("answers the questions for colours and for what the terminal is, once each and however they are cut", () => {
  const answers = makeAnswers()
  const asked = "prompt \u001b]10;?\u001b\\\u001b]11;?\u001b\\\u001b[c"
  let all = ""
  for (let end = 1; end <= asked.length; end++) all += answers(asked.slice(0, end))
  expect(all).toBe("\u001b]10;rgb:dddd/dddd/dddd\u001b\\\u001b]11;rgb:1111/1111/1111\u001b\\\u001b[?62;22c")
  expect(answers(asked)).toBe("")
})
