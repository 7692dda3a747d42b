/** The keys of the history, and the rows of narrow windows. */
import { describe, expect, it } from "vitest"
import type { PermissionRequest } from "@holdfast/protocol/agent/permission"
import { Asking } from "../src/agent-view/Asking.ts"
import type { EditorKey } from "../src/agent-view/KeyReader.ts"
import { LineEditor } from "../src/agent-view/LineEditor.ts"
import { helpRows } from "../src/agent-view/Person.ts"
import { promptRows } from "../src/agent-view/prompt-rows.ts"
import { requestRows } from "../src/agent-view/request-rows.ts"
import { HELP } from "../src/agent-view/slash-commands.ts"
import { DetachKeys } from "../src/attach/DetachKeys.ts"
import { History } from "../src/attach/History.ts"
import type { HistoryRows } from "../src/attach/HistoryRows.ts"
import { plain } from "../src/text/style.ts"
import { rowWidth } from "../src/agent-view/LiveArea.ts"
import { textWidth } from "../src/text/width.ts"

const text = (value: string): EditorKey => ({ _tag: "Text", text: value, batch: 1 })
const named = (name: string): EditorKey => ({ _tag: "Named", name, batch: 1 })

function history() {
  const lines = Array.from({ length: 100 }, (_, at) => `line ${at}`)
  const rows = {
    length: lines.length,
    columns: 80,
    painted: (at: number) => lines[at] ?? "",
    find: (wanted: string) => lines.flatMap((line, at) => (line.includes(wanted) ? [at] : [])),
  } as unknown as HistoryRows
  const seen = { status: "", left: false }
  const write = (data: string | Uint8Array): void => {
    if (typeof data === "string") seen.status = data
  }
  const shown = new History(
    rows,
    write,
    () => ({ cols: 80, rows: 11 }),
    () => (seen.left = true),
  )
  return { seen, key: (key: EditorKey) => shown.key(key) }
}

describe("the history", () => {
  it("T-49 Enter is one line forward, unknown keys do nothing, ? searches backward, and only q and Escape leave", () => {
    const { seen, key } = history()
    key(text("g"))
    key(named("enter"))
    expect(seen.status).toContain("lines 2-11 of 100")
    for (const nothing of [text("x"), text("Z"), named("ctrl-c"), named("f5"), named("tab")]) key(nothing)
    expect(seen.status).toContain("lines 2-11 of 100")
    expect(seen.left).toBe(false)
    for (const typed of [text("?"), text("line 9")]) key(typed)
    expect(seen.status).toContain("?line 9")
    key(named("enter"))
    expect(seen.status).toContain("?line 9 1 of 11")
    key(text("q"))
    expect(seen.left).toBe(true)
    const other = history()
    other.key(named("escape"))
    expect(other.seen.left).toBe(true)
  })

  it("T-50 the detach key and ? list the keys after it", () => {
    const keys = new DetachKeys("ctrl-]")
    expect(keys.words).toMatch(/^Ctrl-\] and then: d detaches, s scrolls, k takes the keyboard, r redraws/)
  })
})

describe("narrow windows", () => {
  it("C-25 of 30 columns show all of the help and of a request's options, each text below or beside its key", () => {
    const rows = helpRows(HELP, 30)
    expect(rows.every((row) => rowWidth(row) < 30)).toBe(true)
    expect(rows.join("\n").replace(/\s+/g, " ")).toContain(
      "/trust, /distrust choose whether the directory's hooks, servers and commands may run",
    )
    expect(helpRows(HELP, 80).join("\n")).toMatch(/\/trust, \/distrust +choose/)
    const asking = new Asking()
    const label = "Allow everything that begins with these words, for ever"
    const request: PermissionRequest = {
      id: "r1",
      kind: "tool",
      tool: "execute",
      title: "Run",
      subject: "ls",
      inputBytes: 2,
      seq: 7,
      turn: "t",
      askedAt: 0,
      options: [{ id: "yes", label, kind: "allow_always" }],
    }
    asking.show(request, 0)
    const view = { now: 5000, takes: true, composing: false, more: 0, mayAnswer: true, room: 100 }
    const asked = requestRows(asking, view, { paint: plain, width: () => 29 })
    expect(asked.every((row) => textWidth(row) <= 29)).toBe(true)
    expect(asked.join(" ").replace(/\s+/g, " ")).toContain(label)
  })

  it("C-25 what is pasted into the prompt shows its marks of direction and does not obey them", () => {
    const editor = new LineEditor()
    editor.key({ _tag: "Paste", text: "a\u202eb\u2066c" })
    const { rows } = promptRows(editor, "> ", 60, 3, plain)
    expect(rows.join("")).toContain("a\\u202eb\\u2066c")
  })
})
