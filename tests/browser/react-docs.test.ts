import { readdirSync, readFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { openAgent, sendText, settledAgent } from "@holdfast/testkit/agent-session"
import { examplesOf } from "@holdfast/testkit/document-examples"
import { startHub, type HubProcess } from "@holdfast/testkit/hub-process"
import { launchBrowser, type Browser, type Page } from "./chromium.ts"
import { bundle, type Bundle } from "./react/bundle.ts"

const FOLDER = new URL("../../docs/react/", import.meta.url)
const WITHIN = { timeout: 60_000, interval: 20 }

/** The example of each page. */
const examples = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".md"))
  .map((name) => {
    const blocks = examplesOf(readFileSync(new URL(name, FOLDER), "utf8")).filter(({ language }) => language === "tsx")
    if (blocks.length !== 1) throw new Error(`docs/react/${name} has ${blocks.length} examples; one is run`)
    return { page: name.replace(/\.md$/, ""), body: blocks[0]?.body ?? "" }
  })

const ENTRY = `
import { createElement as h } from "react"
import { createRoot } from "react-dom/client"
import { connect } from "@holdfast/client"
import { HoldfastProvider } from "@holdfast/react"
${examples.map(({ page }, index) => `import * as page${index} from "./docs-${page}.tsx"`).join("\n")}

const pages = { ${examples.map(({ page }, index) => `${JSON.stringify(page)}: page${index}`).join(", ")} }

/** Shows the example of a page: a whole application, or what stands below a provider. */
export function show(page, session) {
  const { App, Example } = pages[page]
  const root = createRoot(document.body.appendChild(document.createElement("div")))
  root.render(App ? h(App) : h(HoldfastProvider, { client: () => connect("") }, h(Example, { session })))
}
`

describe("the pages about React", () => {
  let browser: Browser
  let hub: HubProcess
  let bundled: Bundle
  let page: Page
  const errors: Array<string> = []

  beforeAll(async () => {
    const modules = Object.fromEntries(examples.map(({ page, body }) => [`docs-${page}.tsx`, body]))
    ;[hub, browser, bundled] = await Promise.all([
      startHub(),
      launchBrowser(),
      bundle("docs-entry.ts", { ...modules, "docs-entry.ts": ENTRY }),
    ])
    page = await browser.newPage({ bypassCSP: true })
    page.on("pageerror", (error) => errors.push(error.message))
    const link = await hub.call<{ readonly url: string }>("POST", "/api/links", {})
    await page.goto(link.body.url)
    await page.waitForURL(`${hub.url()}/`)
  })

  afterAll(async () => {
    await browser.close()
    await hub.stop()
    expect(errors).toEqual([])
  })

  const show = async (name: string, session = ""): Promise<void> => {
    await page.goto(hub.url())
    await page.evaluate(`(async () => {
      document.body.replaceChildren()
      document.head.append(Object.assign(document.createElement("style"), { textContent: ${JSON.stringify(bundled.style)} }))
      const docs = await import(URL.createObjectURL(new Blob([${JSON.stringify(bundled.script)}], { type: "text/javascript" })))
      docs.show(${JSON.stringify(name)}, ${JSON.stringify(session)})
    })()`)
  }
  const text = () => expect.poll(() => page.evaluate("document.body.innerText"), WITHIN)
  const click = async (label: string): Promise<void> => {
    const button = `[...document.querySelectorAll("button")].find((one) => one.textContent === ${JSON.stringify(label)})`
    await expect.poll(() => page.evaluate(`${button} !== undefined`), WITHIN).toBe(true)
    await page.evaluate(`${button}.click()`)
  }

  /** What each page's example is seen to do, with an agent that has answered once. */
  const seen: Readonly<Record<string, (session: string) => Promise<void>>> = {
    README: async () => {
      await text().toContain("Choose a session.")
      await click("docs agent")
      await expect
        .poll(() => page.evaluate(`document.querySelector("[data-role=assistant]")?.innerText`), WITHIN)
        .toBe("answered")
    },
    chat: async () => {
      await text().toContain("answered")
      expect(await page.evaluate(`document.querySelector("textarea").ariaLabel`)).toBe("Message to the agent")
    },
    terminal: async () => {
      const made = await hub.call<{ readonly id: string }>("POST", "/api/sessions", {
        kind: "terminal",
        command: "sh",
        args: ["-c", "echo shown here; cat"],
      })
      await show("terminal", made.body.id)
      await expect.poll(() => page.evaluate(`document.querySelector(".xterm-rows")?.textContent`), WITHIN).toContain("shown here")
    },
    "use-connection": () => text().toBe("Connected"),
    "use-messages": () => text().toMatch(/user .*say answered[^]*assistant answered/),
    "use-outbox": () => text().toContain("0 on their way, 0 failed"),
    "use-permissions": async (session) => {
      await text().toBe("Nothing to decide.")
      await sendText(hub, session, "[[bash echo documented]]")
      await text().toContain("echo documented")
      await page.evaluate(`document.querySelector("button").click()`)
      await text().toBe("Nothing to decide.")
    },
    "use-queue": async (session) => {
      await text().toContain("0 waiting")
      await sendText(hub, session, "[[slow 400 50]]")
      await sendText(hub, session, "[[say never]]")
      await text().toContain("1 waiting")
      await click("Remove")
      await text().toContain("0 waiting")
      await sendText(hub, session, "[[say kept]]")
      await text().toContain("1 waiting")
      await hub.call("POST", `/api/sessions/${session}/interrupt`)
      await click("Continue")
      await text().toBe("0 waiting")
    },
    "use-session": () => text().toMatch(/^docs agent \(idle\)$/i),
    "use-session-events": () => text().toBe("Live: has events, 0 waiting, turn idle"),
    "use-session-service": async () => {
      await click("Create")
      await text().toContain("made here is working")
      await click("Create with an unknown agent")
      await text().toContain("not created: ")
    },
    "use-session-stream": async () => {
      await text().toContain("Connected")
      await text().toContain("session/created")
    },
    "use-sessions": () => text().toContain("docs agent is "),
  }

  it.each(examples.map(({ page: name }) => name))("U-2 U-5 the example of docs/react/%s.md does what it says", async (name) => {
    const { id } = await openAgent(hub, { label: "docs agent", tags: ["docs"] })
    await sendText(hub, id, "[[say answered]]")
    await settledAgent(hub, id)
    if (name !== "terminal") await show(name, id)
    await seen[name]?.(id)
    expect(Object.keys(seen)).toContain(name)
    await settledAgent(hub, id)
    await hub.call("POST", `/api/sessions/${id}/archive`)
  })
})
