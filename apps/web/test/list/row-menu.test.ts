import { describe, expect, it, vi } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { itemsFor } from "../../src/list/RowMenu.tsx"
import type { MenuParts } from "../../src/list/RowMenu.tsx"
import { undoLast } from "../../src/app/notices.ts"
import { firstMessageNow, takeFirstMessage } from "../../src/new-session/wish.ts"
import { agent, terminal } from "./records.ts"

const RECORDS: ReadonlyMap<string, Session> = new Map(
  [agent("a"), terminal("t"), agent("old", { status: "archived" })].map((one) => [one.id, one]),
)

/** Parts of which the menu reads what it shows; what it does is in the browser's tests. */
const parts = (isPhone: boolean) =>
  ({
    hub: { table: { record: (id: string) => ({ get: () => RECORDS.get(id) }) }, beside: { unread: { get: () => [] } } },
    list: { get: () => ({ snoozed: new Set() }) },
    actions: {},
    open: {},
    peek: () => undefined,
    isPhone,
  }) as unknown as MenuParts

const titles = (ids: ReadonlyArray<string>, isPhone = false) =>
  itemsFor(ids, parts(isPhone)).flatMap((item) => (item === "line" ? [] : [item.title]))

describe("the menu of a row", () => {
  it("APP-22 peeks, for who has a pointer alone; on the phone nothing opens beside another", () => {
    expect(titles(["a"]).slice(0, 4)).toEqual(["Open", "Peek and reply", "Open to the right", "Open below"])
    expect(titles(["t"])).toContain("Peek")
    expect(titles(["a"], true).slice(0, 3)).toEqual(["Open", "Peek and reply", "Rename"])
    expect(titles(["a", "t"])).not.toContain("Peek and reply")
    expect(titles(["old"])).toEqual(["Open", "Take out of the archive", "Move to the trash"])
  })
  it.each(["queued", "failed"] as const)(
    "APP-49 leaves a session that is not made, %s, without losing its first message",
    async (status) => {
      takeFirstMessage(firstMessageNow())
      const taken: Array<string> = []
      const item = {
        id: "c",
        operation: "sessions.create",
        status,
        session: "new:c",
        input: { kind: "agent", message: { text: "begin" } },
      }
      const box = {
        clear: (id: string) => Promise.resolve(taken.push(id)),
        cancel: (id: string) => Promise.resolve(taken.push(id)).then(() => "cancelled"),
      }
      const hub = { ...parts(false).hub, box, outbox: { get: () => ({ items: [item] }) } } as unknown as MenuParts["hub"]
      const leave = itemsFor(["new:c"], { ...parts(false), hub }).find(
        (one) => one !== "line" && one.title === "Do not create it",
      )
      if (leave !== undefined && leave !== "line") leave.run?.()
      await vi.waitFor(() => expect(taken).toEqual(["c"]))
      // What had failed is dropped with a way back.
      if (status === "failed") await vi.waitFor(() => expect(undoLast()).toBe(true))
      await vi.waitFor(() => expect(firstMessageNow()).toBe("begin"))
    },
  )
})
