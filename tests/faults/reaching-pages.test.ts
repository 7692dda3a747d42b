/** How a phone reaches a machine: through a proxy with TLS below a path, and by the hub's own certificate (docs/guide/phone.md). */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { PairingMade } from "@holdfast/protocol/http-bodies"
import { type HubProcess, startHub } from "@holdfast/testkit/hub-process"
import { type PathProxy, startPathProxy } from "@holdfast/testkit/path-proxy"
import { makeSelfSigned } from "@holdfast/testkit/self-signed"
import { launchBrowser } from "../browser/chromium.ts"
import type { Browser } from "../e2e/playwright.ts"

const PHONE = { viewport: { width: 390, height: 844 }, colorScheme: "dark", isMobile: true, hasTouch: true } as const

describe.skipIf(process.env["HOLDFAST_FAULTS"] === "short")("ways to a machine", () => {
  const tls = makeSelfSigned()
  let browser: Browser
  let proxy: PathProxy
  let behind: HubProcess
  let own: HubProcess
  beforeAll(async () => {
    let port = 0
    proxy = await startPathProxy(() => port, { path: "/team", isTakenOff: false, tls })
    ;[browser, behind, own] = await Promise.all([
      launchBrowser() as unknown as Promise<Browser>,
      startHub({ settings: { HOLDFAST_TRUST_PROXY: `${proxy.origin}/team` } }),
      startHub({ settings: { HOLDFAST_TLS_CERT: tls.certFile, HOLDFAST_TLS_KEY: tls.keyFile } }),
    ])
    port = behind.port()
  })
  afterAll(async () => {
    await browser.close()
    await Promise.all([behind.stop(), own.stop()])
    await proxy.stop()
  })

  /** Pairs a phone and works with a session on it; `address` is where its link is to lead. */
  const works = async (hub: HubProcess, address: string): Promise<void> => {
    const { body: shell } = await hub.call<{ readonly id: string }>("POST", "/api/sessions", {
      ...{ kind: "terminal", command: "cat", label: "from afar" },
    })
    const { body: made } = await hub.call<PairingMade>("POST", "/api/devices", { name: "phone" })
    expect(made).toMatchObject({ address })
    // The service worker is not for certificates that no one trusts.
    const context = await browser.newContext({ ...PHONE, ignoreHTTPSErrors: true, serviceWorkers: "block" })
    const page = await context.newPage()
    await page.goto(made.url)
    await page.waitForURL(`${address}/`)
    await page.locator(`[data-row="${shell.id}"]`).click()
    await page.getByRole("textbox", { name: "Line for the terminal" }).fill("hello from the phone")
    await page.keyboard.press("Enter")
    await expect
      .poll(async () => JSON.stringify((await hub.call("GET", `/api/sessions/${shell.id}/screen`)).body))
      .toContain("hello from the phone")
    expect(page.url()).toBe(`${address}/s/${shell.id}`)
    expect(await page.evaluate("isSecureContext")).toBe(true)
    await page.reload()
    await page.getByRole("textbox", { name: "Line for the terminal" }).waitFor()
    await context.close()
  }

  it("G-19 G-23 G-24 leads through a proxy that speaks TLS and publishes the hub below a path", () =>
    works(behind, `${proxy.origin}/team`))

  it("G-23 G-24 leads to a hub with a certificate of its own", () => works(own, own.url()))
})
