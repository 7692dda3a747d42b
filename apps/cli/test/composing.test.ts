import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { PermissionRequest } from "@holdfast/protocol/agent/permission"
import { InputReader } from "@holdfast/core/terminal/input/InputReader"
import { Asking, QUIET } from "../src/agent-view/Asking.ts"
import { KeyReader } from "../src/agent-view/KeyReader.ts"
import type { EditorKey } from "../src/agent-view/KeyReader.ts"
import { LineEditor } from "../src/agent-view/LineEditor.ts"
import { promptRows } from "../src/agent-view/prompt-rows.ts"
import { agentCommands, readLine } from "../src/agent-view/slash-commands.ts"
import { plain } from "../src/text/style.ts"

const named = (name: string): EditorKey => ({ _tag: "Named", name, batch: 1 })
const text = (typed: string, batch = 1): EditorKey => ({ _tag: "Text", text: typed, batch })

describe("keys", () => {
  const TYPED =
    "a日👍\u001b[A\u001b[1;5D\u001bOH\r\n\u0003\u001b\r\u001b[27;2;13~\u001b[99;5u\u001b[200~x\ny\u001b[31m\u001b[201~b"
  const names = (keys: ReadonlyArray<EditorKey>): string =>
    keys.map((key) => (key._tag === "Named" ? `<${key.name}>` : key._tag === "Paste" ? `{${key.text}}` : key.text)).join("")
  const EXPECTED = "a日👍<up><ctrl-left><home><enter><ctrl-j><ctrl-c><alt-enter><shift-enter><ctrl-c>{x\ny\u001b[31m}b"

  it("are the same however their bytes are cut", () => {
    const bytes = Buffer.from(TYPED)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 20 }), (cuts) => {
        const [tokens, reader] = [new InputReader(), new KeyReader()]
        const at = [0, ...[...cuts].sort((a, b) => a - b), bytes.length]
        const keys = at.slice(1).flatMap((end, i) => reader.read(tokens.read(bytes.subarray(at[i], end))))
        expect(names(keys.map(({ key }) => key))).toBe(EXPECTED)
      }),
      { numRuns: 300 },
    )
  })

  /** The keys of what a terminal sends, as they are told apart. */
  const keysOf = (sent: string): string => {
    const tokens = new InputReader()
    return names(new KeyReader().read([...tokens.read(Buffer.from(sent)), ...tokens.flush()]).map(({ key }) => key))
  }

  it("T-28 are distinguished from reports, and are the same in every protocol and layout (fault:N26, fault:N27)", () => {
    expect(keysOf("\u001b")).toBe("<escape>")
    expect(keysOf("a\u001b[I\u001b[<35;4;5M\u001b[12;40R\u001b[?62;22c\u001b]11;rgb:0/0/0\u0007b")).toBe("ab")
    expect(keysOf("\u001b[97u\u001b[97;1:3u\u001b[97;129u\u001b[97;65u\u001b[97:65;2u\u001b[57400u\u001b[57414u")).toBe(
      "aaAA1<enter>",
    )
    expect(keysOf("\u001b[99;133u\u001b[1089::99;5u\u001b[27;7;120~\u001b[57442;5u\u001b[99;9u")).toBe(
      "<ctrl-c><ctrl-c><ctrl-alt-x>",
    )
    expect(keysOf("\u001b[1;129A\u001b[3;5:2~\u001b[Z\u001b[9;2u")).toBe("<up><ctrl-delete><shift-tab><shift-tab>")
  })
})

describe("the prompt", () => {
  const typed = (...keys: ReadonlyArray<EditorKey | string>): LineEditor => {
    const editor = new LineEditor()
    for (const key of keys) editor.key(typeof key === "string" ? text(key) : key)
    return editor
  }

  it("moves and deletes by what the eye takes for a character", () => {
    const editor = typed("a👩‍👩‍👧日", named("left"), named("backspace"))
    expect([editor.text, editor.before]).toEqual(["a日", "a"])
    expect(typed("one two", named("ctrl-w"), "x").text).toBe("one x")
    expect(typed("one two", named("ctrl-a"), named("ctrl-k"), named("ctrl-y"), named("ctrl-y")).text).toBe("one twoone two")
  })

  it("calls back what was sent, and keeps what was being written", () => {
    const editor = typed("first")
    editor.take()
    editor.key(text("draft"))
    editor.key(named("up"))
    expect(editor.text).toBe("first")
    editor.key(named("down"))
    expect(editor.text).toBe("draft")
  })

  it("holds several lines, moves between them, and leaves controls out", () => {
    const editor = new LineEditor()
    editor.key({ _tag: "Paste", text: "one\r\ntwo\u001b[31m\r" })
    expect(editor.text).toBe("one\ntwo[31m\n")
    editor.set("abc\nde")
    editor.key(named("up"))
    expect(editor.before).toBe("ab")
  })

  it("shows the rows around the cursor, none wider than the terminal", () => {
    const editor = typed("日本語".repeat(20), named("home"))
    const { rows, cursor } = promptRows(editor, "› ", 20, 3, plain)
    expect(rows).toHaveLength(3)
    expect(rows[0]).toBe("› 日本語日本語日本語")
    expect(cursor).toEqual({ row: 0, column: 2 })
    editor.key(named("end"))
    const end = promptRows(editor, "› ", 20, 3, plain)
    expect(end.cursor.row).toBe(2)
    expect(end.rows).toHaveLength(3)
  })

  it("reads commands, and sends what only looks like one", () => {
    expect(readLine("hello", undefined)).toEqual({ _tag: "Message", text: "hello" })
    expect(readLine("/etc/hosts is wrong", undefined)).toMatchObject({ _tag: "Message" })
    expect(readLine("//help", undefined)).toEqual({ _tag: "Message", text: "/help" })
    expect(readLine("/edit 2 new text", undefined)).toEqual({ _tag: "Edit", place: 2, text: "new text" })
    expect(readLine("/move 2 1", undefined)).toEqual({ _tag: "Move", place: 2, to: 1 })
    expect(readLine("/rm", undefined)._tag).toBe("Wrong")
    expect(readLine("/tasks", undefined)).toEqual({ _tag: "Tasks" })
    expect(readLine("/kill 2", undefined)).toEqual({ _tag: "StopTask", place: 2 })
    expect(readLine("/kill all", undefined)._tag).toBe("Wrong")
    expect(readLine("/nothing", undefined)._tag).toBe("Wrong")
    const agent = { info: { commands: [{ name: "compact" }] } } as never
    expect(readLine("/compact all", agent)).toEqual({ _tag: "Message", text: "/compact all" })
    expect(readLine("/cd", undefined)._tag).toBe("Wrong")
    expect(readLine("/cd ../b c", undefined)).toEqual({ _tag: "Directory", path: "../b c" })
  })

  it("(fault:N22) hides no command of the agent's: those of our names are listed and named with a second slash", () => {
    const agent = {
      info: { commands: [{ name: "model", description: "picks one" }, { name: "help" }, { name: "init" }] },
    } as never
    expect(agentCommands(agent)).toEqual([
      ["//model", "picks one"],
      ["//help", ""],
      ["/init", ""],
    ])
    expect(readLine("/model", agent)).toMatchObject({
      _tag: "Wrong",
      message: expect.stringContaining("//model is the agent's own"),
    })
    expect(readLine("//model", agent)).toEqual({ _tag: "Message", text: "/model" })
  })
})

