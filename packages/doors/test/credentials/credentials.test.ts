import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { describe, expect, it } from "vitest"
import { eventually } from "@holdfast/testkit/eventually"
import { CredentialTable, lasting } from "../../src/credentials/CredentialTable.ts"
import type { SettingsStore } from "../../src/credentials/credential-options.ts"
import { makeCredentials } from "../../src/credentials/Credentials.ts"
import { proofId } from "../../src/credentials/proof.ts"
import { hashSecret } from "../../src/credentials/secret.ts"

const OWNER = "o".repeat(43)

/** A store of settings in a map, which can be made full. */
const settingsStore = () => {
  const kept = new Map<string, string>()
  const state: { full: boolean; hold: Promise<void> | undefined } = { full: false, hold: undefined }
  const store: SettingsStore = {
    putSetting: (name, value) =>
      Effect.suspend(() => {
        if (state.hold !== undefined)
          return Effect.andThen(
            Effect.promise(() => state.hold ?? Promise.resolve()),
            store.putSetting(name, value),
          )
        if (state.full) return Effect.fail({ _tag: "StoreFull", message: "the disk is full" })
        if (value === undefined) kept.delete(name)
        else kept.set(name, value)
        return Effect.void
      }),
    settings: (prefix) =>
      Effect.sync(() => [...kept].filter(([name]) => name.startsWith(prefix)).map(([name, value]) => ({ name, value }))),
  }
  return { store, kept, state }
}
const setUp = async (owner = OWNER, kept = settingsStore(), fixed = "fixed-token", signInExpiry = 3_600_000) => {
  const clock = { now: 1_000_000 }
  const ended: Array<string> = []
  let rotated = 0
  /** What each write of the owner's file waits for, and what it then holds. */
  const writing: Array<Promise<void>> = []
  const inFile = { secret: owner }
  const credentials = await Effect.runPromise(
    makeCredentials({
      store: kept.store,
      owner,
      replaceOwner: async () => {
        const secret = `rotated-${rotated++}-${"r".repeat(40)}`
        await writing.shift()
        inFile.secret = secret
        return secret
      },
      fixed,
      linkExpiry: 600_000,
      signInExpiry,
      now: () => clock.now,
      again: 20,
    }),
  )
  credentials.onEnd((credential) => void ended.push(credential))
  return { credentials, clock, ended, writing, inFile, ...kept, whole: kept }
}
const run = Effect.runPromise

