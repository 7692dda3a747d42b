import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { SessionQuery } from "@holdfast/protocol/session"
import { createTerminal, type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"

describe.each(["memory", "sqlite"])("the list of sessions, %s", (store) => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  beforeEach(async () => {
    directory = await testDirectory()
    house = await openHouse({ directory: directory.path, sqlite: store === "sqlite" })
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })

  it("H-2 holds active sessions; archived and deleted ones are asked for by status (fault:N75)", async () => {
    const ids = new Map<string, string>()
    for (const label of ["active", "archived", "deleted"])
      ids.set((await createTerminal(house, { command: "/bin/cat", label })).id, label)
    const [, archived = "", deleted = ""] = ids.keys()
    await house.run(house.hub.archive(archived, undefined, OWNER))
    await house.run(house.hub.remove(deleted, undefined, OWNER))
    const listed = async (query: SessionQuery) => {
      const { sessions, total } = await house.run(house.hub.list(query))
      expect(total).toBe(sessions.length)
      return sessions.map(({ id }) => ids.get(id)).sort()
    }
    expect(await listed({})).toEqual(["active"])
    expect(await listed({ q: "d" })).toEqual([])
    expect(await listed({ status: "all" })).toEqual(["active", "archived"])
    expect(await listed({ status: "archived" })).toEqual(["archived"])
    expect(await listed({ status: "deleted" })).toEqual(["deleted"])
    const first = await house.run(house.hub.list({ status: "all", limit: 1 }))
    const second = await house.run(house.hub.list({ status: "all", limit: 1, cursor: first.next ?? "" }))
    expect(new Set([...first.sessions, ...second.sessions].map(({ id }) => ids.get(id)))).toEqual(new Set(["active", "archived"]))
  })
})
