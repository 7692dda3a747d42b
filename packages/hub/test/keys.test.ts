import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Principal } from "../src/Hub.ts"
import { type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"

const token = (credential: string): Principal => ({ name: "token", credential, scope: "write" })
const [ONE, TWO] = [token("one"), token("two")]
const REQUEST = { kind: "terminal", command: "/bin/cat" } as const

describe.each(["memory", "sqlite"])("keys of requests, %s", (store) => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  const open = async (): Promise<House> => openHouse({ directory: directory.path, sqlite: store === "sqlite" })
  const create = (by: Principal, key = "k") => house.run(house.hub.create({ ...REQUEST, key }, by))

  beforeEach(async () => {
    directory = await testDirectory()
    house = await open()
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })

  it("H-22 a creation's key belongs to its credential, and the owner's credentials are one, devices among them (fault:N71)", async () => {
    const made = [await create(ONE), await create(TWO), await create({ ...OWNER, holder: "owner" })]
    expect(new Set(made.map(({ session }) => session.id)).size).toBe(3)
    const again = [await create(ONE), await create(TWO), await create({ ...OWNER, credential: "after", holder: "owner" })]
    expect(again.map(({ session, created }) => [session.id, created])).toEqual(made.map(({ session }) => [session.id, false]))
    const device = { ...token("phone"), holder: "owner", device: true } as const
    expect(await create(device)).toMatchObject({ created: false, session: { id: made[2]?.session.id } })
    const other = house.run(house.hub.create({ ...REQUEST, args: ["-u"], key: "k" }, ONE))
    await expect(other).rejects.toMatchObject({ _tag: "KeyConflict", key: "k" })
  })

  it("H-22 every other key belongs to its credential too: marks, changes, input, the trash (fault:N71)", async () => {
    const { id } = (await create(ONE)).session
    const { hub } = house
    // The bodies differ: with one key for both, the second would be a conflict.
    const operations = [
      (by: Principal) => hub.mark(id, { text: `of ${by.credential}`, key: "same" }, by),
      (by: Principal) => hub.update(id, { label: by.credential, key: "label" }, by),
      (by: Principal) => hub.input(id, "typed", Buffer.from(`${by.credential}\r`), by),
    ]
    for (const operation of operations) {
      const first = [await house.run(operation(ONE)), await house.run(operation(TWO))]
      const again = [await house.run(operation(ONE)), await house.run(operation(TWO))]
      expect(again.map(({ seq }) => seq)).toEqual(first.map(({ seq }) => seq))
    }
    const conflict = house.run(hub.input(id, "typed", Buffer.from("else"), TWO))
    await expect(conflict).rejects.toMatchObject({ _tag: "KeyConflict", key: "typed" })
    expect((await house.run(hub.archive(id, "status", ONE))).changed).toBe(true)
    expect((await house.run(hub.restore(id, "status", TWO))).session.status).toBe("active")
  })

  it("H-23 a create that is sent again never answers with a session in the trash as made (fault:N71)", async () => {
    const { id } = (await create(ONE)).session
    await house.run(house.hub.remove(id, undefined, OWNER))
    for (let attempt = 0; attempt < 2; attempt++)
      await expect(create(ONE)).rejects.toMatchObject({ _tag: "SessionDeleted", session: id })
    expect((await create(TWO)).created).toBe(true)
    await house.run(house.hub.restore(id, undefined, ONE))
    expect(await create(ONE)).toMatchObject({ created: false, session: { id, status: "active" } })
    await house.run(house.hub.remove(id, undefined, OWNER))
    expect(await house.run(house.store.purge(Number.MAX_SAFE_INTEGER, 10))).toContain(id)
    const after = await create(ONE)
    expect([after.created, after.session.id === id]).toEqual([true, false])
  })
})