describe("credentials", () => {
  it("G-4 knows the owner's, the fixed token and nothing else", async () => {
    const { credentials } = await setUp()
    expect(credentials.authenticate(OWNER)).toMatchObject({ name: "owner", scope: "all" })
    expect(credentials.authenticate("fixed-token")).toMatchObject({ scope: "all" })
    for (const bearer of ["", "x", OWNER.slice(1), `${OWNER}o`, "x".repeat(100_000), "__proto__"])
      expect(credentials.authenticate(bearer)).toBeUndefined()
  })

  it("G-7 a token is made, listed without its secret, kept as a hash, and revoked", async () => {
    const { credentials, kept, ended, whole } = await setUp()
    const token = await run(credentials.makeToken({ name: "ci", scope: "read" }))
    expect(credentials.authenticate(token.secret)).toEqual({ name: "ci", credential: token.id, scope: "read" })
    expect(JSON.stringify([...kept, ...credentials.tokens()])).not.toContain(token.secret)
    const again = await setUp(OWNER, whole)
    expect(again.credentials.authenticate(token.secret)).toMatchObject({ name: "ci" })
    expect(await run(credentials.revokeToken(token.id))).toBe(true)
    expect(await run(credentials.revokeToken(token.id))).toBe(false)
    expect([credentials.authenticate(token.secret), credentials.inForce({ credential: token.id }), ended]).toEqual([
      undefined,
      false,
      [token.id],
    ])
    expect((await setUp(OWNER, whole)).credentials.tokens()).toEqual([])
  })

  it("X-20 a token that is bound to sessions is so after a restart, and so is a browser that it signs in", async () => {
    const { credentials, whole } = await setUp()
    const made = await run(credentials.makeToken({ name: "guest", scope: "write", sessions: ["s1", "s2"] }))
    const bound = { name: "guest", credential: made.id, scope: "write", sessions: new Set(["s1", "s2"]) }
    expect(credentials.authenticate(made.secret)).toEqual(bound)
    const again = (await setUp(OWNER, whole)).credentials
    const guest = again.authenticate(made.secret)
    expect(guest).toEqual(bound)
    expect(again.tokens()).toMatchObject([{ sessions: ["s1", "s2"] }])
    const key = await run(again.redeem(again.makeLink(guest ?? again.owner()).secret))
    expect(again.authenticate(key ?? "")).toEqual({ ...bound, browser: expect.any(String) })
  })

  it("X-21 a token ends at its time, with its browsers, and is not there after a restart", async () => {
    const { credentials, clock, ended, kept, whole } = await setUp()
    const made = await run(credentials.makeToken({ name: "brief", scope: "read", expiresAt: clock.now + 50 }))
    const reader = credentials.authenticate(made.secret)
    const key = await run(credentials.redeem(credentials.makeLink(reader ?? credentials.owner()).secret))
    expect(credentials.authenticate(key ?? "")).toEqual({ ...reader, browser: expect.any(String) })
    const later = await run(credentials.makeToken({ name: "later", scope: "read", expiresAt: clock.now + 1e12 }))
    clock.now += 50
    expect([credentials.authenticate(made.secret), credentials.authenticate(key ?? "")]).toEqual([undefined, undefined])
    await eventually("the token has ended", 5000, () => ended.includes(made.id))
    await eventually("the store let go of it", 5000, () => !JSON.stringify([...kept]).includes(made.id))
    expect(credentials.tokens().map(({ id }) => id)).toEqual([later.id])
    clock.now += 1e12
    expect((await setUp(OWNER, { ...whole })).credentials.tokens()).toMatchObject([{ id: later.id }])
  })

  it("X-21 G-12 an expired secret is recognized, before and after its end was noticed and a restart; no other one is", async () => {
    const { credentials, clock, kept, whole } = await setUp()
    const endings: Array<boolean> = []
    credentials.onEnd((_, hasExpired) => void endings.push(hasExpired))
    const expiresAt = clock.now + 50
    const made = await run(credentials.makeToken({ name: "brief", scope: "read", expiresAt }))
    const gone = await run(credentials.makeToken({ name: "gone", scope: "read" }))
    const reader = credentials.authenticate(made.secret)
    const key = (await run(credentials.redeem(credentials.makeLink(reader ?? credentials.owner()).secret))) ?? ""
    await run(credentials.revokeToken(gone.id))
    const seen = (of: typeof credentials) =>
      [made.secret, key, gone.secret, "hft_none", "x".repeat(999)].map((one) => of.expired(one))
    expect(seen(credentials)).toEqual([undefined, undefined, undefined, undefined, undefined])
    clock.now += 50
    const [token, browser] = [
      expect.objectContaining({ expiresAt, isBrowser: false }),
      expect.objectContaining({ isBrowser: true }),
    ]
    expect(seen(credentials)).toEqual([token, browser, undefined, undefined, undefined])
    await eventually("the end was noticed", 5000, () => endings.length === 2 && [...kept.keys()].join().includes("expired/"))
    expect(endings).toEqual([false, true])
    expect(seen(credentials)).toEqual([token, browser, undefined, undefined, undefined])
    expect(credentials.prove(proofId(hashSecret(made.secret)), "n", "a")).toBeDefined()
    const again = (await setUp(OWNER, { ...whole })).credentials
    expect(seen(again)).toEqual([token, undefined, undefined, undefined, undefined])
    expect(JSON.stringify([...kept])).not.toContain(made.secret)
  })

  it("X-21 only the last expired tokens are remembered, and for 90 days", async () => {
    const whole = settingsStore()
    for (let i = 0; i <= 1000; i++) whole.kept.set(`expired/${hashSecret(`s${i}`)}`, String(900_000 + i))
    whole.kept.set(`expired/${hashSecret("old")}`, String(1_000_000 - 91 * 86_400_000))
    const { credentials } = await setUp(OWNER, whole)
    expect(["s1000", "s1", "s0", "old"].map((one) => credentials.expired(one) !== undefined)).toEqual([true, true, false, false])
    expect([...whole.kept.keys()].filter((name) => name.startsWith("expired/")).length).toBe(1000)
  })

  it("G-25 X-21 the times of expired tokens are cut while the hub runs, and those of browsers' keys displace none", async () => {
    const whole = settingsStore()
    for (let i = 0; i < 1000; i++) whole.kept.set(`expired/${hashSecret(`s${i}`)}`, String(900_000 + i))
    const { credentials, clock } = await setUp(OWNER, whole)
    const known = () => ["s0", "s1", "s2"].map((one) => credentials.expired(one) !== undefined)
    expect(known()).toEqual([true, true, true])
    const expiresAt = clock.now + 30
    const made = []
    for (const name of ["a", "b"]) made.push(await run(credentials.makeToken({ name, scope: "read", expiresAt })))
    const reader = credentials.authenticate(made[0]?.secret ?? "")
    if (reader === undefined) throw new Error("not known")
    for (let n = 0; n < 5; n++) await run(credentials.redeem(credentials.makeLink(reader).secret))
    clock.now += 30
    const names = () => [...whole.kept.keys()]
    await eventually("both ended", 5000, () => !names().some((name) => !name.startsWith("expired/")))
    await eventually("cut", 5000, () => names().length === 1000)
    expect(known()).toEqual([false, false, true])
    expect(credentials.expired(made[1]?.secret ?? "")).toBeDefined()
    clock.now += 91 * 86_400_000
    expect([...made.map(({ secret }) => secret), "s2"].map((secret) => credentials.expired(secret))).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it("G-25 the key of a browser whose time is over leaves the store while the hub runs, and is not taken for an unknown one", async () => {
    const { credentials, clock, ended, kept } = await setUp(OWNER, settingsStore(), "fixed-token", 40)
    const keys = []
    for (let n = 0; n < 3; n++) keys.push((await run(credentials.redeem(credentials.makeLink(credentials.owner()).secret))) ?? "")
    expect(keys.map((key) => credentials.authenticate(key)?.name)).toEqual(["owner", "owner", "owner"])
    clock.now += 40
    await eventually("the store let go of them", 5000, () => kept.size === 0)
    expect(keys.map((key) => credentials.expired(key)?.isBrowser)).toEqual([true, true, true])
    expect([credentials.authenticate(OWNER)?.name, ended]).toEqual(["owner", []])
  })

  it("G-25 L-12 a person is there until the store has let go of the token, which who asked need not wait for", async () => {
    const { credentials, clock, state, kept, whole } = await setUp()
    const left: Array<string> = []
    credentials.onLeft((person) => void left.push(person))
    const isPerson = (...persons: ReadonlyArray<string>) => persons.map((person) => credentials.isPerson(person))
    const [one, two] = [
      await run(credentials.makeToken({ name: "one", scope: "all" })),
      await run(credentials.makeToken({ name: "two", scope: "all", expiresAt: clock.now + 20 })),
    ]
    expect(isPerson("owner", one.id, two.id, "fixed", "nobody")).toEqual([true, true, true, false, false])
    const free = Promise.withResolvers<void>()
    state.hold = free.promise
    const revoking = Effect.runFork(credentials.revokeToken(one.id))
    const gone = run(Fiber.interrupt(revoking))
    expect([credentials.inForce({ credential: one.id }), isPerson(one.id), left]).toEqual([false, [true], []])
    state.hold = undefined
    free.resolve()
    await gone
    expect([isPerson(one.id), left, credentials.tokens().length]).toEqual([[false], [one.id], 1])
    state.full = true
    clock.now += 20
    await eventually("the end was noticed", 5000, () => !credentials.inForce({ credential: two.id }))
    expect([isPerson(two.id), left]).toEqual([[true], [one.id]])
    expect(credentials.expired(two.secret)).toBeDefined()
    state.full = false
    clock.now += 20
    await eventually("the store let go of it", 5000, () => !isPerson(two.id)[0])
    expect([left, [...kept.keys()]]).toEqual([[one.id, two.id], [`expired/${hashSecret(two.secret)}`]])
    await run(credentials.rotate)
    expect([left.length, isPerson("owner")]).toEqual([2, [true]])
    whole.kept.set("token/later", JSON.stringify({ of: "another version" }))
    expect((await setUp(OWNER, whole)).credentials.isPerson("later")).toBe(true)
  })

  it("G-25 a key that is made while its credential ends leaves nothing in the store", async () => {
    const { credentials, state, kept } = await setUp()
    const made = await run(credentials.makeToken({ name: "one", scope: "all" }))
    const reader = credentials.authenticate(made.secret)
    const { secret } = credentials.makeLink(reader ?? credentials.owner())
    const free = Promise.withResolvers<void>()
    state.hold = free.promise
    const redeeming = run(credentials.redeem(secret))
    const revoking = run(credentials.revokeToken(made.id))
    state.hold = undefined
    free.resolve()
    expect(await Promise.all([redeeming, revoking])).toEqual([undefined, true])
    expect([...kept.keys()]).toEqual([])
  })

  it("G-6 a link works once, within its time, and becomes a key that acts as who made it", async () => {
    const { credentials, clock, kept } = await setUp()
    const token = await run(credentials.makeToken({ name: "phone", scope: "read" }))
    const reader = credentials.authenticate(token.secret)
    if (reader === undefined) throw new Error("not known")
    const { secret } = credentials.makeLink(reader)
    const redeemed = await run(credentials.redeem(secret))
    expect(credentials.authenticate(redeemed ?? "")).toEqual({ ...reader, browser: expect.any(String) })
    expect(await run(credentials.redeem(secret))).toBeUndefined()
    expect(JSON.stringify([...kept])).not.toContain(redeemed)
    const late = credentials.makeLink(reader)
    clock.now += 600_000
    expect(await run(credentials.redeem(late.secret))).toBeUndefined()
    clock.now += 3_600_000
    expect(credentials.authenticate(redeemed ?? "")).toBeUndefined()
  })

  it("G-6 two requests with one link at the same moment make one key", async () => {
    const { credentials } = await setUp()
    const { secret } = credentials.makeLink(credentials.owner())
    const made = await Promise.all(Array.from({ length: 10 }, () => run(credentials.redeem(secret))))
    expect(made.filter((key) => key !== undefined)).toHaveLength(1)
  })

  it("G-7 keys and links end with the credential they came from, tokens do not end with the owner's", async () => {
    const { credentials, ended, whole } = await setUp()
    const token = await run(credentials.makeToken({ name: "ci", scope: "all" }))
    const key = await run(credentials.redeem(credentials.makeLink(credentials.owner()).secret))
    const pending = credentials.makeLink(credentials.owner())
    const before = credentials.owner().credential
    await run(credentials.rotate)
    expect(ended).toEqual([before, "fixed"])
    expect(credentials.authenticate(OWNER)).toBeUndefined()
    expect(credentials.authenticate(key ?? "")).toBeUndefined()
    expect(await run(credentials.redeem(pending.secret))).toBeUndefined()
    expect(credentials.authenticate(`rotated-0-${"r".repeat(40)}`)).toMatchObject({ name: "owner" })
    expect(credentials.authenticate(token.secret)).toMatchObject({ name: "ci" })
    expect([...whole.kept.keys()].filter((name) => name.startsWith("browser/"))).toEqual([])
  })

  it("X-11 the owner's credential is the one in its file, also when two rotate it at once or who asked has gone", async () => {
    const { credentials, writing, inFile } = await setUp()
    const first = Promise.withResolvers<void>()
    writing.push(first.promise)
    const one = Effect.runFork(credentials.rotate)
    const gone = one.pollUnsafe() === undefined ? run(Fiber.interrupt(one)) : undefined
    const two = run(credentials.rotate)
    first.resolve()
    await Promise.all([gone, two])
    expect(inFile.secret).toMatch(/^rotated-1-/)
    expect(credentials.authenticate(inFile.secret)).toMatchObject({ name: "owner" })
    for (const old of [OWNER, inFile.secret.replace("1", "0")]) expect(credentials.authenticate(old)).toBeUndefined()
  })

  it("G-6 keys last over a restart, but not over a credential that was replaced meanwhile", async () => {
    const { credentials, whole } = await setUp()
    const key = await run(credentials.redeem(credentials.makeLink(credentials.owner()).secret))
    const value = key ?? ""
    expect((await setUp(OWNER, whole)).credentials.authenticate(value)).toMatchObject({ name: "owner" })
    expect((await setUp("n".repeat(43), whole)).credentials.authenticate(value)).toBeUndefined()
    expect((await setUp(OWNER, whole)).credentials.authenticate(value)).toBeUndefined()
  })

  it("G-17 (fault:N43) a browser's key ends with the credential it came from, in the hub or while none ran, and with a rotation", async () => {
    const fixedKey = async (kept = settingsStore()) => {
      const made = await setUp(OWNER, kept, "old")
      const owner = made.credentials.authenticate("old")
      if (owner === undefined) throw new Error("not known")
      return { ...made, key: (await run(made.credentials.redeem(made.credentials.makeLink(owner).secret))) ?? "" }
    }
    const { key, whole } = await fixedKey()
    expect((await setUp(OWNER, whole, "old")).credentials.authenticate(key)).toMatchObject({ credential: "fixed" })
    expect((await setUp(OWNER, whole, "new")).credentials.authenticate(key)).toBeUndefined()
    expect((await setUp(OWNER, whole, "old")).credentials.authenticate(key)).toBeUndefined()
    const without = await fixedKey()
    expect((await setUp(OWNER, without.whole, "")).credentials.authenticate(without.key)).toBeUndefined()
    const rotated = await fixedKey()
    const pending = rotated.credentials.makeLink(rotated.credentials.authenticate("old") ?? rotated.credentials.owner())
    await run(rotated.credentials.rotate)
    expect(rotated.credentials.authenticate(rotated.key)).toBeUndefined()
    expect(await run(rotated.credentials.redeem(pending.secret))).toBeUndefined()
    expect(rotated.ended).toContain("fixed")
    expect(rotated.credentials.authenticate("old")).toBeDefined()
    expect([...rotated.kept.keys()].filter((name) => name.startsWith("browser/"))).toEqual([])
  })

  it("a full disk is a typed refusal; the link can be used again, and a revoked token is out at once", async () => {
    const { credentials, state } = await setUp()
    const { secret } = credentials.makeLink(credentials.owner())
    const token = await run(credentials.makeToken({ name: "ci", scope: "all" }))
    state.full = true
    expect(await run(Effect.flip(credentials.redeem(secret)))).toMatchObject({ _tag: "StorageFull" })
    expect(await run(Effect.flip(credentials.makeToken({ name: "x", scope: "all" })))).toMatchObject({ _tag: "StorageFull" })
    expect(await run(Effect.flip(credentials.revokeToken(token.id)))).toMatchObject({ _tag: "StorageFull" })
    expect(credentials.authenticate(token.secret)).toBeUndefined()
    state.full = false
    expect(await run(credentials.revokeToken(token.id))).toBe(true)
    expect(await run(credentials.redeem(secret))).toBeDefined()
  })

  it("G-7 a credential is in force while it, or a browser that it signed in, is there", () => {
    const table = new CredentialTable(() => 0)
    const principal = { name: "one", credential: "one", scope: "all" } as const
    table.add(lasting(hashSecret("secret"), principal))
    table.add(lasting(hashSecret("secret"), principal))
    table.add({ hash: "browser", principal, expiresAt: 1 })
    table.endBrowsers("one")
    expect(table.isInForce({ credential: "one" })).toBe(true)
    table.end("one")
    expect(table.isInForce({ credential: "one" })).toBe(false)
    table.add({ hash: "browser", principal, expiresAt: 1 })
    table.add({ hash: "browser", principal: { ...principal, credential: "two" }, expiresAt: 1 })
    expect(["one", "two"].map((credential) => table.isInForce({ credential }))).toEqual([false, true])
    expect(["browser", "other"].map((browser) => table.isInForce({ credential: "two", browser }))).toEqual([true, false])
  })
})
