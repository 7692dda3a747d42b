import { describe, expect, it } from "vitest"
import type { StreamEvent } from "@holdfast/client/model"
import {
  isGone,
  type LineComment,
  messageOf,
  readComments,
  withComment,
  withDiscarded,
  withoutEdit,
} from "../../src/panes/changes/comments.ts"
import { isTouched } from "../../src/panes/changes/touched.ts"

const comment = (more: Partial<LineComment> = {}): LineComment => ({
  id: "1",
  path: "src/a.ts",
  side: "new",
  from: 12,
  to: 12,
  code: ["const x = 1"],
  text: "Why 1?",
  ...more,
})

describe("comments on changes", () => {
  it("APP-64 comments become one message with file, line and code, in the order of files and lines", () => {
    expect(messageOf([comment()])).toBe("`src/a.ts`, line 12:\n\n```ts\nconst x = 1\n```\n\nWhy 1?")
    const old = comment({ id: "2", side: "old", from: 3, to: 4, code: ["a", "````"], text: "Keep these. " })
    const other = comment({ id: "3", path: "README", text: "Typo" })
    expect(messageOf([comment(), other, old])).toBe(
      [
        "Comments on the changes:",
        "`README`, line 12:\n\n```\nconst x = 1\n```\n\nTypo",
        "---",
        "`src/a.ts`, lines 3 to 4 before the change:\n\n`````ts\na\n````\n`````\n\nKeep these.",
        "---",
        "`src/a.ts`, line 12:\n\n```ts\nconst x = 1\n```\n\nWhy 1?",
      ].join("\n\n"),
    )
  })

  it("APP-65 an undo of a discard leaves what was written since", () => {
    const [old, other, since] = [comment(), comment({ id: "2" }), comment({ id: "3" })]
    expect(withDiscarded([since], [old, other])).toEqual([old, other, since])
    // One that was written again since is as it is now.
    const again = comment({ text: "Why 2?" })
    expect(withDiscarded([again, since], [old, other])).toEqual([other, again, since])
    const many = Array.from({ length: 300 }, (_, at) => comment({ id: `${at}` }))
    expect(readComments(JSON.stringify(withDiscarded([since], many)))).toHaveLength(300)
  })

  it("APP-65 one that was sent while it was edited stays gone, whatever ends the edit", () => {
    const [before, open] = [comment(), comment({ text: "Why 1? Say." })]
    expect(withoutEdit([open], before, open)).toEqual([before])
    expect([isGone([open], open), isGone([], open)]).toEqual([false, true])
    expect(withoutEdit([], before, open)).toEqual([])
    // One that was emptied by the person is not in the way, and comes back.
    const empty = comment({ text: "" })
    expect(isGone([], empty)).toBe(false)
    expect(withoutEdit([], before, empty)).toEqual([before])
    expect(withoutEdit([], empty, empty)).toEqual([])
  })

  it("APP-65 what was kept is read back, and what is damaged is not", () => {
    const kept = withComment(withComment([], comment()), comment({ id: "2" }))
    expect(readComments(JSON.stringify(kept))).toEqual(kept)
    expect(withComment(kept, comment({ text: " " }))).toEqual([comment({ id: "2" })])
    expect(withComment(kept, comment({ id: "2", text: "New" })).map(({ text }) => text)).toEqual(["Why 1?", "New"])
    expect(readComments(null)).toEqual([])
    expect(readComments("{")).toEqual([])
    expect(readComments(JSON.stringify([comment(), { id: 3 }, null, { ...comment(), code: [1] }]))).toEqual([comment()])
  })

  it("APP-63 the events that may have changed files are told from those that do not", () => {
    const event = (seq: number, name: string): StreamEvent => {
      const [channel = "", type = ""] = name.split("/")
      return { seq, channel, type, time: 0, data: {} } as unknown as StreamEvent
    }
    const events = [
      event(1, "turn/started"),
      event(2, "agent/text-delta"),
      event(3, "agent/tool-output-available"),
      event(4, "agent/text-delta"),
    ]
    expect(isTouched(events, 0)).toBe(true)
    expect(isTouched(events, 2)).toBe(true)
    expect(isTouched(events, 3)).toBe(false)
    expect(isTouched([], 0)).toBe(false)
  })
})
