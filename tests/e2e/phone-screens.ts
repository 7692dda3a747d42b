/** Every screen as a phone shows it: within the page, with targets for a thumb. */
import { expect } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { sendText } from "@holdfast/testkit/agent-session"
import { asking } from "./agents.ts"
import { type AppPage, type RunningApp, startApp } from "./app.ts"
import { smallTargets } from "./page-checks.ts"

const LONG = "A name that is much longer than a phone is wide, and is told apart from others by its end alone"

/** The parts of the settings. */
const PARTS = ["appearance", "keys", "terminals", "notifications", "devices", "agents", "rules", "trust", "import", "about"]

/** An app whose sessions do and ask what takes room. */
export interface PhoneApp {
  readonly app: RunningApp
  readonly command: Session
  readonly question: Session
  readonly works: Session
  readonly shell: Session
}

/** Starts it. */
export async function startPhoneApp(): Promise<PhoneApp> {
  const app = await startApp({ settings: { HOLDFAST_PUBLIC_URL: "https://a-machine-with-a-long-name.example.org:4653" } })
  const command = await asking(
    app,
    "[[bash npm run build -- --mode production --out-dir /a/long/way/to/a/place/that/is/wider/than/a/phone]]",
    LONG,
  )
  const question = await asking(app, "[[ask Which of these do you mean?|The first one|The other one|Neither of them]]", "Asks")
  const works = await app.agent({ label: "עברית and 日本語 side by side" })
  const shell = await app.terminal({ label: "npm test" })
  await sendText(app.hub, works.id, "[[slow 400 100]]")
  await sendText(app.hub, works.id, "What is queued behind it, and is long enough to be cut where the line ends")
  return { app, command, question, works, shell }
}

async function looked(opened: AppPage, name: string): Promise<void> {
  await opened.picture(name)
  expect([name, await opened.overflows(), await smallTargets(opened.page)]).toEqual([name, [], []])
}

/** Shows each screen in a size, and looks at it. */
export async function lookAtScreens(phone: PhoneApp, size: { readonly width: number; readonly height: number }): Promise<void> {
  const { app, command, question, works, shell } = phone
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
}
