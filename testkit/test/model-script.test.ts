import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { replyTo, said, typed, type Turn } from "../src/model/reply.ts"
import { parseScript, plan } from "../src/model/script.ts"

const user = (text: string): Turn => ({ role: "user", text, results: [] })
const result = (text: string): Turn => ({ role: "user", text: "", results: [text] })

describe("scripts for models", () => {
  it("read directives in order and echo text without any", () => {
    expect(parseScript("please [[think a b]] and [[say c]]")).toEqual([
      { op: "think", rest: "a b" },
      { op: "say", rest: "c" },
    ])
    expect(parseScript("hello")).toEqual([{ op: "say", rest: "Echo: hello" }])
  })

  it("keep brackets that belong to commands and to JSON", () => {
    expect(parseScript("[[bash [[ -f a ]] && echo yes]][[say z]]")).toEqual([
      { op: "bash", rest: "[[ -f a ]] && echo yes" },
      { op: "say", rest: "z" },
    ])
    const tool = '[[tool Task {"list":[1,[2]],"prompt":"[[say inner]]"}]][[say outer]]'
    expect(plan(parseScript(tool), [])).toMatchObject([
      [{ kind: "tool", name: "Task", input: { list: [1, [2]], prompt: "[[say inner]]" } }],
      [{ kind: "text" }],
    ])
  })

  it("name shell and file tools as the agent does", () => {
    const of = (tools: ReadonlyArray<string>) => plan(parseScript("[[bash ls]][[write a.txt some words]]"), tools).flat()
    expect(of(["Bash", "Write"])).toMatchObject([
      { name: "Bash", input: { command: "ls" } },
      { name: "Write", input: { file_path: "a.txt" } },
    ])
    expect(of(["exec_command"])).toMatchObject([{ name: "exec_command", input: { cmd: "ls" } }, { name: "Write" }])
    expect(of(["bash", "write"])[1]).toMatchObject({ name: "write", input: { filePath: "a.txt", content: "some words" } })
  })

  it("continue after each result of a tool, and start over with new text", () => {
    const script = user("[[bash one]][[bash two]][[say end]]")
    const at = (turns: ReadonlyArray<Turn>) => replyTo({ turns, tools: ["Bash"] })
    expect(at([script]).blocks).toMatchObject([{ kind: "tool", input: { command: "one" } }])
    expect(at([script, result("1")])).toMatchObject({ step: 1, blocks: [{ kind: "text" }, { input: { command: "two" } }] })
    expect(said(at([script, result("1"), result("2")]).blocks, "text")).toBe("Tool said: 2 end")
    expect(at([script, result("1"), user("[[say new]]")]).step).toBe(0)
    // A result and new text in one message: the text was typed after an interrupt.
    expect(said(at([script, { role: "user", text: "[[say new]]", results: ["stopped"] }]).blocks, "text")).toBe("new")
  })

  it("leave out what agents put around what was typed", () => {
    expect(typed("<system-reminder>\nx\n</system-reminder>\n[Request interrupted by user for tool use]\n hello ")).toBe("hello")
  })

  it("never fail, whatever the text", () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom("[[", "]]", "[[tool X {", "[[slow ", "[[say ", "[[error ", "}]]", "]", "["),
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const blocks = plan(parseScript(parts.join("")), ["Bash"]).flat()
        for (const block of blocks) expect(JSON.stringify(block)).toBeTypeOf("string")
      }),
    )
  })
})
