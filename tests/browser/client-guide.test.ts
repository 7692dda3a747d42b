/** The pages of docs/CLIENT.md, with the library from a server that is neither theirs nor the hub's. */
import { createServer, type RequestListener, type Server } from "node:http"
import { once } from "node:events"
import type { AddressInfo } from "node:net"
import { readFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { examplesOf } from "@holdfast/testkit/document-examples"
import { startHub, type HubProcess } from "@holdfast/testkit/hub-process"
import { launchBrowser, type Browser } from "./chromium.ts"

const document = readFileSync(new URL("../../docs/CLIENT.md", import.meta.url), "utf8")
const pages = examplesOf(document).filter(({ language }) => language === "html")

/** The file for pages, as it is published. */
async function library(): Promise<Uint8Array> {
  const load = (name: string): Promise<never> => import(new URL(`../../scripts/${name}`, import.meta.url).href) as Promise<never>
  const [{ bundleWhole }, { libraryOf }] = await Promise.all([load("library.mjs"), load("published.mjs")])
  const [built] = await (bundleWhole as Bundle)(
    (libraryOf as (name: string) => unknown)("@holdfast/client"),
    ["index"],
    "out.js",
    {
      minify: true,
    },
  )
  return built.contents
}

type Bundle = (
  library: unknown,
  names: ReadonlyArray<string>,
  file: string,
  options: { readonly minify: boolean },
) => Promise<readonly [{ readonly contents: Uint8Array }]>

const served: Array<Server> = []
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  served.push(server)
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe("the pages of the client's guide", () => {
  let browser: Browser
  let hub: HubProcess
  let cdn = ""
  let origin = ""
  let html = ""

  beforeAll(async () => {
    const script = await library()
    cdn = await serve((_, response) =>
      response.writeHead(200, { "content-type": "text/javascript", "access-control-allow-origin": "*" }).end(script),
    )
    origin = await serve((_, response) => response.writeHead(200, { "content-type": "text/html" }).end(html))
    ;[hub, browser] = await Promise.all([startHub({ settings: { HOLDFAST_CORS_ORIGINS: origin } }), launchBrowser()])
  })

  afterAll(async () => {
    await browser.close()
    await hub.stop()
    for (const server of served) {
      server.closeAllConnections()
      server.close()
    }
  })

  it("C-81 C-82 a page without a bundler shows the sessions as they change", async () => {
    expect(pages).toHaveLength(1)
    const [{ body }] = pages as [(typeof pages)[number]]
    html = body.replace("https://cdn.example.org", cdn).replace("http://127.0.0.1:4653", hub.url())
    const page = await browser.newPage({ bypassCSP: false })
    const errors: Array<string> = []
    page.on("pageerror", ({ message }) => errors.push(message))
    const create = (label: string): Promise<unknown> =>
      hub.call("POST", "/api/sessions", { kind: "terminal", command: "cat", label })
    await create("before the page")
    html = html.replace(`localStorage.getItem("token")`, JSON.stringify(hub.token))
    await page.goto(origin)
    const shown = (): Promise<unknown> => page.evaluate(`document.querySelector("#sessions").innerText`)
    await expect.poll(shown).toContain("before the page")
    await create("after it")
    await expect.poll(shown).toContain("after it")
    expect(errors).toEqual([])
  })
})
