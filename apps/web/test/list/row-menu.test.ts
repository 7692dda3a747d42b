import { describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { itemsFor } from "../../src/list/RowMenu.tsx"
import type { MenuParts } from "../../src/list/RowMenu.tsx"
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
})
