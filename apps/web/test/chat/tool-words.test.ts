import { diffArrays } from "diff"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { ToolPart } from "@holdfast/client/model"
import { changesOf, countsOf, diffOf } from "../../src/panes/chat/rows/changes.ts"
import { lineEdits } from "../../src/panes/chat/rows/line-edits.ts"
import { groupWords, toolWords } from "../../src/panes/chat/rows/tool-words.ts"

const CWD = "/home/me/src"

function call(toolName: string, input: unknown, output?: unknown, more: Partial<ToolPart> = {}): ToolPart {
  return {
    type: "dynamic-tool",
    toolName,
    toolCallId: `${toolName}-1`,
    state: output === undefined ? "input-available" : "output-available",
    input: input as ToolPart["input"] & {},
    ...(output === undefined ? {} : { output: output as ToolPart["output"] & {} }),
    ...more,
  } as ToolPart
}

const line = (part: ToolPart): string => {
  const { verb, target, result, isRunning } = toolWords(part, CWD)
  return [verb, target, isRunning ? "running" : result].filter((word) => word !== "").join(" | ")
}

describe("a tool call as a line", () => {
  it.each([
    ["Read | a/b.ts | 3 lines", call("Read", { file_path: `${CWD}/a/b.ts` }, "     1\u2192a\n     2\u2192b\n     3\u2192c")],
    ["Read | a.ts:10–29 | 1 line", call("Read", { file_path: `${CWD}/a.ts`, offset: 10, limit: 20 }, "x")],
    ["Read | /etc/hosts | running", call("Read", { file_path: "/etc/hosts" })],
    ["Edit | a.ts | +1 −1", call("Edit", { file_path: `${CWD}/a.ts`, old_string: "a\n", new_string: "b\n" }, "done")],
    ["Edit | a.ts | +2 −1", call("MultiEdit", { file_path: "a.ts", edits: [{ old_string: "a", new_string: "b\nc" }] }, "done")],
    ["Write | n.txt | +2 −0", call("write", { path: "n.txt", content: "a\nb\n" }, { bytes: 4 })],
    [
      "Edit | 2 files | +2 −1",
      call(
        "edit",
        {},
        {
          changes: [
            { path: "a", oldText: "x", newText: "y" },
            { path: "b", oldText: "", newText: "z" },
          ],
        },
      ),
    ],
    ["Run | npm test | 2 lines", call("Bash", { command: "npm test" }, "a\nb")],
    ["Run | false | exit 1", call("bash", { command: "false" }, { output: "", exitCode: 1 })],
    ["Run | true | no output", call("bash", { command: "true" }, { output: "", exitCode: 0 })],
    ["Run | npm run dev | in the background", call("bash", { command: "npm run dev", background: true }, { task: "t1" })],
    [
      "Run | ls -l | 1 line",
      call("shell", { command: ["ls", "-l"] }, { formatted_output: "x", output: "x" }, { toolMetadata: { kind: "execute" } }),
    ],
    [
      "Search | fold in packages | 14 hits",
      call("Grep", { pattern: "fold", path: `${CWD}/packages` }, Array(14).fill("x").join("\n")),
    ],
    ["Search | *.ts | 3 files", call("Glob", { pattern: "*.ts" }, "Found 3 files\na\nb\nc")],
    ["Search | x | nothing", call("Grep", { pattern: "x" }, "No matches found")],
    ["Search | weather | 4 bytes", call("WebSearch", { query: "weather" }, "rain")],
    ["Fetch | example.org/a | 1.5 KB", call("WebFetch", { url: "https://example.org/a" }, "x".repeat(1500))],
    [
      "Agent | Explore: find rules | done",
      call("Task", { subagent_type: "Explore", description: "find rules", prompt: "long" }, "found"),
    ],
    ["Use | github · search query", call("mcp__github__search", { query: "query" }, "x")],
    ["Use | widget | failed", call("widget", {}, undefined, { state: "output-error", errorText: "no" })],
    ["Run | rm x | refused", call("bash", { command: "rm x" }, undefined, { state: "output-denied" })],
    ["Run | rm x | waits for you", call("bash", { command: "rm x" }, undefined, { state: "approval-requested" })],
    ["Read | src/x | 1 line", call("other", {}, "y", { title: "src/x", toolMetadata: { kind: "read" } })],
  ])("APP-33 says %s", (words, part) => {
    expect(line(part)).toBe(words)
  })

  it("APP-33 makes one line of like calls in a row", () => {
    const read = (path: string): ToolPart => call("Read", { file_path: path }, "x")
    expect(groupWords([read("a/x.ts"), read("a/y.ts"), read("b/z.ts")], CWD)).toMatchObject({
      verb: "Read",
      target: "3 files in a, b",
      result: "",
    })
    expect(groupWords([read("a/x.ts"), read("a/x.ts")], CWD).target).toBe("a/x.ts, 2 parts")
    const failed = call("Read", { file_path: "c" }, undefined, { state: "output-error", errorText: "no such file" })
    expect(groupWords([read("a"), failed], CWD)).toMatchObject({ result: "1 failed", tone: "fail" })
  })

  it("APP-33 shows a target on one line, whatever it holds", () => {
    const { target } = toolWords(call("bash", { command: `a\n\tb ${"x".repeat(10_000)}` }, "y"), CWD)
    expect(target).not.toMatch(/[\n\t]/)
    expect(target.length).toBeLessThanOrEqual(400)
  })

  it("APP-33 takes inputs and outputs of any shape", () => {
    for (const name of ["Read", "Edit", "Bash", "Grep", "Task", "TodoWrite", "WebFetch", "AskUserQuestion", "ls", "x"]) {
      for (const value of [null, 1, "text", [], [1, "a", { b: 2 }], { path: 5, command: {}, edits: "x", changes: [null] }]) {
        expect(() => toolWords(call(name, value, value), CWD)).not.toThrow()
      }
    }
  })
})

describe("the diff of a change", () => {
  it("APP-33 has the lines with their signs, and numbers where the whole file is known", () => {
    const [change] = changesOf(call("edit", {}, { changes: [{ path: "a", oldText: "1\n2\n3\n", newText: "1\n2b\n3\n" }] }), CWD)
    expect(diffOf(change!)).toEqual([
      { sign: " ", text: "1", before: 1, after: 1 },
      { sign: "-", text: "2", before: 2 },
      { sign: "+", text: "2b", after: 2 },
      { sign: " ", text: "3", before: 3, after: 3 },
    ])
  })

  it("APP-33 reads a diff that came as text", () => {
    const patch = "--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new\n same"
    const changes = changesOf(call("edit", { changes: { "a.ts": { type: "update", unified_diff: patch } } }), CWD)
    expect(changes.map(({ path }) => path)).toEqual(["a.ts"])
    expect(countsOf(changes)).toEqual({ added: 1, removed: 1 })
  })
})

describe("the lines that differ", () => {
  it("APP-33 make both texts again, and only as many as there have to be", () => {
    const lines = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 14 })
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const edits = lineEdits(before, after)
        expect(edits.flatMap(({ sign, text }) => (sign === "+" ? [] : [text]))).toEqual(before)
        expect(edits.flatMap(({ sign, text }) => (sign === "-" ? [] : [text]))).toEqual(after)
        const judged = diffArrays(before, after).flatMap(({ added, removed, value }) => (added || removed ? value : []))
        expect(edits.filter(({ sign }) => sign !== " ")).toHaveLength(judged.length)
      }),
      { numRuns: 300 },
    )
  })
})
