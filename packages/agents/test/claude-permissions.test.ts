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

  it("APP-40 what runs is the subject, in whatever shape it comes, and never what is said of it", () => {
    for (const [input, subject] of [
      [{ command: ["rm", "-rf", "/"], description: "List files" }, "rm -rf /"],
      [{ command: ["bash", "-lc", "rm x"], description: "List files" }, "rm x"],
      [{ cmd: "rm -rf ~", url: "https://example.org" }, "rm -rf ~"],
      [{ command: { run: "rm" }, description: "List files" }, '{"run":"rm"}'],
      [{ command: ["rm", 1], path: "/a" }, '["rm",1]'],
      [{ description: "List files" }, "List files"],
    ] as const) {
      const { asked, permissions, context } = asking()
      void permissions.ask("mcp__run", input, context)
      expect(asked).toMatchObject([{ subject }])
      expect(asked[0]).not.toHaveProperty("editable")
    }
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
