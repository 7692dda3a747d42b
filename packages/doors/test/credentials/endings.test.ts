import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import type { Principal } from "@holdfast/hub/Hub"
import { eventually } from "@holdfast/testkit/eventually"
import type { SettingsStore } from "../../src/credentials/credential-options.ts"
import { makeCredentials } from "../../src/credentials/Credentials.ts"
import { Links } from "../../src/credentials/links.ts"
import { Pairings } from "../../src/credentials/Pairings.ts"
import { hashSecret } from "../../src/credentials/secret.ts"

const run = Effect.runPromise
const FIXED = "fixed-token"

/** Settings in a map; a refusal can be set for names, and writes can be held until told. */
class Kept implements SettingsStore {
  readonly all = new Map<string, string>()
  refuses: (name: string) => boolean = () => false
  hold: Promise<void> | undefined
  putSetting(name: string, value: string | undefined) {
    const put = Effect.suspend(() => {
      if (this.refuses(name)) return Effect.fail({ _tag: "StoreFull", message: "the disk is full" })
      if (value === undefined) this.all.delete(name)
      else this.all.set(name, value)
      return Effect.void
    })
    return Effect.andThen(
      Effect.promise(() => this.hold ?? Promise.resolve()),
      put,
    )
  }
  settings(prefix: string) {
    return Effect.sync(() => [...this.all].filter(([name]) => name.startsWith(prefix)).map(([name, value]) => ({ name, value })))
  }
}

const begin = async (kept = new Kept(), owner = "o".repeat(43)) => {
  const clock = { now: 1_000_000 }
  const credentials = await run(
    makeCredentials({
      ...{ store: kept, owner, fixed: FIXED, linkExpiry: 600_000, signInExpiry: 3_600_000, again: 20 },
      replaceOwner: async () => "r".repeat(43),
      now: () => clock.now,
    }),
  )
  const as = (secret: string) => credentials.authenticate(secret) ?? credentials.owner()
  const signIn = async (secret: string) => (await run(credentials.redeem(credentials.makeLink(as(secret)).secret))) ?? ""
  const pair = async () => (await run(credentials.redeem(credentials.makePairing(as(FIXED), { scope: "write" }).secret))) ?? ""
  return { credentials, clock, kept, as, signIn, pair }
}

