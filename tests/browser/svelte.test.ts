import { createRequire } from "node:module"
import { fileURLToPath, pathToFileURL } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Plugin } from "vite"
import type { Session } from "@holdfast/protocol/session"
import { messagesOf, openAgent, recordOf, sendText, settledAgent, textOf } from "@holdfast/testkit/agent-session"
import { startHub, type HubProcess } from "@holdfast/testkit/hub-process"
import { launchBrowser, type Browser, type Page } from "./chromium.ts"
import { bundle, type Bundle } from "./react/bundle.ts"

const MAIN = fileURLToPath(new URL("../../examples/svelte/src/main.ts", import.meta.url))
const WITHIN = { timeout: 60_000, interval: 20 }

/** The plugin as the example uses it; it is installed with what only tests need. */
async function sveltePlugin(): Promise<ReadonlyArray<Plugin>> {
  const path = createRequire(new URL("../heavy/package.json", import.meta.url)).resolve("@sveltejs/vite-plugin-svelte")
  const { svelte }: { readonly svelte: (options: object) => ReadonlyArray<Plugin> } = await import(pathToFileURL(path).href)
  return svelte({ configFile: false })
}

describe("the Svelte example", () => {
  let browser: Browser
  let hub: HubProcess
  let example: Bundle
  const errors: Array<string> = []

  beforeAll(async () => {
    ;[hub, browser, example] = await Promise.all([
      startHub(),
      launchBrowser(),
      sveltePlugin().then((svelte) => bundle(MAIN, {}, svelte)),
    ])
  })

  afterAll(async () => {
    await browser.close()
    await hub.stop()
    expect(errors).toEqual([])
  })

  /** Loads the application into a page of the hub's. */
  const load = async (page: Page, hash: string): Promise<void> => {
    await page.goto(hub.url())
    await page.evaluate(`(async () => {
      location.hash = ${JSON.stringify(hash)}
      document.body.innerHTML = '<div id="app"></div>'
      globalThis.HOLDFAST_TOKEN = undefined
      globalThis.sent = []
      const send = WebSocket.prototype.send
      WebSocket.prototype.send = function (data) {
        if (typeof data === "string") sent.push(...[JSON.parse(data)].flat())
        return send.call(this, data)
      }
      document.head.append(Object.assign(document.createElement("style"), { textContent: ${JSON.stringify(example.style)} }))
      await import(URL.createObjectURL(new Blob([${JSON.stringify(example.script)}], { type: "text/javascript" })))
    })()`)
  }

  const signedIn = async (): Promise<Page> => {
    const page = await browser.newPage({ bypassCSP: true })
    page.on("pageerror", (error) => errors.push(error.message))
    const link = await hub.call<{ readonly url: string }>("POST", "/api/links", {})
    await page.goto(link.body.url)
    await page.waitForURL(`${hub.url()}/`)
    return page
  }

  const until = (page: Page, expression: string) => expect.poll(() => page.evaluate(expression), WITHIN)
  const texts = (role: string) => `[...document.querySelectorAll("[data-role=${role}]")]
    .map((one) => [...one.querySelectorAll("p[dir]")].map((text) => text.textContent).join(""))`

  it("U-5 U-2 shows an agent and a terminal over a reload and a kill of the hub, from their cursors, as one client", async () => {
    const { id: agent } = await openAgent(hub)
    const made = await hub.call<Session>("POST", "/api/sessions", { kind: "terminal", command: "cat" })
    const terminal = made.body.id
    const page = await signedIn()
    const hash = `terminal=${terminal}&agent=${agent}`
    await load(page, hash)
    await until(page, `[...document.querySelectorAll("[data-status]")].map((one) => one.textContent)`).toEqual(["Live", "Live"])
    const client = await page.evaluate(`document.querySelector("[data-client]").textContent`)
    await page.evaluate(`(() => {
      const field = document.querySelector("form input")
      field.value = "[[say first]]"
      field.dispatchEvent(new Event("input", { bubbles: true }))
      document.querySelector("form button").click()
    })()`)
    await until(page, texts("assistant")).toEqual(["first"])
    await sendText(hub, agent, "[[slow 60 25]] [[bash echo asked]]")
    await until(page, texts("assistant")).toHaveLength(2)

    await load(page, hash)
    // What the tab had is there at once, and the log is asked for what follows.
    await until(page, `document.querySelector("[data-from]")?.textContent`).toContain("resumed from")
    await until(
      page,
      `sent.filter(({ tag }) => tag === "Attach").some(({ payload }) => payload.after > 0 && payload.session === ${JSON.stringify(agent)})`,
    ).toBe(true)
    expect(await page.evaluate(`document.querySelector("[data-client]").textContent`)).toBe(client)
    await hub.kill("SIGKILL")
    await hub.start()
    await until(page, `document.querySelector("fieldset button") !== null`).toBe(true)
    await page.evaluate(`document.querySelector("fieldset button").click()`)
    await settledAgent(hub, agent)
    const stored = await messagesOf(hub, agent)
    const said = stored.filter(({ role }) => role === "user").map(textOf)
    await until(page, texts("user")).toEqual(said)
    await until(page, `[...document.querySelectorAll("[data-outcome]")].map((one) => one.dataset.outcome)`).toEqual([
      "completed",
      "completed",
    ])
    const answers = stored.filter(({ role }) => role === "assistant").map(textOf)
    await until(page, texts("assistant")).toEqual(answers)

    // The terminal has what is typed in it, once.
    await page.evaluate(`document.querySelector(".xterm-helper-textarea")
      .dispatchEvent(new InputEvent("input", { data: "typed here\\r", inputType: "insertText" }))`)
    await until(page, `document.querySelector(".xterm-rows").textContent.split("typed here").length`).toBe(3)
    expect((await recordOf(hub, terminal)).process).toBe("running")
  })
})
