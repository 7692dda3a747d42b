import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { PairingMade, PairingReport, TokenShown } from "@holdfast/protocol/http-bodies"
import { eventually } from "@holdfast/testkit/eventually"
import { type Door, startDoor } from "./start.ts"

let door: Door
beforeAll(async () => {
  door = await startDoor({ publicUrl: "https://laptop.local:4653" })
})
afterAll(() => door.stop())

const post = (path: string, value: unknown, token?: string) =>
  door.send(path, { method: "POST", body: JSON.stringify(value), ...(token === undefined ? {} : { token }) })
const pair = async (value: object = {}) => (await post("/api/devices", value)).json() as unknown as PairingMade
const open = (url: string) => door.send(url.slice(url.indexOf("/open")), { token: "" })
const tokens = async () => ((await door.send("/api/tokens")).json() as { readonly tokens?: ReadonlyArray<TokenShown> }).tokens

describe("devices over HTTP", () => {
  it("G-6 G-23 G-24 a device is paired at an address that others reach, seen by who made its link, renamed and revoked", async () => {
    const made = await pair({ name: "my phone" })
    expect(made).toMatchObject({ address: "https://laptop.local:4653", isLocal: false })
    expect(made.url).toMatch(/^https:\/\/laptop\.local:4653\/open\?link=/)
    const waiting = door.send(`/api/devices/${made.pairing}?wait=20`)
    const page = await open(made.url)
    expect(page.status).toBe(200)
    const key = /data-key="([^"]+)"/.exec(page.text)?.[1] ?? ""
    const report = (await waiting).json() as unknown as PairingReport
    expect(report).toMatchObject({ isOpen: false, device: { name: "my phone", scope: "write", device: true } })
    expect((await open(made.url)).json().error).toMatchObject({ tag: "Unauthorized" })
    const again = await door.send(made.url.slice(made.url.indexOf("/open")), { token: "", headers: { accept: "text/html" } })
    expect([again.status, again.headers["content-type"]]).toEqual([401, "text/html; charset=utf-8"])
    expect(again.text).toContain('<a href="./">')
    for (const command of ["holdfast open", "holdfast pair"]) expect(again.text).toContain(`<code>${command}</code>`)
    expect(again.text).not.toMatch(/<script|<link|<img|\bon\w+=|url\(|@import|https?:/)
    expect(String(again.headers["content-security-policy"])).toMatch(
      /^default-src 'none'; style-src 'unsafe-inline';(?!.*script)/,
    )
    const { id = "" } = report.device ?? {}
    expect((await door.send("/api/sessions", { token: key })).status).toBe(200)
    expect((await post("/api/devices", {}, key)).json().error).toMatchObject({
      tag: "SessionPermissionError",
      action: "devices.pair",
    })
    const rename = (to: string) =>
      door.send(`/api/tokens/${to}`, { method: "PATCH", body: JSON.stringify({ name: "old phone" }) })
    expect((await rename(id)).json()).toMatchObject({ id, name: "old phone" } satisfies Partial<TokenShown>)
    expect((await rename("nothing")).json().error).toMatchObject({ tag: "TokenNotFound" })
    expect(await tokens()).toMatchObject([{ id, name: "old phone", usedAt: door.clock.now }])
    expect((await door.send(`/api/tokens/${id}`, { method: "DELETE" })).status).toBe(200)
    expect((await door.send("/api/sessions", { token: key })).status).toBe(401)
    expect(door.closed).toContain(id)
  })

  it("G-26 a browser and a device sign themselves out over HTTP, and a program's token does not", async () => {
    const keyOf = async (url: string) => /data-key="([^"]+)"/.exec((await open(url)).text)?.[1] ?? ""
    const link = async (token?: string) => String((await post("/api/links", {}, token)).json()["url"])
    const signOut = (token: string) => door.send("/api/sign-in", { method: "DELETE", token })
    const lets = async (token: string) => (await door.send("/api/sessions", { token })).status === 200
    const [browser, other] = [await keyOf(await link()), await keyOf(await link())]
    const principal = door.credentials().authenticate(browser)
    const waiting = await link(browser)
    expect([(await signOut(browser)).json(), await lets(browser), await lets(other)]).toEqual([{ ended: true }, false, true])
    await eventually("what it had open was closed", 5000, () => door.closed.includes(principal ?? ""))
    expect([(await signOut(browser)).status, (await open(waiting)).status]).toEqual([401, 401])
    const phone = await keyOf((await pair({ name: "left" })).url)
    const tablet = await keyOf(await link(phone))
    expect([(await signOut(tablet)).json(), await lets(phone)]).toEqual([{ ended: true }, true])
    expect([(await signOut(phone)).json(), await lets(phone)]).toEqual([{ ended: true }, false])
    expect((await tokens())?.map(({ name }) => name)).not.toContain("left")
    const made = (await post("/api/tokens", { name: "ci", scope: "read" })).json()
    for (const token of [String(made["secret"]), undefined])
      expect((await door.send("/api/sign-in", { method: "DELETE", token })).json().error).toMatchObject({
        tag: "Unprocessable",
        message: expect.stringContaining("tokens.revoke"),
      })
    expect(await lets(String(made["secret"]))).toBe(true)
  })

  it("G-24 an address can be asked for; one at which the hub does not answer is refused with those at which it does", async () => {
    const { addresses } = await pair()
    const [first, local] = addresses
    expect([first?.isLocal, local?.isLocal]).toEqual([false, true])
    const asked = await pair({ address: `${local?.address}/` })
    expect(asked).toMatchObject({ address: local?.address, isLocal: true, addresses })
    const refused = await post("/api/devices", { address: "https://elsewhere.example" })
    expect([refused.status, refused.json().error?.["message"]]).toEqual([
      422,
      expect.stringContaining("https://laptop.local:4653"),
    ])
    expect((await door.send(`/api/devices/${asked.pairing}`)).json()).toEqual({ isOpen: true })
    expect((await door.send("/api/devices/none?wait=30")).json()).toEqual({ isOpen: false })
  })
})
