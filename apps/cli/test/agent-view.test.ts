import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { emptyMessage } from "@holdfast/core/agent/accumulator"
import type { MessagePart } from "@holdfast/core/agent/message-part"
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { Event } from "@holdfast/protocol/event"
import { namedChunk } from "@holdfast/protocol/agent/named-data"
import { MarkdownRows } from "../src/agent-view/MarkdownRows.ts"
import { rowWidth } from "../src/agent-view/LiveArea.ts"
import { MessagePrinter } from "../src/agent-view/MessagePrinter.ts"
import { rowsOf } from "../src/agent-view/Rows.ts"
import { Story } from "../src/agent-view/Story.ts"
import { fieldsOf } from "../src/agent/message-text.ts"
import { colored, plain } from "../src/text/style.ts"
import { session } from "./session.ts"

const options = (width = 60) => ({ paint: plain, width: () => width })

/** The text as Markdown rows, told in the given pieces. */
function markdown(pieces: ReadonlyArray<string>, width: number): ReadonlyArray<string> {
  const rows = new MarkdownRows(options(width))
  for (const piece of pieces) rows.write(piece)
  rows.finish()
  return rows.take()
}

const SAMPLE = [
  "# A *heading*\n\nText with **strong words** and `code` that goes on for longer than a row is wide, 日本語のテキスト too.\n",
  "- one\n- two that is long enough to need a second row below the first\n1. three\n> quoted text\n",
  "```js\nconst a = `x`  // kept as it is, however long the line of code may be, broken where the row is full\n```\nend\u001b[31m *",
].join("")

describe("rows", () => {
  it("are never wider than the terminal, and hold every character", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), fc.integer({ min: 10, max: 80 }), (text, width) => {
        const rows = rowsOf(text, { paint: colored, width: () => width }, { first: "› ", next: "  ", style: "bold" })
        for (const row of rows) expect(rowWidth(row)).toBeLessThanOrEqual(width)
      }),
      { numRuns: 200 },
    )
  })

  it("are the same however the text is cut", () => {
    const whole = markdown([SAMPLE], 40)
    expect(whole).toContain("A *heading*")
    expect(whole.join("\n")).toContain("• two that is long enough to need a\n  second row")
    expect(whole.join("\n")).not.toContain("\u001b")
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: SAMPLE.length }), { maxLength: 30 }), (cuts) => {
        const at = [0, ...[...cuts].sort((a, b) => a - b), SAMPLE.length]
        const pieces = at.slice(1).map((end, i) => SAMPLE.slice(at[i], end))
        expect(markdown(pieces, 40)).toEqual(whole)
      }),
      { numRuns: 200 },
    )
  })
})

