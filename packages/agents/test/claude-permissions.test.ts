import type { PermissionAsk } from "@holdfast/protocol/agent/permission"
import { describe, expect, it } from "vitest"
import { Permissions } from "../src/claude/permissions.ts"

describe("what Claude asks", () => {
  const asking = () => {
    const asked: Array<PermissionAsk> = []
    const permissions = new Permissions({ ask: (request) => void asked.push(request), withdraw: () => undefined })
    const context = { signal: new AbortController().signal, requestId: "r" }
    return { asked, permissions, context }
  }

  it("P-22 a command can be edited, and Claude runs what it was edited to, with the rest of its input", async () => {
    const { asked, permissions, context } = asking()
    const answer = permissions.ask("Bash", { command: "npm test", timeout: 5 }, context)
    expect(asked).toMatchObject([{ subject: "npm test", editable: true }])
    permissions.answer("r", { type: "answered", optionId: "allow", allow: true, subject: "npm test -- --run" })
    expect(await answer).toEqual({ behavior: "allow", updatedInput: { command: "npm test -- --run", timeout: 5 } })
  })

  it("P-22 an edit of a file, a search and a question cannot be edited", () => {
    for (const [tool, input] of [
      ["Write", { file_path: "/a", content: "x" }],
      ["Grep", { pattern: "x" }],
      ["AskUserQuestion", { questions: [{ question: "Which?", options: [] }] }],
    ] as const) {
      const { asked, permissions, context } = asking()
      void permissions.ask(tool, input, context)
      expect(asked[0]).not.toHaveProperty("editable")
    }
  })
})
