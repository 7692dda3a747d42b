import { describe, expect, it } from "vitest"
import { HubModel } from "@holdfast/client/model"
import type { SessionView } from "@holdfast/client/model"
import type { Event } from "@holdfast/protocol/event"
import type { Message } from "@holdfast/protocol/agent/message"
import { planRows } from "../../src/panes/chat/rows/plan.ts"
import type { Row } from "../../src/panes/chat/rows/plan.ts"
import { RowTable } from "../../src/panes/chat/rows/RowTable.ts"
import { firstNew, firstNewAfter } from "../../src/panes/chat/transcript/new-since.ts"

const TIME = 1_800_000_000_000

const person = (id: string, text: string, createdAt = TIME): Message => ({
  id,
  role: "user",
  parts: [{ type: "text", text }],
  createdAt,
})

const answer = (id: string, parts: ReadonlyArray<unknown>, createdAt = TIME): Message =>
  ({ id, role: "assistant", parts, turn: id, createdAt, outcome: "completed" }) as Message

const text = (words: string): unknown => ({ type: "text", text: words, state: "done" })
const tool = (toolName: string, state = "output-available"): unknown => ({
  type: "dynamic-tool",
  toolName,
  toolCallId: `${toolName}-${Math.random()}`,
  state,
  input: {},
  output: "x",
})

const shape = (rows: ReadonlyArray<Row>): ReadonlyArray<string> => rows.map(({ kind, parts }) => [kind, ...parts].join(" "))

describe("the rows of a message", () => {
  it("APP-33 makes one row of like calls in a row, over the marks of steps", () => {
    const step = { type: "step-start" }
    const parts = [step, tool("Read"), step, tool("Read"), tool("view"), text("So."), tool("Read"), tool("Bash"), tool("Bash")]
    expect(shape(planRows(answer("t", parts), false))).toEqual(["tools 1 3 4", "text 5", "tools 6", "tools 7", "tools 8", "end"])
  })

  it("APP-33 leaves a call alone that waits for a person", () => {
    const parts = [tool("Read"), tool("Read", "approval-requested"), tool("Read")]
    expect(shape(planRows(answer("t", parts), true))).toEqual(["tools 0", "tools 1", "tools 2"])
  })

  it("APP-33 shows todos once, and nothing for empty words", () => {
    const parts = [text(" "), tool("TodoWrite"), { type: "data-todo", data: [] }, { type: "data-subagent", data: {} }, text("a")]
    expect(shape(planRows(answer("t", parts), true))).toEqual(["other 2", "text 4"])
  })

  it("APP-33 says the time of a message once a minute", () => {
    const times = (before?: number): ReadonlyArray<number | undefined> =>
      planRows(answer("t", [text("a"), text("b")], TIME + 1000), true, before).map(({ at }) => at)
    expect(times()).toEqual([TIME + 1000, undefined])
    expect(times(TIME)).toEqual([undefined, undefined])
    expect(times(TIME - 60_000)).toEqual([TIME + 1000, undefined])
  })
})

/** A view with messages, whose frames are made by hand. */
function opened(messages: ReadonlyArray<Message>): { readonly view: SessionView; readonly flush: () => void } {
  const model = new HubModel(
    () => {
      throw new Error("there is no hub here")
    },
    { schedule: () => () => undefined },
  )
  const view = model.view("0".repeat(26))
  view.transcript.restore({ before: null, state: { lastSeq: 10, messages, unknown: 0 } })
  const flush = (): void => model.frames.flush()
  flush()
  return { view, flush }
}

let seq = 10
const event = (channel: string, type: string, data: unknown, turn: string): Event =>
  ({ seq: ++seq, time: TIME, channel, type, data, turn }) as Event

describe("the rows of a transcript", () => {
  it("APP-33 learns when a row comes, and not when a part grows", () => {
    const { view, flush } = opened([person("a", "hello")])
    const table = new RowTable(view.transcript.messages)
    let told = 0
    const end = table.subscribe(() => (told += 1))
    const take = (...events: ReadonlyArray<Event>): void => {
      for (const one of events) view.transcript.apply(one)
      flush()
    }
    take(event("turn", "started", { turn: "t" }, "t"), event("agent", "text-start", { id: "1" }, "t"))
    take(event("agent", "text-delta", { id: "1", delta: "a" }, "t"))
    expect(told).toBe(1)
    const rows = table.get()
    for (let count = 0; count < 20; count++) take(event("agent", "text-delta", { id: "1", delta: " more" }, "t"))
    expect(told).toBe(1)
    expect(table.get()).toBe(rows)
    take(event("agent", "tool-input-start", { toolCallId: "c", toolName: "Read" }, "t"))
    expect(told).toBe(2)
    expect(shape(table.get())).toEqual(["person", "text 0", "tools 1"])
    expect(table.get()[0]).toBe(rows[0])
    expect(table.get()[1]).toBe(rows[1])
    end()
  })

  it("APP-33 keeps the rows of messages that stay when older ones come in front", async () => {
    const messages = Array.from({ length: 40 }, (_, index) => person(`m${index}`, "text", TIME + index * 60_000))
    const { view, flush } = opened(messages.slice(20))
    const table = new RowTable(view.transcript.messages)
    const end = table.subscribe(() => undefined)
    const before = table.get()
    view.transcript.messages.prepend(messages.slice(0, 20))
    flush()
    expect(table.get().slice(20)).toEqual(before)
    expect(
      table
        .get()
        .slice(21)
        .every((row, index) => row === before[index + 1]),
    ).toBe(true)
    end()
  })
})

describe("from where on it is new", () => {
  const rows = [person("a", "1"), answer("t", [text("x"), tool("Bash"), text("y")])].flatMap((message) =>
    planRows(message, false),
  )

  it("APP-38 the line stands before the first part that was not shown", () => {
    const place = { seq: 5, time: TIME, message: "t", parts: 2 }
    expect(firstNew(rows, place)).toBe("t:2")
    expect(firstNew(rows, { ...place, message: "gone" })).toBeUndefined()
    expect(firstNew(rows, { ...place, parts: 3 })).toBeUndefined()
    expect(firstNew([...rows, ...planRows(person("b", "more"), false)], { ...place, parts: 3 })).toBe("b:0")
  })

  it("APP-38 by a mark of another client the line stands before the first message that came later", () => {
    const messages = [
      { id: "a", createdAt: TIME, role: "user", parts: 1 },
      { id: "t", createdAt: TIME + 10, role: "assistant", parts: 3 },
    ]
    expect(firstNewAfter(rows, messages, TIME + 5, false)).toBe("t:0")
    expect(firstNewAfter(rows, messages, TIME + 50, true)).toBe("t:0")
    expect(firstNewAfter(rows, messages, TIME + 50, false)).toBeUndefined()
  })
})
