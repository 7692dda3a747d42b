import type { PermissionAsk, PermissionRequest } from "@holdfast/protocol/agent/permission"
import { describe, expect, it } from "vitest"
import { decisionWords, isSame, optionsOf, wordsOf } from "../../src/requests/answer.ts"
import { allowWords, askedOf, headingOf, isWholeInRecord, lineOf } from "../../src/requests/asked.ts"
import { piecesOf } from "@holdfast/protocol/hidden-text"
import { FIRST_RULE, rememberOf } from "../../src/requests/remember.ts"
import { compare } from "../../src/ui/diff/compare.ts"
import { linesOf } from "../../src/ui/diff/rows.ts"
import { answersOf, choiceAt, firstDigit, pick, type PickedAnswers, type } from "../../src/requests/questions.ts"

const OPTIONS = [
  { id: "allow", label: "Allow", kind: "allow_once" },
  { id: "reject", label: "Reject", kind: "reject_once" },
] as const

const request = (more: Partial<PermissionRequest> = {}): PermissionRequest => ({
  id: "r",
  kind: "tool",
  tool: "Bash",
  title: "Bash: ls",
  subject: "ls",
  options: OPTIONS,
  inputBytes: 16,
  seq: 1,
  askedAt: 1,
  ...more,
})
const whole = (asked: PermissionRequest, input: PermissionAsk["input"], subject = asked.subject): PermissionAsk => ({
  id: asked.id,
  kind: asked.kind,
  tool: asked.tool,
  title: asked.title,
  subject,
  options: asked.options,
  input,
})

describe("what is asked", () => {
  it("APP-40 shows a command whole, and every other field of the input", () => {
    const asked = request({ editable: true, subject: "rm -r", subjectBytes: 9 })
    expect(askedOf(asked, whole(asked, { command: "rm -r data", timeout: 5, note: "old" }, "rm -r data"))).toEqual({
      kind: "command",
      command: "rm -r data",
      rest: [
        { name: "timeout", text: "5" },
        { name: "note", text: "old" },
      ],
    })
  })

  it("APP-40 knows the edits of every agent: one, several of a file, several files, a whole file, a notebook", () => {
    const edit = request({ tool: "Edit", subject: "/a.ts" })
    const editsOf = (input: PermissionAsk["input"]) => {
      const asked = askedOf(edit, whole(edit, input))
      return asked.kind === "edits" ? asked.edits : asked.kind
    }
    expect(editsOf({ file_path: "/a.ts", old_string: "1", new_string: "2", replace_all: true })).toEqual([
      { path: "/a.ts", before: "1", after: "2", isWhole: false },
    ])
    expect(
      editsOf({
        file_path: "/a.ts",
        edits: [
          { old_string: "1", new_string: "2" },
          { old_string: "3", new_string: "" },
        ],
      }),
    ).toEqual([
      { path: "/a.ts", before: "1", after: "2", isWhole: false },
      { path: "/a.ts", before: "3", after: "", isWhole: false },
    ])
    expect(
      editsOf({
        changes: [
          { path: "/a", oldText: "", newText: "x" },
          { path: "/b", oldText: "y", newText: "z" },
        ],
      }),
    ).toHaveLength(2)
    expect(editsOf({ path: "notes.txt", content: "hello" })).toEqual([
      { path: "notes.txt", before: "", after: "hello", isWhole: true },
    ])
    expect(editsOf({ notebook_path: "/n.ipynb", new_source: "print(1)" })).toHaveLength(1)
    const replaced = askedOf(edit, whole(edit, { file_path: "/a.ts", old_string: "1", new_string: "2", replace_all: true }))
    expect(replaced.rest).toEqual([{ name: "replace_all", text: "true" }])
  })

  it("APP-40 shows plans, questions and what it does not know, with nothing left out", () => {
    const plan = request({ kind: "plan", subject: "", title: "Is this plan all right?" })
    expect(askedOf(plan, whole(plan, { plan: "1. go" }))).toMatchObject({ kind: "plan", text: "1. go" })
    const question = request({ kind: "question", questions: [{ question: "Which?", choices: [] }] })
    expect(askedOf(question, undefined)).toEqual({ kind: "questions", rest: [] })
    const fetch = request({ tool: "WebFetch", subject: "https://example.org" })
    expect(askedOf(fetch, whole(fetch, { url: "https://example.org", prompt: "Read it" }))).toEqual({
      kind: "other",
      subject: "https://example.org",
      rest: [{ name: "prompt", text: "Read it" }],
    })
    expect(askedOf(request(), whole(request(), ["a"])).rest).toEqual([{ name: "input", text: '[\n  "a"\n]' }])
  })

  it("APP-40 can be allowed before it is read only where the record has all of it", () => {
    const line = "npm test"
    expect(
      isWholeInRecord(request({ editable: true, subject: line, inputBytes: JSON.stringify({ command: line }).length })),
    ).toBe(true)
    expect(isWholeInRecord(request({ editable: true, subject: line, inputBytes: 900 }))).toBe(false)
    expect(isWholeInRecord(request({ editable: true, subject: line, subjectBytes: 9000 }))).toBe(false)
    expect(isWholeInRecord(request({ kind: "plan" }))).toBe(false)
    expect(isWholeInRecord(request({ kind: "question", questions: [] }))).toBe(true)
  })

  it("names what is asked and what allowing does", () => {
    const command = askedOf(request({ editable: true }), undefined)
    expect([headingOf(request(), command), allowWords(command)]).toEqual(["Run a command?", "Run it"])
    const write = request({ tool: "Write" })
    const written = askedOf(write, whole(write, { file_path: "/a", content: "x" }))
    expect([headingOf(write, written), allowWords(written)]).toEqual(["Write a file?", "Make the change"])
    const fetch = request({ tool: "WebFetch", title: "WebFetch: https://example.org" })
    expect(headingOf(fetch, askedOf(fetch, undefined))).toBe("Use WebFetch?")
    expect(lineOf(request({ subject: "one\ntwo" }))).toBe("one")
  })

  it("APP-41 spells out what does not show or turns a text around", () => {
    const hidden = (text: string): ReadonlyArray<string> =>
      piecesOf(text).flatMap((piece) => (piece.isHidden ? [piece.text] : []))
    expect(hidden("rm \u202e/ftr\u200b\u0007")).toEqual(["U+202E", "U+200B", "U+0007"])
    expect(hidden("a\tb\nשלום 你好 ✔️ 👩‍💻")).toEqual([])
    expect(hidden("tag\u{e0041}")).toEqual(["U+E0041"])
    expect(
      piecesOf("a\u200bb")
        .map(({ text }) => text)
        .join(""),
    ).toBe("aU+200Bb")
  })

  it("APP-46 numbers the choices of all questions, up to nine", () => {
    const questions = [2, 8].map((count, of) => ({
      question: `question ${of}`,
      choices: Array.from({ length: count }, (_, at) => ({ label: `${of}.${at}` })),
    }))
    expect(questions.map((_, index) => firstDigit(questions, index))).toEqual([1, 3])
    expect([1, 2, 3, 9, 10].map((digit) => choiceAt(questions, digit)?.[1])).toEqual(["0.0", "0.1", "1.0", "1.6", undefined])
    expect(choiceAt([], 1)).toBe(undefined)
  })

  it("shows the lines that an edit takes away and adds", () => {
    const shown = (before: string, after: string) =>
      compare(before, after)
        .flatMap(linesOf)
        .map(({ kind, text }) => [kind, text])
    expect(shown("a\nb\n", "a\nc\n")).toEqual([
      ["same", "a"],
      ["del", "b"],
      ["add", "c"],
    ])
    expect(shown("", "x")).toEqual([["add", "x"]])
  })
})

