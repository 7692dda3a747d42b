import type { OutboxItem } from "@holdfast/client/outbox"
import { beforeEach, describe, expect, it } from "vitest"
import { endWords, hasWords } from "../../src/requests/answer.ts"
import { isAnswered, noteAnswered, noteOpen } from "../../src/requests/answered.ts"
import { followOutbox, forgetLate, lateAnswers, tellLate } from "../../src/requests/late-answers.ts"

const failed = (id: string, requestId: string, more: Partial<OutboxItem> = {}): OutboxItem =>
  ({
    id,
    operation: "permissions.answer",
    status: "failed",
    session: "s",
    input: { requestId, optionId: "reject", message: "use rg" },
    error: { tag: "PermissionSettled", message: "it is settled", fields: {} },
    ...more,
  }) as unknown as OutboxItem

const told = () => lateAnswers.get().map(({ key, words, item }) => [key, words, item])

describe("answers that came to nothing", () => {
  beforeEach(() => lateAnswers.set([]))

  it("APP-43 stay in the outbox until a person has put them away, so that a reload tells them again", () => {
    const cleared: Array<string> = []
    const box = { clear: (id: string) => Promise.resolve(cleared.push(id)) }
    followOutbox([failed("1", "a"), failed("2", "b", { status: "pending" })])
    expect([told(), cleared]).toEqual([[["s/a", "use rg", "1"]], []])
    // The same items again change nothing.
    const before = lateAnswers.get()
    followOutbox([failed("1", "a")])
    expect(lateAnswers.get()).toBe(before)
    forgetLate("s/a", box)
    expect([told(), cleared]).toEqual([[], ["1"]])
    forgetLate("s/a", box)
    expect(cleared).toEqual(["1"])
  })

  it("APP-43 go when another tab has put them away; those of this page alone stay", () => {
    tellLate({ key: "s/c", session: "s", told: "Too late", words: "mine" })
    followOutbox([failed("1", "a")])
    followOutbox([])
    expect(told()).toEqual([["s/c", "mine", undefined]])
  })

  it("APP-43 a request is gone only when it was decided or ended", () => {
    expect(endWords({})).toBeUndefined()
    expect(endWords({ cancelled: "the turn is over" })).toBe("it ended without an answer: the turn is over")
    expect(endWords({ decision: { optionId: "a", allow: true, by: "ann", at: 1 } })).toBe("ann allowed it")
  })

  it("APP-43 the end of a request is news again once its answer was taken back", () => {
    noteAnswered("s", "a")
    expect(isAnswered("s/a")).toBe(true)
    noteOpen("s", "a")
    expect(isAnswered("s/a")).toBe(false)
  })

  it("APP-44 gives back words that the decision does not have, and no others", () => {
    const decision = { optionId: "reject", allow: false, by: "ann", at: 1 }
    expect(hasWords({ ...decision, message: "use rg" }, "use rg")).toBe(true)
    expect(hasWords({ ...decision, subject: "rg x\nls" }, "rg x\nls")).toBe(true)
    expect(hasWords({ ...decision, message: "no" }, "use rg")).toBe(false)
    expect(hasWords(decision, "use rg")).toBe(false)
  })
})
