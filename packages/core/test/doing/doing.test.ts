import { encodeEvent, encodeOutput } from "@holdfast/protocol/record"
import type { Channel } from "@holdfast/protocol/event"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { AgentDoing } from "../../src/doing/AgentDoing.ts"
import { lastLineOf } from "../../src/doing/last-line.ts"
import { TerminalDoing } from "../../src/doing/TerminalDoing.ts"

let seq = 0
const event = (channel: Channel, type: string, data: object = {}) =>
  encodeEvent({ seq: ++seq, time: 1000 + seq, channel, type, data: data as never })
const output = (text: string) => encodeOutput(++seq, 1000 + seq, new TextEncoder().encode(text))

describe("what a session does now", () => {
  it("L-3 of an agent it is the last tool with its target, thinking, or writing, in its turn", () => {
    const reader = new AgentDoing()
    const says = () => {
      const { time: _, ...now } = reader.now()
      return now
    }
    expect(says()).toEqual({ what: "nothing" })
    reader.take([event("turn", "started", { turn: "t" })])
    expect(says()).toEqual({ what: "thinking" })
    reader.take([event("agent", "text-start", { id: "1" }), event("agent", "text-delta", { id: "1", delta: "Look" })])
    expect(says()).toEqual({ what: "writing" })
    const call = { toolCallId: "c", toolName: "Bash" }
    reader.take([event("agent", "tool-input-start", call)])
    expect(says()).toEqual({ what: "tool", words: "Bash" })
    reader.take([event("agent", "tool-input-available", { ...call, input: { description: "Test", command: "npm\ntest" } })])
    reader.take([event("agent", "tool-output-available", { toolCallId: "c", output: "…" })])
    expect(says()).toEqual({ what: "tool", words: "Bash", target: "npm test" })
    reader.take([event("agent", "tool-input-available", { ...call, toolName: "Odd\u001b[2J", input: 3, title: "Do it" })])
    expect(says()).toEqual({ what: "tool", words: "Odd [2J", target: "Do it" })
    reader.take([event("agent", "reasoning-delta", { id: "2", delta: "hm" })])
    const { time } = reader.now()
    reader.take([event("agent", "reasoning-delta", { id: "2", delta: "hm" })])
    expect(reader.now()).toEqual({ what: "thinking", time })
    reader.take([event("turn", "ended", { turn: "t", outcome: "completed" })])
    expect(says()).toEqual({ what: "nothing" })
  })

  it("L-3 of a terminal it is the last line that was printed, whatever pieces it came in", () => {
    const reader = new TerminalDoing(0)
    expect(reader.now()).toEqual({ what: "nothing", time: 0 })
    reader.take([output("one\r\ntw"), output("o \u001b[31mred\u001b[0m"), output("\r\n\r\n")])
    expect(reader.now()).toEqual({ what: "printing", words: "two red", time: 1000 + seq })
    reader.take(Array.from({ length: 900 }, (_, at) => output(`\r${at} of 900 ${"x".repeat(60)}\u001b[K`)))
    expect(reader.now().words).toBe(`899 of 900 ${"x".repeat(60)}`)
    reader.take([output(`\r\n${"long ".repeat(5000)}`)])
    expect(reader.now().words).toHaveLength(120)
    reader.take([event("terminal", "exit", { code: 0 })])
    expect(reader.now().what).toBe("nothing")
  })

  it("T-60 a redraw for a new size is shown as of when the program did it by itself", () => {
    const reader = new TerminalDoing(0)
    const at = (time: number, text?: string) =>
      reader.take([
        text === undefined
          ? encodeEvent({ seq: ++seq, time, channel: "terminal", type: "resize", data: { cols: 9, rows: 9 } })
          : encodeOutput(++seq, time, new TextEncoder().encode(text)),
      ])
    at(1000, "one")
    at(9000)
    at(9100, "\r\ntwo")
    expect(reader.now()).toEqual({ what: "printing", words: "two", time: 1000 })
    at(10_000, "\r\nthree")
    expect(reader.now()).toEqual({ what: "printing", words: "three", time: 10_000 })
  })

  it("T-60 a redraw that is the first thing read is shown as of when the session was active last", () => {
    const reader = new TerminalDoing(1000)
    const records = [
      encodeEvent({ seq: ++seq, time: 9000, channel: "terminal", type: "resize", data: { cols: 9, rows: 9 } }),
      encodeOutput(++seq, 9100, new TextEncoder().encode("two")),
    ]
    reader.take(records)
    expect(reader.now()).toEqual({ what: "printing", words: "two", time: 1000 })
  })

  it("L-3 sequences add nothing to the words, returns begin a line again, and a full screen has no last line", () => {
    const line = (text: string) => lastLineOf(text).line
    expect(line("a\r\nb\r\n")).toBe("b")
    expect(line("10%\r20%\r100%")).toBe("100%")
    expect(line("100%\r")).toBe("100%")
    expect(line("\u001b]0;title\u0007$ \u001b[K")).toBe("$ ")
    expect(line("\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\ end")).toBe("link end")
    expect(line("old\u001b[H\u001b[2J$ ls")).toBe("$ ls")
    expect(line("abc\b\bx")).toBe("ax")
    expect(line("cut \u001b[3")).toBe("cut ")
    expect(line("")).toBe("")
    const screen = Array.from({ length: 10 }, (_, row) => `\u001b[${row + 2};5Hcell`).join("")
    expect(lastLineOf(screen).isScreen).toBe(true)
    expect(lastLineOf("\u001b[H\u001b[2J$ ls\r\na b").isScreen).toBe(false)
  })

  it("L-3 whatever bytes a program prints, the words are one line of text of a bounded length", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (pieces) => {
        const reader = new TerminalDoing(0)
        reader.take(pieces.map((bytes) => encodeOutput(++seq, 1, bytes)))
        const { words = "" } = reader.now()
        expect(words.length).toBeLessThanOrEqual(120)
        expect(words).toMatch(/^[^\p{Cc}\p{Cs}\u2028-\u202e]*$/u)
      }),
    )
  })
})
