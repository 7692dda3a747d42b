import { describe, expect, it, vi } from "vitest"
import { undoLast } from "../../src/app/notices.ts"
import { openedOnce, type Closers } from "../../src/app/database.ts"
import { type Fields, putBack } from "../../src/app/take-back-item.ts"
import { pastedFiles } from "../../src/dock/file-parts.ts"
import type { Words } from "../../src/dock/draft-state.ts"
import { takeBackStart } from "../../src/new-session/use-start.ts"
import { firstMessageNow, giveBackFirstMessage, takeFirstMessage } from "../../src/new-session/wish.ts"

describe("what is taken out of the outbox", () => {
  const fields = () => {
    const drafts: Array<{ readonly session: string; readonly words: Words }> = []
    const first: Array<string> = []
    const to: Fields = {
      draft: (session) => (session === "gone" ? undefined : { giveBack: async (words) => void drafts.push({ session, words }) }),
      firstMessage: (text) => void first.push(text),
    }
    return { drafts, first, to }
  }

  it("APP-49 goes back with its files to where it was written", async () => {
    const { drafts, first, to } = fields()
    const url = `data:image/png;base64,${btoa("x")}`
    const parts = [
      { type: "file", mediaType: "image/png", filename: "a.png", url },
      { type: "text", text: "look" },
    ]
    expect(await putBack({ id: "k", operation: "messages.send", input: { parts } }, "s", to)).toBe("draft")
    expect(await putBack({ id: "k", operation: "messages.send", input: { text: "words" } }, "t", to)).toBe("draft")
    expect(
      await putBack({ id: "k", operation: "sessions.create", input: { kind: "agent", message: { text: "begin" } } }, "n", to),
    ).toBe("form")
    expect(await putBack({ id: "k", operation: "sessions.create", input: { kind: "terminal" } }, "n", to)).toBeUndefined()
    expect(await putBack({ id: "k", operation: "sessions.update", input: { label: "x" } }, "s", to)).toBeUndefined()
    expect(drafts.map(({ session, words }) => [session, words.text, words.files.map(({ name }) => name)])).toEqual([
      ["s", "look", ["a.png"]],
      ["t", "words", []],
    ])
    expect(first).toEqual(["begin"])
  })

  it("APP-49 of a session that is not made goes into the form of a new one, as no pane shows its draft", async () => {
    const { drafts, first, to } = fields()
    const file = { type: "file", mediaType: "image/png", filename: "a.png", url: `data:image/png;base64,${btoa("x")}` }
    const item = { id: "k", operation: "messages.send" } as const
    expect(await putBack({ ...item, input: { text: "words" } }, "gone", to)).toBe("form")
    expect(await putBack({ ...item, input: { parts: [file, { type: "text", text: "look" }] } }, "gone", to)).toBe(
      "form without files",
    )
    expect([drafts, first]).toEqual([[], ["words", "look"]])
  })

  it("APP-26 a session that is taken back leaves its first message in the form", async () => {
    const show = vi.fn()
    takeFirstMessage(firstMessageNow())
    const box = (outcome: "cancelled" | "settled") => ({ cancel: () => Promise.resolve(outcome) })
    await takeBackStart(box("settled"), "id", "begin", show)
    expect(firstMessageNow()).toBe("")
    await takeBackStart(box("cancelled"), "id", "begin", show)
    expect(firstMessageNow()).toBe("begin")
    expect(show).toHaveBeenCalledOnce()
    giveBackFirstMessage("first")
    expect(firstMessageNow()).toBe("first\n\nbegin")
    undoLast()
  })
})

describe("what is pasted", () => {
  const pasted = (plain: string, ...names: ReadonlyArray<string>): ReadonlyArray<string> => {
    const files = names.map((name) => new File(["x"], name, { type: "image/png" }))
    return pastedFiles({ files, getData: () => plain }).map(({ name }) => name)
  }

  it("APP-48 is text where there is text, whatever picture of it comes along", () => {
    expect(pasted("A table\twith cells", "image.png")).toEqual([])
    expect(pasted("", "image.png")).toEqual(["image.png"])
    expect(pasted(" \n", "image.png")).toEqual(["image.png"])
    // A list of files has their names as its text.
    expect(pasted("/home/me/a.png\nb.png\n", "a.png", "b.png")).toEqual(["a.png", "b.png"])
    expect(pasted("words")).toEqual([])
  })
})

describe("a database of this browser", () => {
  it("APP-48 is opened again after it was closed for another tab, by the browser, or could not be opened", async () => {
    const opened: Array<{ readonly closers: Closers; readonly close: () => void; isClosed: boolean }> = []
    let fails = true
    const open = openedOnce(async (closers) => {
      if (fails) throw new Error("no room")
      const made = { closers, isClosed: false, close: () => void (made.isClosed = true) }
      opened.push(made)
      return made
    })
    await expect(open()).rejects.toThrow("no room")
    fails = false
    const first = await open()
    expect(await open()).toBe(first)
    first.closers.blocking(1, 2, { target: first } as unknown as Event)
    expect(first.isClosed).toBe(true)
    const second = await open()
    expect(second).not.toBe(first)
    second.closers.terminated()
    expect(await open()).not.toBe(second)
    expect(opened).toHaveLength(3)
  })
})