const request = (part: object = {}): PermissionRequest => ({
  id: "r1",
  kind: "tool",
  tool: "bash",
  title: "bash: ls",
  subject: "ls",
  inputBytes: 2,
  seq: 1,
  turn: "t",
  askedAt: 0,
  options: [
    { id: "yes", label: "Allow", kind: "allow_once" },
    { id: "no", label: "Reject", kind: "reject_once" },
  ],
  ...part,
})

const shown = (part: object = {}): Asking => {
  const asking = new Asking()
  asking.show(request(part), 0)
  return asking
}

describe("a permission request on the screen", () => {
  it("P-5 is not answered by what was typed ahead, whatever it is", () => {
    const asking = shown()
    for (const [i, key] of ["y", "1", "s"].entries()) expect(asking.key(text(key), i * 100, i > 0)._tag).toBe("Text")
    // What was typed stands in the prompt now; later keys go there, too.
    expect(asking.key(text("y"), 5000, true)._tag).toBe("Text")
  })

  it("waits for a moment in which nothing is typed", () => {
    const asking = shown()
    expect(asking.key(named("backspace"), QUIET - 1, false)._tag).toBe("Text")
    expect(asking.takesKeys(QUIET + 1, false)).toBe(false)
    expect(asking.takesKeys(2 * QUIET, false)).toBe(true)
    expect(asking.key(text("y"), 2 * QUIET, false)).toEqual({ _tag: "Answer", answer: { optionId: "yes" } })
  })

  it("is never answered by Enter, by pasted text or by keys that came together", () => {
    const asking = shown()
    expect(asking.key(named("enter"), 5000, false)._tag).toBe("Shown")
    expect(asking.key({ _tag: "Paste", text: "y" }, 5000, false)._tag).toBe("Text")
    expect(asking.key(text("y", 2), 5000, false)._tag).toBe("Text")
  })

  it("is entered and left with Tab, and left by typing on", () => {
    const asking = shown()
    expect(asking.key(named("tab"), 5000, true)._tag).toBe("Shown")
    expect(asking.takesKeys(5000, true)).toBe(true)
    expect(asking.key(text("h"), 5100, true)._tag).toBe("Text")
    expect(asking.key(text("y"), 5200, true)._tag).toBe("Text")
    expect(asking.key(named("tab"), 9000, true)._tag).toBe("Shown")
    expect(asking.key(text("2"), 9100, true)).toEqual({ _tag: "Answer", answer: { optionId: "no" } })
  })

  it("starts its pause again with the next request", () => {
    const asking = shown()
    asking.show(request({ id: "r2" }), 5000)
    expect(asking.key(text("y"), 5001, false)._tag).toBe("Text")
  })

  it("remembers for the session only by its own key, and only for tools", () => {
    expect(shown().key(text("s"), 5000, false)).toEqual({
      _tag: "Answer",
      answer: { optionId: "yes", remember: { scope: "session" } },
    })
    expect(shown({ kind: "plan" }).key(text("s"), 5000, false)._tag).toBe("Text")
  })

  it("asks one question after the other, and Enter sends only what was picked", () => {
    const asking = shown({
      kind: "question",
      questions: [
        { question: "A?", choices: [{ label: "x" }, { label: "y" }] },
        { question: "B?", multiple: true, choices: [{ label: "p" }, { label: "q" }, { label: "r" }] },
      ],
    })
    expect(asking.key(text("2"), 5000, false)._tag).toBe("Shown")
    expect(asking.key(named("enter"), 5100, false)._tag).toBe("Shown")
    expect(asking.question?.question).toBe("B?")
    asking.key(text("3"), 5200, false)
    asking.key(text("1"), 5300, false)
    expect(asking.key(named("enter"), 5400, false)).toEqual({
      _tag: "Answer",
      answer: { optionId: "yes", answers: { "A?": "y", "B?": "p, r" } },
    })
  })
})