describe("what agents report beyond texts and tools", () => {
  /** The rows of one part as it changes. */
  const rowsOfAll = (...chunks: ReadonlyArray<AgentChunk>): ReadonlyArray<string> => {
    const printer = new MessagePrinter(options())
    const message = emptyMessage("t", 1)
    return chunks.flatMap((chunk) => {
      message.tell(chunk)
      return printer.advance(message.message().parts as ReadonlyArray<MessagePart>)
    })
  }

  it("is shown in words: lists, retries, compactions, notices", () => {
    const list = [
      { text: "look", status: "completed" },
      { text: "do", status: "in_progress" },
      { text: "rest", status: "pending" },
    ]
    expect(rowsOfAll(namedChunk("data-todo", list, "todo"))).toEqual(["To do", "  ☑ look", "  ◐ do", "  ☐ rest"])
    expect(rowsOfAll(namedChunk("data-plan", { text: "1. do it" }))).toEqual(["Plan", "  1. do it"])
    const retry = { attempt: 2, most: 10, delay: 1500, status: 529, error: "overloaded" }
    expect(rowsOfAll(namedChunk("data-retry", retry))).toEqual(["↻ retrying in 1s (2 of 10): overloaded, status 529"])
    const bare = { attempt: 1, most: null, delay: null, status: null, error: "unknown" }
    expect(rowsOfAll(namedChunk("data-retry", bare))).toEqual(["↻ retrying (1): unknown"])
    const compaction = { state: "done", trigger: "auto", before: 150_000, after: 12_000 } as const
    expect(
      rowsOfAll(
        namedChunk("data-compaction", { state: "running" }, "c"),
        namedChunk("data-compaction", compaction, "c"),
        namedChunk("data-compaction", { state: "failed", error: "no room" }, "d"),
      ).filter((row) => row !== ""),
    ).toEqual([
      "✂ the agent is compacting its context",
      "✂ the agent compacted its context: 150k → 12k tokens",
      "✂ the agent could not compact its context: no room",
    ])
    expect(rowsOfAll(namedChunk("data-notice", { text: "careful" }))).toEqual(["! careful"])
    expect(rowsOfAll(namedChunk("data-unknown", { json: "{}" }))).toEqual([])
    expect(rowsOfAll({ type: "data-todo", data: { of: "another shape" } })).toEqual(['todo {"of":"another shape"}'])
  })

  it("shows of a subagent only what is new, and few calls at once", () => {
    const subagent = (calls: number, latest: ReadonlyArray<string>, text?: string): AgentChunk =>
      namedChunk("data-subagent", { toolCallId: "c", calls, latest, ...(text === undefined ? {} : { text }) }, "c")
    expect(
      rowsOfAll(
        subagent(1, ["Bash: ls"]),
        subagent(2, ["Bash: ls", "Read: a"], "I see"),
        subagent(2, ["Bash: ls", "Read: a"], "found"),
      ),
    ).toEqual(["  ◇ Bash: ls", "  ◇ Read: a", "  ◇ I see", "  ◇ found"])
    expect(rowsOfAll(subagent(9, ["a", "b", "c", "d"]))).toEqual(["  ◇ … 6 calls", "  ◇ b", "  ◇ c", "  ◇ d"])
  })
})

const TURN = "turn-1"
const CHUNKS: ReadonlyArray<AgentChunk> = [
  { type: "start-step" },
  { type: "reasoning-start", id: "r" },
  { type: "reasoning-delta", id: "r", delta: "Let me " },
  { type: "reasoning-delta", id: "r", delta: "think." },
  { type: "reasoning-end", id: "r" },
  { type: "tool-input-start", toolCallId: "a", toolName: "bash" },
  { type: "tool-input-available", toolCallId: "a", toolName: "bash", input: { command: "seq 30" } },
  {
    type: "tool-input-available",
    toolCallId: "b",
    toolName: "edit",
    input: { path: "x.ts", old_string: "a\nb", new_string: "a\nc" },
  },
  { type: "tool-output-available", toolCallId: "a", output: { output: "1\n2" }, preliminary: true },
  { type: "tool-output-available", toolCallId: "b", output: "edited" },
  {
    type: "tool-output-available",
    toolCallId: "a",
    output: { output: Array.from({ length: 30 }, (_, i) => i).join("\n"), exitCode: 3 },
  },
  { type: "finish-step" },
  { type: "start-step" },
  {
    type: "data-plan",
    id: "p",
    data: {
      entries: [
        { text: "look", status: "completed" },
        { text: "do", status: "in_progress" },
      ],
    },
  },
  { type: "text-start", id: "t" },
  { type: "text-delta", id: "t", delta: "It is **do" },
  { type: "text-delta", id: "t", delta: "ne** now.\nBye." },
  { type: "text-end", id: "t" },
  { type: "finish-step" },
]

/** The log of one turn, from seq 1. */
function log(): ReadonlyArray<Event> {
  const accumulator = emptyMessage(TURN, 2)
  for (const chunk of CHUNKS) accumulator.tell(chunk)
  const user = { id: "m1", role: "user", parts: [{ type: "text", text: "do it" }], createdAt: 1, by: "ann", turn: TURN }
  const drafts = [
    { channel: "turn", type: "started", data: { turn: TURN }, turn: TURN },
    { channel: "message", type: "added", data: { message: user }, turn: TURN },
    ...CHUNKS.map(({ type, ...data }) => ({ channel: "agent", type, data, turn: TURN })),
    { channel: "message", type: "added", data: { message: accumulator.ended("completed") }, turn: TURN },
    { channel: "turn", type: "ended", data: { turn: TURN, outcome: "completed", usage: { inputTokens: 1200 } }, turn: TURN },
  ]
  return drafts.map((draft, i) => ({ ...draft, seq: i + 1, time: 5000 + i }) as unknown as Event)
}

