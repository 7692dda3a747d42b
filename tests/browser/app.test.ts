/** The built app in a browser: signed in by its link, below the path of a proxy, without a network, and told by its push service. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { eventually } from "@holdfast/testkit/eventually"
import { startHub, type HubProcess } from "@holdfast/testkit/hub-process"
import { type PathProxy, startPathProxy } from "@holdfast/testkit/path-proxy"
import { launchBrowser, type Browser, type Context, type Page } from "./chromium.ts"

/** Notes what the policy of the page forbids, and faults of its scripts. */
const WATCH = `addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => (window.violations ??= []).push(violatedDirective + " " + blockedURI))`

const status = (path: string, init = "{}") =>
  `fetch(new URL(${JSON.stringify(path)}, document.baseURI), ${init}).then(({ status }) => status, () => "no network")`
const READY = `navigator.serviceWorker.ready.then(({ scope }) => scope)`
/** Whether the socket is open: the status line says so. */
const ONLINE = `document.body.innerText.includes("Connected")`

let browser: Browser
let hub: HubProcess
let proxy: PathProxy
const faults: Array<string> = []

beforeAll(async () => {
  let port = 0
  proxy = await startPathProxy(() => port, { path: "/team", isTakenOff: true })
  ;[hub, browser] = await Promise.all([startHub({ settings: { HOLDFAST_TRUST_PROXY: `${proxy.origin}/team` } }), launchBrowser()])
  port = hub.port()
})
afterAll(async () => {
  await browser.close()
  await hub.stop()
  await proxy.stop()
})

/** A page that a link signed in. */
async function signedIn(context: Context, base: string): Promise<Page> {
  const page = await context.newPage()
  page.on("pageerror", (error) => faults.push(error.message))
  await page.addInitScript({ content: WATCH })
  const { body } = await hub.call<{ readonly url: string }>("POST", "/api/links", {})
  await page.goto(`${base}/open${new URL(body.url).search}`)
  await page.waitForURL(/\/team\/$/)
  return page
}

const violations = (page: Page) => page.evaluate("window.violations ?? []")

describe("the app in a browser", () => {
  it("G-19 G-20 APP-82 APP-88 a link opens it below the path of a proxy, and it starts there again without a network", async () => {
    const context = await browser.newContext({ bypassCSP: false })
    const base = `${proxy.origin}/team`
    expect((await hub.call<{ readonly url: string }>("POST", "/api/links", {})).body.url).toMatch(`${base}/open?link=`)
    const page = await signedIn(context, base)
    await eventually("it is connected", 20_000, () => page.evaluate(ONLINE))
    expect(await page.evaluate("[location.pathname, document.baseURI]")).toEqual(["/team/", `${base}/`])
    expect(await page.evaluate(`Object.keys(localStorage).filter((name) => name.startsWith("holdfast-key"))`)).toEqual([
      "holdfast-key/team",
    ])
    expect(await page.evaluate(READY)).toBe(`${base}/`)
    const manifest = (await page.evaluate(
      `fetch(document.querySelector("link[rel=manifest]").href).then((answer) => answer.json())`,
    )) as { readonly icons: ReadonlyArray<{ readonly src: string }> }
    for (const { src } of manifest.icons) expect([src, await page.evaluate(status(src))]).toEqual([src, 200])
    expect(await page.evaluate(status("api/sessions"))).toBe(401)
    await eventually("all files are kept", 20_000, () =>
      page.evaluate(
        `caches.keys().then(async ([name]) => name !== undefined && (await (await caches.open(name)).keys()).length > 5)`,
      ),
    )
    await page.goto(`${base}/settings`)
    await context.setOffline(true)
    for (const path of ["/", "/settings", "/s/01998c1e-7d5a-7c3e-9b1a-5d2f8e4a6b70"]) {
      await page.goto(base + path)
      expect([
        path,
        await page.evaluate(`document.title.includes("Holdfast") && document.getElementById("root").childElementCount > 0`),
      ]).toEqual([path, true])
    }
    expect(await page.evaluate(status("api/sessions"))).toBe("no network")
    expect(await page.evaluate(status("openapi.json"))).toBe("no network")
    expect(await violations(page)).toEqual([])
    expect(faults).toEqual([])
    await context.close()
  })

  it("APP-81 a new version waits until a person loads it", async () => {
    const context = await browser.newContext({ bypassCSP: false })
    const page = await signedIn(context, `${proxy.origin}/team`)
    await page.evaluate(READY)
    await page.goto(`${proxy.origin}/team/`)
    expect(await page.evaluate("navigator.serviceWorker.controller !== null")).toBe(true)
    await page.evaluate("void (window.before = true)")
    proxy.change("/service-worker.js", (text) => text.replace(/version:\s*["'`][\w-]+/, "$&-next"))
    await page.evaluate(
      "navigator.serviceWorker.getRegistration().then((registration) => registration.update()).then(() => undefined)",
    )
    const offered = `document.body.innerText.includes("A new version of Holdfast is ready")`
    await eventually("it is offered", 20_000, () => page.evaluate(offered))
    expect(await page.evaluate("window.before")).toBe(true)
    await page.evaluate(`[...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Load it").click()`)
    await eventually("it is loaded", 20_000, () => page.evaluate("window.before !== true").catch(() => false))
    await eventually("nothing is offered", 20_000, async () => (await page.evaluate(offered).catch(() => true)) === false)
    await context.close()
  })
})
