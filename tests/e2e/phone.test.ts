/** Every screen on a phone: as wide as the page, with targets for a thumb, and with the keyboard open. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { sendText } from "@holdfast/testkit/agent-session"
import { asking, fieldOf } from "./agents.ts"
import { type AppPage, type RunningApp, startApp } from "./app.ts"
import { smallTargets } from "./page-checks.ts"

const LONG = "A name that is much longer than a phone is wide, and is told apart from others by its end alone"

/** The parts of the settings. */
const PARTS = ["appearance", "keys", "terminals", "notifications", "devices", "agents", "rules", "trust", "import", "about"]

describe("the app on a phone", () => {
  let app: RunningApp
  let command: Session
  let question: Session
  let works: Session
  let shell: Session
  beforeAll(async () => {
    app = await startApp({ settings: { HOLDFAST_PUBLIC_URL: "https://a-machine-with-a-long-name.example.org:4653" } })
    command = await asking(
      app,
      "[[bash npm run build -- --mode production --out-dir /a/long/way/to/a/place/that/is/wider/than/a/phone]]",
      LONG,
    )
    question = await asking(app, "[[ask Which of these do you mean?|The first one|The other one|Neither of them]]", "Asks")
    works = await app.agent({ label: "עברית and 日本語 side by side" })
    shell = await app.terminal({ label: "npm test" })
    await sendText(app.hub, works.id, "[[slow 400 100]]")
    await sendText(app.hub, works.id, "What is queued behind it, and is long enough to be cut where the line ends")
  })
  afterAll(() => app.stop())

  const looked = async (opened: AppPage, name: string): Promise<void> => {
    await opened.picture(name)
    expect([name, await opened.overflows(), await smallTargets(opened.page)]).toEqual([name, [], []])
  }

  for (const size of [
    { width: 390, height: 844 },
    { width: 360, height: 640 },
  ])
    it(`APP-89 has room and targets in every screen, ${size.width} by ${size.height}`, async () => {
      const opened = await app.open({ form: "phone" })
      const { page, connected, pane, row } = opened
      const at = (screen: string): string => `phone-${size.width}-${screen}`
      await page.setViewportSize(size)
      await connected()
      await row(shell.id).waitFor()
      await looked(opened, at("list"))
      await page.getByRole("button", { name: /wait for you/ }).click()
      await page.locator("[data-inbox=phone]").waitFor()
      await looked(opened, at("inbox"))
      for (const [session, name] of [
        [command, "command"],
        [question, "question"],
        [works, "works"],
        [shell, "terminal"],
      ] as const) {
        await page.goto(`${app.hub.url()}/s/${session.id}`)
        await pane(session.id).getByRole("textbox").last().waitFor()
        await looked(opened, at(name))
      }
      const dots = await page.locator("[data-dots]").boundingBox()
      const keys = await page.locator("[data-phone-keys]").boundingBox()
      expect((keys?.y ?? 0) + (keys?.height ?? 0)).toBeLessThanOrEqual((dots?.y ?? 0) + 0.5)
      expect((dots?.y ?? 0) + (dots?.height ?? 0)).toBeCloseTo(size.height, 0)
      await page.locator("[data-focused] header").getByRole("button", { name: "More" }).click()
      await page.getByRole("menu").waitFor()
      await looked(opened, at("menu"))
      await page.getByRole("menuitem", { name: "Find in terminal" }).tap()
      await page.getByRole("search").waitFor()
      await looked(opened, at("find"))
      await page.keyboard.press("Escape")
      for (const path of ["new", "recordings", ...PARTS.map((part) => `settings/${part}`)]) {
        await page.goto(`${app.hub.url()}/${path}`)
        await page.locator("main h2").last().waitFor()
        if (path === "settings/devices") {
          await page.getByRole("button", { name: "Pair a phone" }).click()
          await page.getByRole("img", { name: "QR code of the link" }).waitFor()
        }
        await looked(opened, at(path.replace("/", "-")))
      }
      await opened.close()
    })

  it("APP-90 keeps the field in sight when a keyboard makes the page smaller, and when it only covers it", async () => {
    const opened = await app.open({ form: "phone", path: `/s/${works.id}` })
    const { page } = opened
    const field = fieldOf(opened, works.id)
    await field.click()
    const bottom = async (): Promise<number> => {
      const box = await field.boundingBox()
      return (box?.y ?? 0) + (box?.height ?? 0)
    }
    await page.setViewportSize({ width: 390, height: 500 })
    await expect.poll(bottom).toBeLessThan(500)
    await page.setViewportSize({ width: 390, height: 844 })
    // Safari leaves the page as it is and says how much of it is seen.
    await page.evaluate(`(() => {
      const view = visualViewport
      for (const [name, value] of Object.entries({ height: 500, offsetTop: 0, scale: 1 }))
        Object.defineProperty(view, name, { configurable: true, get: () => value })
      view.dispatchEvent(new Event("resize"))
    })()`)
    await expect.poll(bottom).toBeLessThan(500)
    await opened.picture("phone-keyboard-dark")
    await page.evaluate(`(() => {
      for (const name of ["height", "offsetTop", "scale"]) delete visualViewport[name]
      visualViewport.dispatchEvent(new Event("resize"))
    })()`)
    await expect.poll(bottom).toBeGreaterThan(600)
    await opened.close()
  })

  it("APP-88 fulfils what the browser asks of an app that is installed", async () => {
    const { page, context, kept, close } = await app.open({ form: "phone" })
    await kept()
    const tools = await context.newCDPSession(page)
    const { errors, url } = (await tools.send("Page.getAppManifest")) as {
      readonly errors: ReadonlyArray<unknown>
      readonly url: string
    }
    expect([errors, url]).toEqual([[], `${app.hub.url()}/manifest.webmanifest`])
    const { installabilityErrors } = (await tools.send("Page.getInstallabilityErrors")) as {
      readonly installabilityErrors: ReadonlyArray<{ readonly errorId: string }>
    }
    // Tests use windows that keep nothing; in those nothing can be installed.
    expect(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito")).toEqual([])
    await close()
  })
})
