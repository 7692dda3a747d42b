/** Turns that complete without a word. */
import { describe, expect, it } from "vitest"
import type { Message } from "@holdfast/protocol/agent/message"
import { answered } from "../../src/agent/empty-answer.ts"

const turn = { id: "t", from: 3, startedAt: 7 }
const message = (...parts: Message["parts"]): Message => ({ id: "t", role: "assistant", parts, turn: "t", createdAt: 9 })
const notice = { type: "data-notice", data: { text: "The agent ended its turn without an answer." } }

describe("an answer", () => {
  it("M-8 (fault:N22) is reported missing if there is none, and left as it is otherwise", () => {
    const told = { name: "agent/data-notice", data: { data: notice.data }, turn: "t" }
    expect(answered(turn, undefined)).toEqual({ message: { ...message(notice), createdAt: 7 }, notices: [told] })
    const blank = message({ type: "step-start" }, { type: "text", text: " \n", state: "done" })
    expect(answered(turn, blank)).toEqual({ message: message(...blank.parts, notice), notices: [told] })
    for (const part of [
      { type: "text", text: "yes", state: "done" },
      { type: "dynamic-tool", toolCallId: "c", toolName: "x", state: "output-available" },
      { type: "data-compaction", data: { state: "done" } },
    ]) {
      const whole = message({ type: "step-start" }, part)
      expect(answered(turn, whole)).toEqual({ message: whole, notices: [] })
    }
  })
})