describe("what ended and the store refused to let go of", () => {
  it("G-25 G-23 a revoked device whose removal failed says so, and leaves the store later without being asked again", async () => {
    const { credentials, clock, kept, signIn, pair } = await begin()
    const phone = await pair()
    const browser = await signIn(phone)
    const [device] = credentials.tokens()
    kept.refuses = () => true
    const refusal = await run(Effect.flip(credentials.revokeToken(device?.id ?? "")))
    expect(refusal).toMatchObject({ _tag: "StorageFull" })
    expect(refusal.message).toMatch(/signed out, but a restart may let it in again: repeat this/)
    expect([phone, browser].map((secret) => credentials.authenticate(secret))).toEqual([undefined, undefined])
    clock.now += 20
    await new Promise((resolve) => setImmediate(resolve))
    kept.refuses = () => false
    clock.now += 20
    await eventually("the store let go of it", 5000, () => kept.all.size === 0 && credentials.tokens().length === 0)
  })

  it("G-25 a revoke that is repeated ends a token for good, and its browsers with it also where the store kept one", async () => {
    const { credentials, clock, kept, signIn } = await begin()
    const token = await run(credentials.makeToken({ name: "ci", scope: "all" }))
    const browser = await signIn(token.secret)
    kept.refuses = (name) => name.startsWith("browser/")
    expect(await run(Effect.flip(credentials.revokeToken(token.id)))).toMatchObject({ _tag: "StorageFull" })
    expect(await run(credentials.revokeToken(token.id))).toBe(true)
    expect([...kept.all.keys()]).toEqual([`browser/${hashSecret(browser)}`])
    kept.refuses = () => false
    clock.now += 20
    await eventually("the store let go of the key", 5000, () => kept.all.size === 0)
    expect(credentials.expired(browser)).toBeUndefined()
  })

  it("G-25 G-17 what a rotation could not remove ends at once, is not listed, and leaves the store later or when it is repeated", async () => {
    for (const isRepeated of [false, true]) {
      const { credentials, clock, kept, signIn, pair } = await begin()
      const [browser, phone] = [await signIn(FIXED), await pair()]
      kept.refuses = () => true
      expect((await run(Effect.flip(credentials.rotate))).message).toMatch(/a restart may let it in again: repeat this/)
      expect([browser, phone].map((secret) => credentials.authenticate(secret))).toEqual([undefined, undefined])
      expect([credentials.tokens(), kept.all.size]).toEqual([[], 2])
      kept.refuses = () => false
      if (isRepeated) await run(credentials.rotate)
      else clock.now += 20
      await eventually("the store let go of them", 5000, () => kept.all.size === 0)
    }
  })

  it("G-26 a browser and a device that signed out stay so after a restart, also where the store let go of their keys only later", async () => {
    const { credentials, clock, kept, as, signIn, pair } = await begin()
    const [browser, other, phone] = [await signIn(FIXED), await signIn(FIXED), await pair()]
    const ended: Array<string> = []
    credentials.onKeyEnd(({ browser = "" }, hasExpired) => void ended.push(`browser ${browser !== ""} ${hasExpired}`))
    credentials.onEnd((credential) => void ended.push(credential))
    const [device] = credentials.tokens()
    expect([await run(credentials.signOut(as(other))), await run(credentials.signOut(credentials.owner()))]).toEqual([
      true,
      false,
    ])
    expect([...kept.all.keys()].sort()).toEqual([`browser/${hashSecret(browser)}`, `token/${device?.id}`])
    kept.refuses = () => true
    for (const secret of [browser, phone])
      expect((await run(Effect.flip(credentials.signOut(as(secret))))).message).toMatch(/a restart .* may let its key in again/)
    expect([browser, other, phone].map((secret) => credentials.authenticate(secret))).toEqual([undefined, undefined, undefined])
    await eventually("all were closed", 5000, () => ended.length === 3)
    expect(ended).toEqual(["browser true false", "browser true false", device?.id])
    kept.refuses = () => false
    clock.now += 20
    await eventually("the store let go of them", 5000, () => kept.all.size === 0 && credentials.tokens().length === 0)
    const { credentials: next } = await begin(kept)
    expect([browser, other, phone].map((secret) => next.authenticate(secret))).toEqual([undefined, undefined, undefined])
  })

  it("G-26 a link ends with the browser that made it, also one that it makes, opens or gets back while it signs out", async () => {
    for (const what of ["link", "device"] as const) {
      const { credentials, kept, as, signIn } = await begin()
      const make = (principal: Principal) =>
        (what === "link" ? credentials.makeLink(principal) : credentials.makePairing(principal, { scope: "write" })).secret
      const hold = () => {
        const held = Promise.withResolvers<void>()
        kept.hold = held.promise
        return () => {
          kept.hold = undefined
          held.resolve()
        }
      }
      // Its socket is open until the store has let go of the key.
      const first = as(await signIn(FIXED))
      let free = hold()
      const leaving = run(credentials.signOut(first))
      const late = make(first)
      free()
      expect([await leaving, await run(credentials.redeem(late))]).toEqual([true, undefined])
      // The link was opened, and its key is on the way to the store.
      const second = as(await signIn(FIXED))
      free = hold()
      const opening = run(credentials.redeem(make(second)))
      const left = run(credentials.signOut(second))
      free()
      expect([await left, await opening]).toEqual([true, undefined])
      expect([[...kept.all.keys()], credentials.tokens()]).toEqual([[], []])
      // The store refuses that key.
      const third = as(await signIn(FIXED))
      const again = make(third)
      free = hold()
      const refused = run(Effect.flip(credentials.redeem(again)))
      kept.hold = undefined
      await run(credentials.signOut(third))
      await eventually("it is closed", 5000, () => !credentials.inForce(third))
      kept.refuses = () => true
      free()
      expect(await refused).toMatchObject({ _tag: "StorageFull" })
      kept.refuses = () => false
      expect(await run(credentials.redeem(again))).toBeUndefined()
      expect([[...kept.all.keys()], credentials.tokens()]).toEqual([[], []])
    }
  })

  it("G-25 the time of an expired token that is not remembered any more leaves the store when it can again", async () => {
    const { credentials, clock, kept } = await begin()
    const expiresAt = clock.now + 10
    const tokens = []
    for (let n = 0; n < 1001; n++) tokens.push(await run(credentials.makeToken({ name: `t${n}`, scope: "read", expiresAt })))
    const expired = (): ReadonlyArray<string> => [...kept.all.keys()].filter((name) => name.startsWith("expired/"))
    let refused = 0
    kept.refuses = (name) => name.startsWith("expired/") && kept.all.has(name) && refused++ < 5
    clock.now += 10
    await eventually("the end was noticed", 5000, () => credentials.tokens().length === 0)
    const until = Date.now() + 5000
    while (expired().length > 1000 && Date.now() < until) {
      clock.now += 20
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect([refused > 0, expired().length]).toEqual([true, 1000])
  })
})

describe("what is made while the owner's credential is rotated", () => {
  it.each([["rotation first"], ["store first"]])(
    "G-17 G-23 a device and a browser of the fixed token do not outlive a rotation that came meanwhile, %s",
    async (order) => {
      const { credentials, kept, as } = await begin()
      const device = credentials.makePairing(as(FIXED), { scope: "write" })
      const link = credentials.makeLink(as(FIXED))
      const free = Promise.withResolvers<void>()
      kept.hold = free.promise
      const made = [run(credentials.redeem(device.secret)), run(credentials.redeem(link.secret))]
      const hasRotated = run(credentials.rotate)
      if (order === "rotation first")
        await eventually("rotated", 5000, () => credentials.authenticate("r".repeat(43)) !== undefined)
      kept.hold = undefined
      free.resolve()
      await hasRotated
      const secrets = (await Promise.all(made)).filter((secret) => secret !== undefined)
      expect(secrets.map((secret) => credentials.authenticate(secret))).toEqual(secrets.map(() => undefined))
      expect([credentials.tokens(), [...kept.all.keys()]]).toEqual([[], []])
    },
  )

  it("G-17 a link for a device that waits ends with a rotation, whoever made it, also where it came back from a full disk", async () => {
    const { credentials, kept, as } = await begin()
    const admin = await run(credentials.makeToken({ name: "admin", scope: "all" }))
    const waiting = credentials.makePairing(as(admin.secret), { scope: "write" })
    const taken = credentials.makePairing(as(admin.secret), { scope: "write" })
    const free = Promise.withResolvers<void>()
    kept.hold = free.promise
    const opening = run(Effect.flip(credentials.redeem(taken.secret)))
    kept.hold = undefined
    await run(credentials.rotate)
    kept.refuses = () => true
    free.resolve()
    expect(await opening).toMatchObject({ _tag: "StorageFull" })
    kept.refuses = () => false
    for (const { secret } of [waiting, taken]) expect(await run(credentials.redeem(secret))).toBeUndefined()
    expect(await run(credentials.redeem(credentials.makeLink(as(admin.secret)).secret))).toBeDefined()
  })
})

describe("links that wait", () => {
  it("G-6 beyond a hundred, who has most of them loses the oldest, and no one those of others", () => {
    const links = new Links()
    const make = (credential: string) =>
      links.make({ principal: { name: credential, credential, scope: "write" }, expiresAt: 1000 })
    const owners = [make("owner"), make("owner")]
    const many = Array.from({ length: 300 }, () => make("bound"))
    const other = make("other")
    const good = (secrets: ReadonlyArray<string>): number => secrets.filter((secret) => links.take(secret, 0)).length
    expect(good(many.slice(0, 203))).toBe(0)
    expect([good(owners), good([other]), good(many)]).toEqual([2, 1, 97])
  })
})

describe("who waits for a pairing", () => {
  it("G-23 hears of it once, and is forgotten when the device is there or the wait is over", () => {
    const pairings = new Pairings()
    const told: Array<string> = []
    pairings.on("one", () => told.push("one"))
    const stop = pairings.on("one", () => told.push("again"))
    const leave = pairings.on("two", () => told.push("two"))
    expect(pairings.awaited).toBe(2)
    pairings.settle("one", "device")
    expect([told, pairings.awaited]).toEqual([["one", "again"], 1])
    pairings.on("one", () => told.push("later"))
    stop()
    leave()
    expect(pairings.awaited).toBe(1)
  })
})
