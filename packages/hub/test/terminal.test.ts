import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { attachReader, createTerminal, type House, openHouse, testDirectory } from "@holdfast/testkit/hub/hub-house"

describe("a terminal session", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  beforeEach(async () => {
    directory = await testDirectory()
    house = await openHouse({ directory: directory.path })
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })

  it("D-2 a reader from 0 sees creation, start, output and exit once and in order", async () => {
    const session = await createTerminal(house, { command: "/bin/sh", args: ["-c", "echo hello; exit 3"] })
    const reader = await attachReader(house, { session: session.id, after: 0 })
    await reader.until("the exit", ({ list }) => list.some(({ type }) => type === "exit"))
    reader.checkDense(0)
    expect(reader.text).toContain("hello")
    expect(reader.list[0]?.type).toBe("created")
    expect(reader.list[1]?.type).toBe("started")
    expect(reader.list.at(-1)).toMatchObject({ type: "exit", data: { code: 3 } })
    expect(reader.seen.filter(({ kind }) => kind === "synced")).toHaveLength(1)
  })
})
