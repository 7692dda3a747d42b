import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { createAgent } from "@holdfast/testkit/hub/agent-house"
import { type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { ToldRunner } from "@holdfast/testkit/hub/told-runner"

const FILE = `data:text/plain;base64,${Buffer.from("a file").toString("base64")}`

describe("the directories of sessions", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  const open = async (trashKeep = 1000, sessionDirectories = ""): Promise<House> =>
    (house = await openHouse({
      directory: directory.path,
      sqlite: true,
      runners: new ToldRunner().layer,
      settings: { trashKeep, sessionDirectories },
    }))
  beforeEach(async () => {
    directory = await testDirectory()
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })

  const there = (): ReadonlyArray<string> => namesIn(join(directory.path, "sessions"))
  const namesIn = (root: string): ReadonlyArray<string> => (existsSync(root) ? readdirSync(root).sort() : [])
  const damage = (id: string): void => {
    const database = new DatabaseSync(join(directory.path, "holdfast.db"))
    database.prepare("UPDATE sessions SET record = ? WHERE id = ?").run('{"directory":"../sessions"}', id)
    database.close()
  }
  const sendFile = (id: string) =>
    house.run(house.agents.send(id, { parts: [{ type: "file", mediaType: "text/plain", url: FILE }] }, OWNER))

  it("A-70 the one on disk is the one that the record names, made when it is first needed, and a rename does not change it", async () => {
    await open()
    const { id, directory: name } = await createAgent(house, { label: "My Helper, 2nd" })
    expect(name).toBe(`my-helper-2nd-${id}`)
    expect(there()).toEqual([])
    await sendFile(id)
    expect(there()).toEqual([name])
    expect(readdirSync(join(directory.path, "sessions", name)).filter((one) => one !== "resume")).toEqual(["files"])
    const { session } = await house.run(house.hub.update(id, { label: "other" }, OWNER))
    expect(session).toMatchObject({ label: "other", directory: name })
    await house.close()
    await open()
    expect(await house.run(house.hub.get(id))).toMatchObject({ label: "other", directory: name })
    await sendFile(id)
    expect(there()).toEqual([name])
    const unnamed = await createAgent(house, { env: { A: "b" } })
    expect(unnamed.directory).toBe(`scripted-${unnamed.id}`)
    expect(there()).toEqual([name, unnamed.directory].sort())
  })

  it("A-70 a purge removes the directory of its session and nothing else, also where the record is damaged", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] })
    try {
      await open(0)
      const [gone, damaged, kept] = await Promise.all(
        ["gone", "damaged", "kept"].map((label) => createAgent(house, { label, env: { A: "b" } })),
      )
      if (gone === undefined || damaged === undefined || kept === undefined) throw new Error("three sessions were made")
      const beside = `gone-${gone.id.slice(0, -1)}`
      mkdirSync(join(directory.path, "sessions", beside))
      writeFileSync(join(directory.path, "sessions", beside, "mine"), "")
      for (const { id } of [gone, damaged]) await house.run(house.hub.remove(id, undefined, OWNER))
      await house.close()
      damage(damaged.id)
      await open(0)
      await vi.advanceTimersByTimeAsync(60_000)
      vi.useRealTimers()
      await expect.poll(there, { timeout: 20_000 }).toEqual([beside, kept.directory].sort())
    } finally {
      vi.useRealTimers()
    }
  })

  it("A-70 X-13 a purge finds the directory of a damaged record where the setting has those of all sessions", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] })
    try {
      const root = join(directory.path, "elsewhere")
      mkdirSync(root)
      await open(0, root)
      const damaged = await createAgent(house, { label: "damaged", env: { A: "b" } })
      expect(namesIn(root)).toEqual([damaged.directory])
      await house.run(house.hub.remove(damaged.id, undefined, OWNER))
      await house.close()
      damage(damaged.id)
      await open(0, root)
      await vi.advanceTimersByTimeAsync(60_000)
      vi.useRealTimers()
      await expect.poll(() => namesIn(root), { timeout: 20_000 }).toEqual([])
    } finally {
      vi.useRealTimers()
    }
  })
})
