import type { Json } from "@holdfast/protocol/agent/chunk"
import type { PermissionAsk, PermissionRequest } from "@holdfast/protocol/agent/permission"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { allowWords, type Asked, askedOf, headingOf, isWholeInRecord, textsOf } from "../../src/requests/asked.ts"

const request = (more: Partial<PermissionRequest> = {}): PermissionRequest => ({
  id: "r",
  kind: "tool",
  tool: "Tool",
  title: "Tool",
  subject: "",
  options: [],
  inputBytes: 1,
  seq: 1,
  askedAt: 1,
  ...more,
})

/** What is shown of an input once it has been read. */
function shownOf(input: Json, more: Partial<PermissionRequest> = {}): Asked {
  const { id, kind, tool, title, subject, options } = request(more)
  return askedOf(request(more), { id, kind, tool, title, subject, options, input } satisfies PermissionAsk)
}

/** The values in an input that are no lists and have no names, as texts; `null` and a text without characters say nothing. */
function leavesOf(value: unknown): ReadonlyArray<string> {
  if (value === null || value === "") return []
  if (typeof value !== "object") return [String(value)]
  return (Array.isArray(value) ? value : Object.values(value as object)).flatMap(leavesOf)
}

/** The leaves that no text has, neither as they are nor as JSON writes them. */
function hiddenIn(input: Json, asked: Asked): ReadonlyArray<string> {
  const texts = textsOf(asked)
  const isShown = (leaf: string): boolean =>
    texts.some((text) => text.includes(leaf) || text.includes(JSON.stringify(leaf).slice(1, -1)))
  return leavesOf(input).filter((leaf) => !isShown(leaf))
}

const HOSTILE: ReadonlyArray<readonly [what: string, input: Json, more?: Partial<PermissionRequest>]> = [
  [
    "a program as words, and a kind description",
    { command: ["rm", "-rf", "/"], description: "List files" },
    { subject: "List files" },
  ],
  ["a command that another field covers", { cmd: "rm -rf ~", url: "https://example.org" }, { subject: "https://example.org" }],
  ["two commands", { command: "ls", cmd: "rm -r /data" }, { subject: "ls" }],
  ["a command in another shape", { command: { run: "rm" }, path: "/a" }, { subject: "/a" }],
  ["a line for a shell, with a quote", { command: ["bash", "-lc", "echo 'it'"], workdir: "/etc" }, { subject: "echo 'it'" }],
  [
    "an edit and a deletion",
    {
      changes: [
        { path: "/a", content: "x" },
        { path: "/b", kind: "delete" },
      ],
    },
    { subject: "/a" },
  ],
  ["a change without names", { changes: [{ path: "/a", content: "x" }, "rm /b"] }, { subject: "/a" }],
  ["changes by path", { changes: { "/a": { type: "delete", reason: "old one" } } }, { subject: "/a" }],
  ["two paths", { file_path: "README", path: "/etc/x", content: "root" }, { subject: "README" }],
  ["a content beside an edit", { path: "/a", old_string: "1", new_string: "2", content: "all of it" }, { subject: "/a" }],
  ["a text to replace beside a content", { path: "/a", old_string: "before", content: "after" }, { subject: "/a" }],
  [
    "edits with a path and a switch of their own",
    { file_path: "/a", edits: [{ file_path: "/etc/b", old_string: "1", new_string: "2", replace_all: true }] },
    { subject: "/a" },
  ],
  [
    "edits and changes",
    { path: "/a", edits: [{ newText: "e" }], changes: [{ path: "/c", newText: "c" }], content: "top" },
    { subject: "/a" },
  ],
  ["a cell that goes", { notebook_path: "/n", new_source: "", cell_id: "c7", edit_mode: "delete" }, { subject: "/n" }],
  ["a plan with more", { plan: "1. Go", launch: "rockets" }, { kind: "plan" }],
  ["a plan in another shape", { plan: ["1. Go"], mode: "all" }, { kind: "plan", subject: "the plan" }],
  [
    "a question with more",
    { questions: [{ question: "Which?", options: [{ label: "A", command: "rm" }] }], after: "deploy" },
    { kind: "question", questions: [{ question: "Which?", choices: [{ label: "A" }] }] },
  ],
  ["a list", ["rm", { of: "all" }]],
  ["a text", "rm -rf /", { subject: "List files" }],
]

