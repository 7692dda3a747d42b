import type { InputPart } from "@holdfast/protocol/agent/message"
import type { Channel, Event } from "@holdfast/protocol/event"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { messageLabel } from "../../src/agent/message-label.ts"
import { type Command, decide } from "../../src/decide.ts"
import { evolve } from "../../src/evolve.ts"
import type { SessionState } from "../../src/state.ts"
import { SESSION, SPEC } from "./agent-world.ts"
import { someText } from "./chunks.ts"

const label = (...texts: ReadonlyArray<string>): string | undefined => messageLabel(texts.map((text) => ({ type: "text", text })))

const file = (filename?: string): InputPart => ({
  type: "file",
  mediaType: "text/plain",
  url: "data:text/plain,a",
  ...(filename === undefined ? {} : { filename }),
})

describe("the label of a message", () => {
  it("is its first line with words, whatever is around it", () => {
    expect(label("Fix the build")).toBe("Fix the build")
    expect(label("\n  \u0007\t\r\n  Fix\tthe  \u001b build \nand then rest")).toBe("Fix the build")
    expect(label(" ", "second part")).toBe("second part")
    expect(label("a\u2028b")).toBe("a")
    expect(label("\u202egnorw")).toBe("gnorw")
  })

  it("is cut at a word to 60 columns", () => {
    const long = "Please look why the nightly build (of the runner) fails on machines with two cores"
    expect(label(long)).toBe("Please look why the nightly build (of the runner) fails on…")
    expect(label("Please look why the nightly build of the runner fails on (all) machines")).toBe(
      "Please look why the nightly build of the runner fails on…",
    )
    expect(label("x".repeat(60))).toBe("x".repeat(60))
    expect(label("x".repeat(500))).toBe(`${"x".repeat(59)}…`)
    const wide = label("日".repeat(100))
    expect(wide).toMatch(/^日+…$/)
    expect(wide?.length).toBeLessThanOrEqual(30)
  })

  it("is the name of a file if there is no text, and empty if there is neither", () => {
    expect(messageLabel([file(), file("plan.md")])).toBe("plan.md")
    expect(messageLabel([file("plan.md"), { type: "text", text: "Do this" }])).toBe("Do this")
    expect(messageLabel([file(), { type: "text", text: " \u0000 " }])).toBeUndefined()
  })

  it("E-7 is a label that a person could choose, whatever the message", () => {
    const words = fc.array(fc.oneof(someText, fc.string({ unit: "grapheme" })), { maxLength: 30 })
    fc.assert(
      fc.property(words, (texts) => {
        const made = label(texts.join(" "))
        if (made === undefined) return
        // oxlint-disable-next-line no-control-regex
        expect(made).toMatch(/^[^\u0000-\u001f\u007f-\u009f]{1,200}$/)
        expect(made.isWellFormed()).toBe(true)
        expect(made.trim()).toBe(made)
      }),
      { numRuns: 500 },
    )
  })
})

describe("a session whose label no one chose", () => {
  /** A session, and what commands make of it. */
  const session = (unnamed: boolean) => {
    let state: SessionState | undefined
    let seq = 0
    const submit = (command: Command): ReadonlyArray<string> => {
      const decision = decide(state, command)
      if (decision._tag === "Rejected") return [decision.rejection._tag]
      for (const { name, data } of decision.events) {
        const [channel, type] = name.split("/") as [Channel, string]
        state = evolve(state, { seq: ++seq, time: seq, channel, type, data: data as unknown as Event["data"] }, SESSION)
      }
      return decision.events.map(({ name }) => name)
    }
    submit({
      _tag: "Create",
      kind: "agent",
      label: "scripted",
      ...(unnamed ? { unnamed } : {}),
      tags: [],
      owner: "o",
      agent: SPEC,
    })
    const send = (text: string): ReadonlyArray<string> =>
      submit({
        kind: "request",
        _tag: "SendMessage",
        messageId: `m${seq}`,
        parts: [{ type: "text", text }],
        mode: "queue",
        by: "ann",
        at: 1,
        turn: `t${seq}`,
      })
    return { submit, send, label: () => state?.label }
  }

  it("A-14 gets it from its first message, once", () => {
    const { submit, send, label: now } = session(true)
    expect(send(" ")).toEqual(["Unprocessable"])
    expect(now()).toBe("scripted")
    expect(send("Fix the build\nplease")).toEqual(["queue/added", "turn/started", "queue/sent", "session/renamed"])
    expect(now()).toBe("Fix the build")
    expect(send("And then rest")).toEqual(["queue/added"])
    expect(submit({ _tag: "Update", label: "work" })).toEqual(["session/renamed"])
    expect(now()).toBe("work")
  })

  it("A-14 keeps the label that a person chooses, even if it is the same", () => {
    const named = session(false)
    named.send("Fix the build")
    expect(named.label()).toBe("scripted")
    const later = session(true)
    expect(later.submit({ _tag: "Update", label: "scripted" })).toEqual(["session/renamed"])
    later.send("Fix the build")
    expect(later.label()).toBe("scripted")
  })
})