const record = () =>
  session({
    kind: "agent",
    terminal: undefined,
    lastSeq: 0,
    agent: { name: "scripted", adapter: "scripted", cwd: "/", options: {}, info: {}, turns: 0, usage: {} } as never,
  })

const snapshotAt = (count: number): Uint8Array => {
  const accumulator = emptyMessage(TURN, 2)
  for (const chunk of CHUNKS.slice(0, count)) accumulator.tell(chunk)
  const [, user] = log()
  const messages = [fieldsOf(user?.data)["message"]]
  return new TextEncoder().encode(JSON.stringify({ messages, before: null, live: accumulator.toLive() }))
}

describe("the story of a session", () => {
  const whole = (): ReadonlyArray<string> => {
    const story = new Story(options())
    story.record(record())
    return log()
      .flatMap((event) => story.event(event))
      .concat(story.rest())
  }
  const words = (rows: ReadonlyArray<string>): string => rows.filter((row) => row !== "").join("\n")

  it("shows messages, thoughts, tools with a short output, changes, plans and the end of the turn", () => {
    const text = words(whole())
    expect(text).toContain("ann\n› do it")
    expect(text).toContain("  Let me think.")
    expect(text).toContain("● bash  seq 30")
    expect(text).toContain("    -b\n    +c")
    expect(text).toContain("… 22 more lines")
    expect(text).toContain("exit code 3")
    expect(text).toContain("☑ look\n  ◐ do")
    expect(text).toContain("It is done now.\nBye.\ndone · 1.2k in")
  })

  it("is the same whenever it is drawn, and after a fold nothing is doubled or missing", () => {
    const rows = words(whole())
    for (let seen = 0; seen <= CHUNKS.length; seen++) {
      const story = new Story(options())
      story.record(record())
      const before = log().slice(0, 2 + seen)
      const after = log().slice(2 + CHUNKS.length)
      const drawn = before.flatMap((event) => [...story.event(event), ...story.rest()])
      // What came while the client was away was folded meanwhile.
      const folded = {
        ...after[0],
        seq: 2 + CHUNKS.length,
        channel: "agent",
        type: "folded",
        data: {},
        turn: TURN,
      } as unknown as Event
      drawn.push(...story.event(folded), ...after.flatMap((event) => story.event(event)))
      // Tools that ran side by side come in another order, and say their names again; nothing else differs.
      const once = (text: string): ReadonlyArray<string> =>
        text
          .split("\n")
          .filter((row) => !row.startsWith("● "))
          .sort()
      expect(once(words(drawn)), `cut after ${seen}`).toEqual(once(rows))
    }
  })

  it("continues from a snapshot in the middle of a turn", () => {
    for (let seen = 0; seen <= CHUNKS.length; seen++) {
      const story = new Story(options())
      story.record(record())
      const drawn = story.snapshot(snapshotAt(seen))
      drawn.push(
        ...log()
          .slice(2 + seen)
          .flatMap((event) => story.event(event)),
      )
      expect(words(drawn).match(/Let me think\./g), `cut after ${seen}`).toHaveLength(1)
      expect(words(drawn).match(/It is done now\.\nBye\./g)).toHaveLength(1)
      expect(words(drawn).match(/exit code 3/g)).toHaveLength(1)
      expect(words(drawn).match(/› do it/g)).toHaveLength(1)
    }
  })

  it("prints nothing again of a snapshot that comes once more", () => {
    const story = new Story(options())
    story.record(record())
    story.snapshot(snapshotAt(8))
    expect(story.snapshot(snapshotAt(8)).filter((row) => row !== "")).toEqual([])
  })
})
