import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { makeCredentials } from "../../src/credentials/Credentials.ts"
import type { SettingsStore } from "../../src/credentials/credential-options.ts"
import { connectedCaller, renamed } from "../../src/SocketDoor.ts"

const OWNER = "o".repeat(43)
const run = Effect.runPromise

/** Settings in a map, which can be full. */
class Kept implements SettingsStore {
  readonly all = new Map<string, string>()
  isFull = false
  putSetting(name: string, value: string | undefined) {
    return Effect.suspend(() => {
      if (this.isFull) return Effect.fail({ _tag: "StoreFull", message: "the disk is full" })
      if (value === undefined) this.all.delete(name)
      else this.all.set(name, value)
      return Effect.void
    })
  }
  settings(prefix: string) {
    return Effect.sync(() => [...this.all].filter(([name]) => name.startsWith(prefix)).map(([name, value]) => ({ name, value })))
  }
}

const begin = async (kept = new Kept(), owner = OWNER) => {
  const clock = { now: 1_000_000 }
  const credentials = await run(
    makeCredentials({
      ...{ store: kept, owner, fixed: "fixed-token", linkExpiry: 600_000, signInExpiry: 3_600_000 },
      replaceOwner: async () => "r".repeat(43),
      now: () => clock.now,
    }),
  )
  const ended: Array<string> = []
  credentials.onEnd((credential) => void ended.push(credential))
  const pair = async (name?: string, scope: "all" | "write" | "read" = "write") => {
    const { pairing, secret } = credentials.makePairing(credentials.owner(), { name, scope })
    return { pairing, secret: (await run(credentials.redeem(secret))) ?? "" }
  }
  return { credentials, clock, ended, kept, pair }
}

describe("when a device was used last", () => {
  it("G-27 is noted with each request, written to the store when that is asked for, and goes with the device", async () => {
    const { credentials, clock, kept, pair } = await begin()
    const [phone, tablet] = [await pair("phone"), await pair("tablet")]
    const used = () => Object.fromEntries(credentials.tokens().map(({ name, usedAt }) => [name, usedAt]))
    const writes = () => [...kept.all].filter(([name]) => name.startsWith("used/")).map(([, value]) => value)
    expect(used()).toEqual({ phone: undefined, tablet: undefined })
    clock.now += 5000
    const principal = credentials.authenticate(phone.secret)
    expect([used(), writes()]).toEqual([{ phone: clock.now, tablet: undefined }, []])
    await run(credentials.keepUses(false))
    expect(writes()).toEqual([String(clock.now)])
    // A connection that stays open costs the store no write each time.
    clock.now += 300_000
    credentials.use(principal ?? credentials.owner())
    await run(credentials.keepUses(false))
    expect(writes()).toEqual([String(clock.now - 300_000)])
    kept.isFull = true
    clock.now += 5000
    credentials.use(principal ?? credentials.owner())
    expect(await run(Effect.flip(credentials.keepUses(false)))).toMatchObject({ _tag: "StoreFull" })
    expect(writes()).toEqual([String(clock.now - 305_000)])
    kept.isFull = false
    await run(credentials.keepUses(false))
    expect(writes()).toEqual([String(clock.now)])
    // A browser that it signed in is the device, too.
    clock.now += 5000
    const browser = await run(credentials.redeem(credentials.makeLink(principal ?? credentials.owner()).secret))
    expect(credentials.authenticate(browser ?? "")?.browser).toBeDefined()
    await run(credentials.keepUses(true))
    const again = await begin(kept)
    expect(again.credentials.tokens()).toMatchObject([{ name: "phone", usedAt: clock.now }, { name: "tablet" }])
    again.credentials.authenticate(tablet.secret)
    await run(again.credentials.keepUses(false))
    expect(writes()).toHaveLength(2)
    for (const { id } of again.credentials.tokens()) await run(again.credentials.revokeToken(id))
    expect([...kept.all.keys()]).toEqual([])
  })
})

