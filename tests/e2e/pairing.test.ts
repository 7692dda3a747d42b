/** A phone is paired in the settings, by the code that is on the page, and signed out there. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { connect } from "@holdfast/client"
import type { TokenShown } from "@holdfast/protocol/http-bodies"
import { eventually } from "@holdfast/testkit/eventually"
import { type RunningApp, startApp } from "./app.ts"
import { readCode } from "./qr.ts"

/** All that the browser keeps of the page's origin, as a text. */
const left = `(async () => {
  const kept = [{ ...localStorage }, { ...sessionStorage }]
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name))
    for (const store of database.objectStoreNames)
      kept.push(name, store, await done(database.transaction(store).objectStore(store).getAllKeys()),
        await done(database.transaction(store).objectStore(store).getAll()))
    database.close()
  }
  for (const name of await caches.keys())
    for (const { url } of await (await caches.open(name)).keys()) kept.push(url)
  return JSON.stringify(kept)
})()`

describe("pairing a phone", () => {
  let app: RunningApp
  beforeAll(async () => {
    app = await startApp({ settings: { HOLDFAST_PUBLIC_URL: "https://laptop.local:4653" } })
  })
  afterAll(() => app.stop())

  it("APP-29 G-23 shows a code that a phone opens once, says who has come, renames it, and signs it out at once", async () => {
    const shell = await app.terminal({ label: "a shell" })
    const desk = await app.open({ path: "/settings/devices" })
    const { page } = desk
    await desk.connected()
    await page.getByRole("button", { name: "Pair a phone" }).click()
    const code = page.getByRole("img", { name: "QR code of the link" })
    await code.waitFor()
    expect(await readCode(page)).toMatch(/^https:\/\/laptop\.local:4653\/open\?link=/)
    expect(await page.getByRole("note").count()).toBe(0)
    await desk.picture("settings-pair-dark")
    expect([await desk.overflows(), await desk.axe()]).toEqual([[], []])
    await page.getByLabel("Address").selectOption(app.hub.url())
    await page.getByText(/A phone cannot use/).waitFor()
    await desk.picture("settings-pair-local-dark")
    const link = await readCode(page)
    expect(link.startsWith(`${app.hub.url()}/open?link=`)).toBe(true)

    const phone = await app.open({ form: "phone", isSignedIn: false })
    await phone.page.goto(link)
    await phone.row(shell.id).waitFor()
    await page.getByText(/Phone is signed in/).waitFor()
    await page.getByRole("button", { name: "Done" }).click()
    await page.getByRole("button", { name: "Rename Phone" }).click()
    await page.getByRole("textbox", { name: "New name of Phone" }).fill("my phone")
    await page.keyboard.press("Enter")
    await page.getByRole("button", { name: "Revoke my phone" }).waitFor()
    await page
      .getByRole("listitem")
      .filter({ hasText: "my phone" })
      .getByText(/last used/)
      .waitFor()
    await desk.picture("settings-devices-paired-dark")
    const { tokens } = (await app.hub.call<{ readonly tokens: ReadonlyArray<TokenShown> }>("GET", "/api/tokens")).body
    expect(tokens).toMatchObject([{ name: "my phone", device: true }])
    await page.getByRole("button", { name: "Revoke my phone" }).click()
    await phone.page.getByRole("heading", { name: "This browser is not signed in" }).waitFor()
    await phone.picture("phone-signed-out-dark")
    expect([await phone.overflows(), await phone.axe()]).toEqual([[], []])
    const again = await app.open({ form: "phone", isSignedIn: false })
    await again.page.goto(link)
    await again.page.getByText(/has been used or has expired/).waitFor()
    await again.page.getByText("holdfast pair").waitFor()
    const ground = `[getComputedStyle(document.body).backgroundColor, document.scripts.length]`
    expect(await again.page.evaluate(ground)).toEqual(["rgb(11, 19, 21)", 0])
    await again.picture("phone-link-over-dark")
    expect([await again.overflows(), await again.axe()]).toEqual([[], []])
    await again.page.emulateMedia({ colorScheme: "light" })
    expect(await again.page.evaluate(ground)).toEqual(["rgb(233, 238, 236)", 0])
    await again.picture("phone-link-over-light")
    expect(await again.axe()).toEqual([])
    await again.page.emulateMedia({ colorScheme: "dark" })
    await again.page.getByRole("link", { name: "Open the app" }).tap()
    await again.page.getByRole("heading", { name: "This browser is not signed in" }).waitFor()
    await Promise.all([desk.close(), phone.close(), again.close()])
  })

  it("APP-9 G-26 says that a key is not known, and signs out again: the key ends, in every tab, with all that this browser keeps", async () => {
    const { page, connected, close, picture, axe } = await app.open({ isSignedIn: false })
    const way = page.getByLabel("Or paste a link or a key here")
    await way.fill("not-a-key")
    await way.press("Enter")
    await page.getByRole("alert").filter({ hasText: "does not know this key" }).waitFor()
    await way.fill("kein Schlüssel")
    await way.press("Enter")
    await page.getByRole("alert").filter({ hasText: "does not know this key" }).waitFor()
    const { body } = await app.hub.call<{ readonly url: string }>("POST", "/api/links")
    await page.goto(app.hub.url() + body.url.slice(body.url.indexOf("/open")))
    await connected()
    await page.goto(`${app.hub.url()}/settings/devices`)
    await connected()
    const keys = `Object.entries(localStorage).filter(([name]) => name.includes("key")).map(([, key]) => key)`
    const [copied] = (await page.evaluate(keys)) as ReadonlyArray<string>
    // Other tabs have sessions open, whose words they keep: also as they go.
    const [agent, terminal] = await Promise.all([app.agent({ label: "keptlabel" }), app.terminal({ label: "keptlabel" })])
    const tab = await page.context().newPage()
    await tab.goto(`${app.hub.url()}/s/${agent.id}`)
    await tab.locator(`[data-composer="${agent.id}"]`).fill("keptlabel draft")
    const terminalTab = await page.context().newPage()
    await terminalTab.goto(`${app.hub.url()}/s/${terminal.id}`)
    await terminalTab.locator(`[data-pane][data-session="${terminal.id}"] textarea`).first().focus()
    await terminalTab.keyboard.type("keptlabel")
    await expect.poll(() => tab.evaluate(left), { timeout: 15_000 }).toContain("keptlabel draft")
    const lets = async () =>
      (await fetch(`${app.hub.url()}/api/sessions`, { headers: { authorization: `Bearer ${copied}` } })).status
    expect(await lets()).toBe(200)
    await page.getByRole("button", { name: "Sign out of this browser" }).click()
    await picture("settings-sign-out-dark")
    expect(await axe()).toEqual([])
    const asked = Promise.withResolvers<void>()
    await page.context().route(/\/api\/sign-in$/, async (route) => {
      await asked.promise
      await route.abort()
    })
    await page.getByRole("button", { name: "Sign out now" }).click()
    await page.getByRole("button", { name: "Signing out…" }).waitFor()
    asked.resolve()
    await page.getByText(/has not ended this browser's key/).waitFor()
    expect([await page.evaluate(keys), await page.getByRole("button", { name: "Sign out here anyway" }).count()]).toEqual([
      [copied],
      1,
    ])
    await page.context().unroute(/\/api\/sign-in$/)
    await page.getByRole("button", { name: "Stay" }).click()
    await page.getByRole("button", { name: "Sign out of this browser" }).click()
    await page.getByRole("button", { name: "Sign out now" }).click()
    await page.getByRole("heading", { name: "This browser is not signed in" }).waitFor()
    expect(await page.evaluate(keys)).toEqual([])
    expect(await lets()).toBe(401)
    for (const other of [tab, terminalTab]) await other.getByRole("heading", { name: "This browser is not signed in" }).waitFor()
    await expect.poll(() => page.evaluate(left)).not.toMatch(new RegExp(`keptlabel|${agent.id}|${terminal.id}`))
    const names = async () => (await page.evaluate("Object.keys(localStorage).sort()")) as ReadonlyArray<string>
    await page.goto(`${app.hub.url()}/s/${agent.id}`)
    await page.getByText("It is shown once this browser is signed in.").waitFor()
    await page.locator("[data-region=list]").getByText("This browser is not signed in.").waitFor()
    expect(await page.getByText("What you have not sent is still here").count()).toBe(0)
    // The page of sign-in has a layout.
    expect((await names()).filter((name) => !/^holdfast-(?:client|app-layout)$/.test(name))).toEqual([])
    // A tab that hears of it when someone is signed in again takes nothing of theirs along.
    const { body: again } = await app.hub.call<{ readonly url: string }>("POST", "/api/links")
    await page.goto(app.hub.url() + again.url.slice(again.url.indexOf("/open")))
    await connected()
    await page.goto(`${app.hub.url()}/s/${agent.id}`)
    await page.locator(`[data-composer="${agent.id}"]`).fill("words of now")
    await expect.poll(() => page.evaluate(left), { timeout: 15_000 }).toContain("words of now")
    await tab.goto(`${app.hub.url()}/s/${terminal.id}`)
    await tab.getByRole("button", { name: /^Connected/ }).waitFor({ state: "attached" })
    await tab.evaluate(`dispatchEvent(new StorageEvent("storage", { key: "holdfast-forget", newValue: "yes" }))`)
    await tab.waitForURL(/:\d+\/$|\/s\//)
    await tab.getByRole("button", { name: /^Connected/ }).waitFor({ state: "attached" })
    expect(await page.evaluate(left)).toContain("words of now")
    await close()
  })

  it("G-26 who signs out over the socket gets the answer before it is closed", async () => {
    const { body } = await app.hub.call<{ readonly url: string }>("POST", "/api/links")
    const page = await (await fetch(app.hub.url() + body.url.slice(body.url.indexOf("/open")))).text()
    const { connection } = connect(app.hub.url(), { client: "signs-out", token: /data-key="([^"]+)"/.exec(page)?.[1] ?? "" })
    const closed = Promise.withResolvers<string>()
    connection.onState((state) => state._tag === "Refused" && closed.resolve(state.error.tag))
    await eventually("it is connected", 10_000, () => connection.state._tag === "Online")
    expect(await connection.call("signIn.end", {})).toEqual({ ended: true })
    expect(await closed.promise).toBe("Unauthorized")
    connection.close()
  })

  it("APP-29 says on a device that may not administer that it may not see the others", async () => {
    const { body } = await app.hub.call<{ readonly url: string }>("POST", "/api/devices", { address: app.hub.url() })
    const phone = await app.open({ form: "phone", isSignedIn: false })
    await phone.page.goto(body.url)
    await phone.connected()
    await phone.page.goto(`${app.hub.url()}/settings/devices`)
    await phone.page.getByRole("alert").waitFor()
    expect(await phone.page.getByRole("button", { name: "Pair a phone" }).count()).toBe(0)
    await phone.close()
  })
})
