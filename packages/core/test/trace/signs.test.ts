import type { KnownEvent } from "@holdfast/protocol/events"
import { describe, expect, it } from "vitest"
import { newsOf } from "../../src/news.ts"
import type { SessionState } from "../../src/state.ts"
import { momentOf, signOf } from "../../src/trace/signs.ts"

const event = (name: string, data: object): KnownEvent => ({ name, data }) as unknown as KnownEvent

const reporting = (program: object): Pick<SessionState, "terminal"> =>
  ({ terminal: { program: { since: 1, ...program } } }) as unknown as Pick<SessionState, "terminal">

describe("signs of a trace", () => {
  it("L-6 a terminal whose program reports its state works and waits as an agent does", () => {
    expect(signOf(undefined)).toBe(".")
    expect(signOf(reporting({ state: "working" }))).toBe("w")
    expect(signOf(reporting({ state: "blocked", kind: "permission" }))).toBe("a")
    expect(signOf(reporting({ state: "done" }))).toBe(".")
  })

  it("L-4 L-6 a report of the end is news, and a command of a shell is a message of a person that may fail", () => {
    expect(
      ["done", "failed", "working", "blocked", "idle", undefined].map((state) => newsOf(event("terminal/program", { state }))),
    ).toEqual(["finished", "failed", undefined, undefined, undefined, undefined])
    const command = (data: object) => momentOf(event("terminal/command", { startedAt: 1, ...data }))
    expect(command({ line: "make" })).toBe("m")
    expect(command({ milliseconds: 5, exitCode: 0 })).toBeUndefined()
    expect(command({ milliseconds: 5 })).toBeUndefined()
    expect(command({ milliseconds: 5, exitCode: 2 })).toBe("f")
    expect(momentOf(event("queue/taken", { messageId: "one", turn: "two" }))).toBe("m")
    expect(momentOf(event("message/added", { message: { role: "user" } }))).toBeUndefined()
    expect(newsOf(event("terminal/command", { milliseconds: 5, exitCode: 2 }))).toBeUndefined()
  })
})