describe("devices", () => {
  it("G-23 a link makes one device, once, which is the owner's and has a token of its own", async () => {
    const { credentials, kept } = await begin()
    const { pairing, secret: link, expiresAt } = credentials.makePairing(credentials.owner(), { scope: "write" })
    expect(expiresAt).toBe(1_600_000)
    expect([credentials.tokens(), credentials.pairing(pairing)]).toEqual([[], { isOpen: true }])
    let told = 0
    const stop = credentials.onPaired(pairing, () => told++)
    const secret = (await run(credentials.redeem(link))) ?? ""
    expect(await run(credentials.redeem(link))).toBeUndefined()
    const [device] = credentials.tokens()
    expect(device).toMatchObject({ name: "Phone", scope: "write", device: true })
    expect(credentials.pairing(pairing)).toEqual({ isOpen: false, device })
    expect(told).toBe(1)
    stop()
    expect(credentials.authenticate(secret)).toEqual({
      ...{ name: "Phone", credential: device?.id, scope: "write", holder: "owner", device: true },
    })
    expect(JSON.stringify([...kept.all])).not.toContain(secret)
    const again = await begin(kept)
    expect(again.credentials.authenticate(secret)).toMatchObject({ name: "Phone", holder: "owner" })
    expect(again.credentials.tokens()).toEqual([{ ...device, usedAt: again.clock.now }])
  })

  it("G-23 a link ends at its time and with who made it, and is good again when the disk was full", async () => {
    const { credentials, clock, kept } = await begin()
    const first = credentials.makePairing(credentials.owner(), { scope: "write" })
    kept.isFull = true
    expect(await run(Effect.flip(credentials.redeem(first.secret)))).toMatchObject({ _tag: "StorageFull" })
    expect(credentials.pairing(first.pairing)).toEqual({ isOpen: true })
    kept.isFull = false
    expect(await run(credentials.redeem(first.secret))).toBeDefined()
    const late = credentials.makePairing(credentials.owner(), { scope: "write" })
    clock.now += 600_000
    expect(credentials.pairing(late.pairing)).toEqual({ isOpen: false })
    expect(await run(credentials.redeem(late.secret))).toBeUndefined()
    const admin = await run(credentials.makeToken({ name: "admin", scope: "all" }))
    const of = credentials.makePairing(credentials.authenticate(admin.secret) ?? credentials.owner(), { scope: "all" })
    await run(credentials.revokeToken(admin.id))
    expect(await run(credentials.redeem(of.secret))).toBeUndefined()
    expect(credentials.pairing("nothing")).toEqual({ isOpen: false })
  })

  it("G-23 devices have names of their own, are renamed, also in what they do over a connection that is open, and end when they are revoked", async () => {
    const { credentials, ended, kept, pair } = await begin()
    const [one, other, named] = [await pair(), await pair(), await pair("tablet", "read")]
    expect(credentials.tokens().map(({ name, scope }) => [name, scope])).toEqual([
      ["Phone", "write"],
      ["Phone 2", "write"],
      ["tablet", "read"],
    ])
    const id = credentials.pairing(one.pairing).device?.id ?? ""
    const browser = await run(credentials.redeem(credentials.makeLink(credentials.authenticate(one.secret)!).secret))
    const principals = [one.secret, browser ?? ""].map((secret) => credentials.authenticate(secret)!)
    const connected = principals.map((principal) => [connectedCaller(principal, "socket"), principal] as const)
    expect(await run(credentials.renameToken(id, "old phone"))).toMatchObject({ id, name: "old phone", device: true })
    expect(await run(credentials.renameToken("nothing", "x"))).toBeUndefined()
    for (const secret of [one.secret, browser ?? ""])
      expect(credentials.authenticate(secret)).toMatchObject({ name: "old phone", holder: "owner" })
    for (const [caller, principal] of connected)
      expect({ ...renamed(caller, principal), key: "k" }).toMatchObject({ name: "old phone", credential: id, door: "socket" })
    expect((await begin(kept)).credentials.tokens()[0]).toMatchObject({ name: "old phone" })
    expect(await run(credentials.revokeToken(id))).toBe(true)
    expect([one.secret, browser ?? "", other.secret].map((secret) => credentials.authenticate(secret)?.name)).toEqual([
      undefined,
      undefined,
      "Phone 2",
    ])
    expect([ended, credentials.pairing(one.pairing)]).toEqual([[id], { isOpen: false }])
    expect(named.secret).not.toBe("")
  })

  it("G-17 G-23 replacing the owner's credential signs every device out, also while no hub runs; tokens of programs stay", async () => {
    const { credentials, ended, kept, pair } = await begin()
    const program = await run(credentials.makeToken({ name: "ci", scope: "read" }))
    const phone = await pair()
    const { id = "" } = credentials.pairing(phone.pairing).device ?? {}
    await run(credentials.rotate)
    expect(credentials.authenticate(phone.secret)).toBeUndefined()
    expect([credentials.tokens().map(({ name }) => name), ended.includes(id)]).toEqual([["ci"], true])
    expect([...kept.all.keys()]).toEqual([`token/${program.id}`])
    const later = await begin(kept, "r".repeat(43))
    const next = await later.pair()
    const elsewhere = await begin(kept, "e".repeat(43))
    expect(elsewhere.credentials.authenticate(next.secret)).toBeUndefined()
    expect(elsewhere.credentials.authenticate(program.secret)).toMatchObject({ name: "ci" })
    expect([...kept.all.keys()]).toEqual([`token/${program.id}`])
  })
})
