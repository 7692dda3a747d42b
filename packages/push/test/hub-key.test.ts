import { generateKeyPairSync } from "node:crypto"
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, it } from "vitest"
import { HubKey, HubKeyUnusable, readOrMakeKey } from "../src/HubKey.ts"

const folder = mkdtempSync(join(tmpdir(), "holdfast-push-key-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it("PN-7 the key is made once, for its owner alone, and stays the same", async () => {
  const file = join(folder, "push-key.pem")
  const made = new HubKey(await readOrMakeKey(file), "https://example.org")
  expect(statSync(file).mode & 0o777).toBe(0o600)
  chmodSync(file, 0o644)
  expect(new HubKey(await readOrMakeKey(file), "").text).toBe(made.text)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(Buffer.from(made.text, "base64url")).toHaveLength(65)
})

it("PN-7 a file that holds something else is refused, and left alone", async () => {
  const file = join(folder, "other.pem")
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "secp384r1" })
  for (const content of ["", "nonsense", String(privateKey.export({ format: "pem", type: "pkcs8" }))]) {
    writeFileSync(file, content)
    await expect(readOrMakeKey(file)).rejects.toThrow(HubKeyUnusable)
    expect(statSync(file).size).toBe(content.length)
  }
})

it("PN-5 a proof is for one service, lasts less than a day, and is used again while it does", async () => {
  const key = new HubKey(await readOrMakeKey(join(folder, "proof.pem")), "mailto:me@example.org")
  const now = 1_700_000_000_000
  const header = key.authorization("https://push.example.org", now)
  const [, token = "", shown] = /^vapid t=(.+), k=(.+)$/.exec(header) ?? []
  expect(shown).toBe(key.text)
  const [head, claims] = token.split(".").map((part) => Buffer.from(part, "base64url").toString())
  expect(JSON.parse(head ?? "")).toEqual({ typ: "JWT", alg: "ES256" })
  expect(JSON.parse(claims ?? "")).toEqual({
    aud: "https://push.example.org",
    exp: now / 1000 + 43_200,
    sub: "mailto:me@example.org",
  })
  expect(key.authorization("https://push.example.org", now + 3_600_000)).toBe(header)
  expect(key.authorization("https://push.example.org", now + 6 * 3_600_000 + 1)).not.toBe(header)
  expect(key.authorization("https://other.example.org", now)).not.toBe(header)
})

it("PN-5 proofs are kept for the services that were used last", async () => {
  const key = new HubKey(await readOrMakeKey(join(folder, "many.pem")), "mailto:me@example.org")
  const proof = (origin: string) => key.authorization(origin, 1_700_000_000_000)
  const [first, second] = [proof("https://0.example.org"), proof("https://1.example.org")]
  for (let n = 2; n < 50; n++) proof(`https://${n}.example.org`)
  expect(proof("https://0.example.org")).toBe(first)
  proof("https://50.example.org")
  expect(proof("https://0.example.org")).toBe(first)
  expect(proof("https://1.example.org")).not.toBe(second)
})
