/** The examples of docs/use-chat.md, and the page of examples/use-chat, in a browser and on a real hub. */
import { createServer as freePort, type AddressInfo } from "node:net"
import { once } from "node:events"
import { cpSync, readFileSync, rmSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { createServer, type ViteDevServer } from "vite"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { bundled, fromMemory } from "@holdfast/testkit/bundled"
import { examplesOf } from "@holdfast/testkit/document-examples"
import { type FaultProxy, startFaultProxy } from "@holdfast/testkit/fault-proxy"
import { startHub, type HubProcess } from "@holdfast/testkit/hub-process"
import { launchBrowser, type Browser, type Page } from "./chromium.ts"

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const HEAVY = path("../heavy/node_modules")
/** One React and one AI SDK, whatever else is installed for packages of the repository. */
const ONE = Object.fromEntries(["react", "react-dom", "ai"].map((name) => [name, `${HEAVY}/${name}`]))
const DOCUMENT = readFileSync(path("../../docs/use-chat.md"), "utf8")
const EXAMPLE = path("../../examples/use-chat")

const EXAMPLES = examplesOf(DOCUMENT).filter(({ language }) => language === "jsx")

let browser: Browser
let hub: HubProcess
/** Between the example's page and the hub. */
let proxy: FaultProxy
let bundles: ReadonlyMap<string, string>
beforeAll(async () => {
  const built = Promise.all(EXAMPLES.map(async ({ body, info }) => [info, await bundleOf(body)] as const))
  proxy = await startFaultProxy(() => hub.port())
  const starting = startHub({ settings: { HOLDFAST_TRUST_PROXY: `http://127.0.0.1:${proxy.port}` } })
  ;[hub, browser, bundles] = await Promise.all([starting, launchBrowser(), built.then((each) => new Map(each))])
})
afterAll(async () => {
  await browser.close()
  await hub.stop()
  await proxy.stop()
})

/** The component of an example in a page of its own, in StrictMode. */
async function bundleOf(code: string): Promise<string> {
  const library = path("../../packages/client/src")
  const [page, example] = [path("./page.js"), path("./example.jsx")]
  const contents = `import { createElement, StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { ChatView } from ${JSON.stringify(example)}
const place = document.createElement("div")
document.body.append(place)
createRoot(place).render(createElement(StrictMode, null, createElement(ChatView, window.props)))`
  return bundled(page, {
    plugins: [fromMemory(page, contents), fromMemory(example, code)],
    resolve: {
      modules: ["node_modules", HEAVY],
      alias: {
        ...ONE,
        "@holdfast/client/ai-sdk": `${library}/ai-sdk/index.ts`,
        "@holdfast/client/outbox": `${library}/outbox/index.ts`,
        "@holdfast/client": `${library}/index.ts`,
      },
    },
    transform: { define: { "process.env.NODE_ENV": '"development"' } },
  })
}

const say = (text: string): string => `(() => {
  const form = document.querySelector("form:last-of-type")
  form.elements.text.value = ${JSON.stringify(text)}
  form.requestSubmit()
})()`
/** Signs in, once the form is there. */
async function signIn(page: Page, key: string): Promise<void> {
  await expect.poll(() => page.evaluate(`document.querySelector("form.sign-in") !== null`), { timeout: 60_000 }).toBe(true)
  await page.evaluate(`(() => {
    const form = document.querySelector("form.sign-in")
    form.elements.key.value = ${JSON.stringify(key)}
    form.requestSubmit()
  })()`)
}
const sees = (page: Page, text: string) =>
  expect.poll(() => page.evaluate("document.body.textContent"), { timeout: 20_000 }).toContain(text)
const click = (page: Page, name: string) =>
  expect
    .poll(
      () =>
        page.evaluate(`(() => {
          const button = [...document.querySelectorAll("button")].find(({ textContent }) => textContent === ${JSON.stringify(name)})
          button?.click()
          return button !== undefined
        })()`),
      { timeout: 20_000 },
    )
    .toBe(true)

/** On a phone, nothing is cut off. */
async function fitsPhone(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  const phone = { width: 375, height: 667, deviceScaleFactor: 1, mobile: true }
  await devtools.send("Emulation.setDeviceMetricsOverride", phone)
  const wide = `[...document.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right > innerWidth).length`
  expect(await page.evaluate(`[innerWidth, ${wide}]`)).toEqual([375, 0])
}

describe("docs/use-chat.md", () => {
  it.each(EXAMPLES.map(({ info }) => info))("I-1 I-7 I-8 its example %s works as it stands", async (info) => {
    const page = await browser.newPage({ bypassCSP: true })
    const errors: Array<string> = []
    page.on("pageerror", (error) => errors.push(error.message))
    await page.goto(`${hub.url()}/docs`)
    await page.evaluate(`void (window.props = ${JSON.stringify({ id: `documents-${info}`, apiKey: hub.token })})`)
    const bundle = JSON.stringify(bundles.get(info))
    await page.evaluate(`import(URL.createObjectURL(new Blob([${bundle}], { type: "text/javascript" })))`)
    await expect.poll(() => page.evaluate(`document.querySelector("form") !== null`)).toBe(true)
    await page.evaluate(say("[[say it works]]"))
    await sees(page, "it works")
    if (info === "bound") {
      await page.evaluate(say("[[bash echo from the document]]"))
      await click(page, "Allow")
      await sees(page, "from the document")
    }
    expect(errors).toEqual([])
    await page.close()
  })

  it("I-1 has an example of each way", () => {
    expect(EXAMPLES.map(({ info }) => info)).toEqual(["http", "socket", "own", "bound"])
  })
})

describe("examples/use-chat", () => {
  // Beside what it needs, which its own folder has once a user has installed it.
  const place = path("../heavy/.use-chat-example")
  let vite: ViteDevServer
  let address = ""
  beforeAll(async () => {
    const probe = freePort().listen(0, "127.0.0.1")
    await once(probe, "listening")
    const { port } = probe.address() as AddressInfo
    probe.close()
    await once(probe, "close")
    rmSync(place, { recursive: true, force: true })
    cpSync(EXAMPLE, place, { recursive: true, filter: (file) => !file.includes("node_modules") })
    process.env["HOLDFAST_URL"] = `http://127.0.0.1:${proxy.port}`
    const server = { port, host: "127.0.0.1", strictPort: true }
    vite = await createServer({ root: place, configFile: `${place}/vite.config.js`, server, logLevel: "silent" })
    await vite.listen()
    address = `http://127.0.0.1:${port}/`
  })
  afterAll(async () => {
    await vite.close()
    rmSync(place, { recursive: true, force: true })
  })

  it("I-8 signs in, sends, allows, answers a question, has it all after a reload, and fits a phone", async () => {
    const page = await browser.newPage({ bypassCSP: true })
    const errors: Array<string> = []
    page.on("pageerror", (error) => errors.push(error.message))
    await page.goto(address)
    await signIn(page, "not-a-token")
    await sees(page, "does not accept this token")
    expect(await page.evaluate(`document.querySelector("form.sign-in").elements.key.value`)).toBe("not-a-token")
    await signIn(page, hub.token)
    await sees(page, "online")
    await page.evaluate(say("[[say Hello]] [[bash echo from the example]] [[ask Which one?|Red|Blue]]"))
    await click(page, "Allow")
    await sees(page, "from the example")
    await click(page, "Answer")
    await sees(page, "you chose Red")
    await page.goto(address)
    await sees(page, "you chose Red")
    await fitsPhone(page)
    expect(errors).toEqual([])
    await page.close()
  })

  it("I-11 keeps a message over a reload while the hub is away, says that it waits, sends it once, and fits a phone", async () => {
    const page = await browser.newPage({ bypassCSP: true })
    await page.goto(address)
    await signIn(page, hub.token)
    await sees(page, "online")
    proxy.refuse()
    proxy.cut("rst")
    await sees(page, "reconnecting")
    await page.evaluate(say("[[say kept]]"))
    await sees(page, "not sent yet")
    await fitsPhone(page)
    await page.goto(address)
    await sees(page, "[[say kept]]")
    await sees(page, "not sent yet")
    proxy.allow()
    const shown = `[...document.querySelectorAll("article")].map(({ textContent }) => textContent)`
    await expect.poll(() => page.evaluate(shown), { timeout: 20_000 }).toEqual(["[[say kept]]", "kept"])
    await page.goto(address)
    await expect.poll(() => page.evaluate(shown), { timeout: 20_000 }).toEqual(["[[say kept]]", "kept"])
    await page.close()
  })
})
