import { describe, expect, it } from "vitest"
import type { Message } from "@holdfast/protocol/agent/message"
import { search } from "../../src/panes/chat/find/search.ts"
import { codeSpan, messageMarkdown } from "../../src/panes/chat/transcript/message-markdown.ts"

const call = {
  type: "dynamic-tool",
  toolName: "Bash",
  toolCallId: "1",
  state: "output-available",
  input: { command: "npm test" },
  output: "all GREEN",
}

const messages = [
  { id: "a", role: "user", parts: [{ type: "text", text: "Please Fold it" }], createdAt: 1 },
  {
    id: "t",
    role: "assistant",
    parts: [{ type: "text", text: "I fold.", state: "done" }, call, { type: "step-start" }],
    createdAt: 2,
  },
] as unknown as ReadonlyArray<Message>

describe("finding in a transcript", () => {
  it("APP-39 finds words in what was said, asked and given back, whatever their case", () => {
    expect(search(messages, "fold", "")).toEqual([
      { message: "a", part: 0 },
      { message: "t", part: 0 },
    ])
    expect(search(messages, "green", "")).toEqual([{ message: "t", part: 1 }])
    expect(search(messages, "NPM TEST", "")).toEqual([{ message: "t", part: 1 }])
    expect(search(messages, "  ", "")).toEqual([])
  })
})

describe("a message as Markdown", () => {
  it("APP-39 has its words as they are, and each call as a line", () => {
    expect(messageMarkdown(messages[1]!, "")).toBe("I fold.\n\n- Run `npm test` (1 line)")
  })

  it("APP-39 puts code with backticks between more of them", () => {
    expect([codeSpan("a"), codeSpan("a`b")]).toEqual(["`a`", "`` a`b ``"])
  })
})
