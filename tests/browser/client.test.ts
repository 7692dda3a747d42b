import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import { once } from "node:events"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { launchBrowser, type Browser } from "./chromium.ts"

const CLIENT = readFileSync(new URL("../../apps/cli/dist/client.js", import.meta.url))

describe("the client library in a browser", () => {
  let browser: Browser
  const server = createServer((request, response) => {
    const script = request.url === "/client.js"
    response.setHeader("content-type", script ? "text/javascript" : "text/html")
    response.end(script ? CLIENT : "<!doctype html><title>client</title>")
  })
  let origin = ""

  beforeAll(async () => {
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    const address = server.address()
    if (address === null || typeof address === "string") throw new Error("no port")
    origin = `http://127.0.0.1:${address.port}`
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser.close()
    server.closeAllConnections()
    server.close()
  })

  it("loads without anything of Node", async () => {
    const page = await browser.newPage({ bypassCSP: false })
    const errors: Array<string> = []
    page.on("pageerror", (error) => errors.push(error.message))
    await page.goto(origin)
    const names = await page.evaluate('import("/client.js").then(Object.keys)')
    expect(names).toEqual(expect.arrayContaining(["Attachment", "Connection", "Feed", "browserSocket", "makeApi"]))
    expect(errors).toEqual([])
  })
})