describe("all of what is asked", () => {
  it.for(HOSTILE)("APP-40 hides nothing of %s", ([, input, more]) => {
    const asked = shownOf(input, more)
    expect(hiddenIn(input, asked)).toEqual([])
    const subject = more?.subject ?? ""
    expect(textsOf(asked).some((text) => text.includes(subject))).toBe(true)
  })

  it("APP-40 shows the command itself, not what is said of it, and what else could be one beside it", () => {
    expect(shownOf({ command: ["rm", "-rf", "/"], description: "List files" }, { subject: "List files" })).toMatchObject({
      kind: "command",
      command: "rm -rf /",
    })
    expect(shownOf({ command: "ls", cmd: "rm" }, { subject: "ls" })).toEqual({
      kind: "command",
      command: "ls",
      rest: [{ name: "cmd", text: "rm" }],
    })
    expect(shownOf({ cmd: "rm", url: "u" }, { subject: "u" })).toMatchObject({ kind: "command", command: "rm" })
    expect(shownOf({ command: ["bash", "-lc", "ls -l"] }, { subject: "ls -l" })).toMatchObject({ command: "ls -l" })
    expect(shownOf({ command: ["echo", "it's"] })).toMatchObject({ command: `echo 'it'\\''s'` })
  })

  it("APP-40 shows a change of another kind as it was sent, and what else an edit says, with the path of its own", () => {
    const mixed = shownOf({
      changes: [
        { path: "/a", content: "x" },
        { path: "/b", kind: "delete" },
      ],
    })
    expect(mixed).toMatchObject({ kind: "edits", edits: [{ path: "/a" }], others: 1 })
    expect(mixed.rest.map(({ name }) => name)).toEqual(["changes[1]"])
    expect([headingOf(request(), mixed), allowWords(mixed)]).toEqual(["Make 2 changes?", "Make the changes"])
    const own = shownOf({ file_path: "/a", edits: [{ file_path: "/b", old_string: "1", new_string: "2", replace_all: true }] })
    expect(own).toMatchObject({
      edits: [{ path: "/b", more: [{ name: "replace_all", text: "true" }] }],
      rest: [{ name: "file_path", text: "/a" }],
    })
  })

  it("APP-40 hides no value of an input of any shape", () => {
    const name = fc.constantFrom(
      ...["command", "cmd", "description", "file_path", "path", "old_string", "oldText", "new_string", "new_source", "content"],
      ...[
        "file_text",
        "edits",
        "changes",
        "plan",
        "questions",
        "question",
        "choices",
        "multiSelect",
        "url",
        "replace_all",
        "kind",
      ],
    )
    const { value } = fc.letrec<{ value: Json; leaf: Json; fields: Json }>((tie) => ({
      leaf: fc.oneof(fc.string({ maxLength: 8 }), fc.integer(), fc.constant(null)),
      fields: fc.dictionary(name, tie("value"), { maxKeys: 5 }),
      value: fc.oneof({ maxDepth: 4 }, tie("leaf"), tie("fields"), fc.array(tie("value"), { maxLength: 3 })),
    }))
    const about = fc.record({
      kind: fc.constantFrom("tool", "plan", "question"),
      subject: fc.constantFrom("", "ls", "/a"),
      editable: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 6 }), about, (input, more) => {
        expect(hiddenIn(input, shownOf(input, more as Partial<PermissionRequest>))).toEqual([])
      }),
      { numRuns: 2000 },
    )
  })

  it("APP-40 takes the record for the whole only where the input can be nothing but the command", () => {
    const [subject, inputBytes] = ["npm test", JSON.stringify({ command: "npm test" }).length]
    expect(isWholeInRecord(request({ subject, inputBytes, editable: true }))).toBe(true)
    expect(isWholeInRecord(request({ subject, inputBytes: inputBytes - 1, editable: true }))).toBe(false)
    expect(isWholeInRecord(request({ subject, inputBytes: inputBytes + 1, editable: true }))).toBe(false)
    expect(isWholeInRecord(request({ subject, inputBytes }))).toBe(false)
  })
})