describe("answers", () => {
  const questions = [
    { question: "One?", choices: [{ label: "A" }, { label: "B" }] },
    { question: "Some?", choices: [{ label: "X" }, { label: "Y" }], multiple: true, free: true },
  ] as const

  it("P-14 picks one or several, with words of one's own, and says what is missing", () => {
    const [one, some] = questions
    let picked: PickedAnswers = {}
    expect(answersOf(questions, picked).missing).toEqual(["One?", "Some?"])
    picked = pick(pick(picked, one, "A"), one, "B")
    picked = pick(pick(pick(picked, some, "Y"), some, "X"), some, "Y")
    picked = type(picked, some, " mine ")
    expect(answersOf(questions, picked)).toEqual({ answers: { "One?": "B", "Some?": "X, mine" }, missing: [] })
    const free = { question: "Free?", choices: [{ label: "A" }], free: true } as const
    expect(answersOf([free], type(pick({}, free, "A"), free, "else")).answers).toEqual({ "Free?": "else" })
    expect(answersOf([free], pick(type({}, free, "else"), free, "A")).answers).toEqual({ "Free?": "A" })
  })

  it("APP-42 begins with the narrowest rule and this session, and makes exactly the one that is picked", () => {
    const covers = { type: "file", path: "/a" } as const
    const suggestions = [{ label: "Edit of /a", covers }, { label: "every use of Edit" }]
    expect(rememberOf(suggestions[FIRST_RULE.at], FIRST_RULE.scope)).toEqual({ scope: "session", covers })
    expect(rememberOf(suggestions[1], "always")).toEqual({ scope: "always" })
    expect(rememberOf(undefined, "always")).toBeUndefined()
  })

  it("APP-43 says who answered and what, and whether it is what this answer said", () => {
    const won = { optionId: "allow", allow: true, by: "ann", at: 1 }
    expect(decisionWords(won)).toBe("ann allowed it")
    expect(decisionWords({ ...won, subject: "ls -l" })).toBe("ann allowed it, edited")
    expect(decisionWords({ ...won, optionId: "reject", allow: false, message: "no" })).toBe("ann refused it: “no”")
    expect(decisionWords({ ...won, by: "rule" })).toBe("A rule allowed it")
    expect(isSame({ optionId: "allow" }, won)).toBe(true)
    expect(isSame({ optionId: "reject" }, won)).toBe(false)
    // The same option, but words that the agent never got.
    expect(isSame({ optionId: "allow", subject: "ls -l" }, won)).toBe(false)
  })

  it("APP-44 gives back the words of an answer that came too late", () => {
    expect(wordsOf({ optionId: "reject", message: "use rg" })).toBe("use rg")
    expect(wordsOf({ optionId: "a", answers: { "Which?": "B" } })).toBe("Which? B")
    expect(wordsOf({ optionId: "a" })).toBe("")
  })

  it("takes what the agent would remember by itself for another option, not for the plain one", () => {
    const options = [{ id: "ever", label: "Always", kind: "allow_always" }, ...OPTIONS] as const
    expect(optionsOf(options)).toMatchObject({ allow: { id: "allow" }, reject: { id: "reject" }, others: [{ id: "ever" }] })
    expect(optionsOf([options[0]])).toMatchObject({ allow: { id: "ever" }, reject: undefined, others: [] })
  })
})
