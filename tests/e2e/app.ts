/**
 * The app as people have it: a real hub, the built app, real Chromium. A file of tests starts one, opens pages in it, and stops it;
 * what no page may do (run a foreign script, ask another server, throw, break the policy) fails where the page is closed.
 */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import type { Session } from "@holdfast/protocol/session"
import { type HubOptions, type HubProcess, startHub } from "@holdfast/testkit/hub-process"
import { launchBrowser } from "../browser/chromium.ts"
import { axeFindings, overflowsOf } from "./page-checks.ts"
import type { Browser, Context, Locator, Page } from "./playwright.ts"

/** The forms of the page. */
const VIEWPORTS = {
  desktop: { width: 1440, height: 900 },
  narrow: { width: 1024, height: 768 },
  phone: { width: 390, height: 844 },
} as const

/** How a page is opened. */
export interface PageOptions {
  readonly form?: keyof typeof VIEWPORTS
  readonly theme?: "dark" | "light"
  /** Where it begins, below the hub; `/` without it. */
  readonly path?: string
  /** false: it has no key, as before a link was opened. */
  readonly isSignedIn?: boolean
  readonly locale?: string
  /** false: it has no service worker, so that the test can stand between the page and the files of the app. */
  readonly hasWorker?: boolean
}

/** A page of the app. */
export interface AppPage {
  readonly page: Page
  readonly context: Context
  /** The button of a session's row, once it is there. */
  readonly row: (session: string) => Locator
  /** The pane of a session, once it is there. */
  readonly pane: (session: string) => Locator
  /** Opens a session by its row, and waits for its pane. */
  readonly openSession: (session: string) => Promise<Locator>
  /** Waits until the page is connected. */
  readonly connected: () => Promise<void>
  /** Waits until the page's files are kept, so that it starts without a server. */
  readonly kept: () => Promise<void>
  /** Writes a picture to the folder that HOLDFAST_PICTURES names; nothing where it names none. */
  readonly picture: (name: string) => Promise<void>
  /** What is wider than its place. */
  readonly overflows: () => Promise<ReadonlyArray<string>>
  /** What axe calls serious or critical. */
  readonly axe: () => Promise<ReadonlyArray<string>>
  /** What the page did that no page may do. A test that provokes an error takes it off the list. */
  readonly problems: Array<string>
  readonly close: () => Promise<void>
  /** Closes a page that a failed test left, and says what it was like. */
  readonly abandon: () => Promise<void>
}

/** A running app. */
export interface RunningApp {
  readonly hub: HubProcess
  readonly open: (options?: PageOptions) => Promise<AppPage>
  readonly terminal: (body?: object) => Promise<Session>
  readonly agent: (body?: object) => Promise<Session>
  readonly stop: () => Promise<void>
}

/** Starts a hub and a browser; a test file does it once. */
export async function startApp(options: HubOptions = {}): Promise<RunningApp> {
  const [hub, browser] = await Promise.all([startHub(options), launchBrowser() as unknown as Promise<Browser>])
  const pages = new Set<AppPage>()
  const make = async (body: object): Promise<Session> => {
    const { status, body: session } = await hub.call<Session>("POST", "/api/sessions", body)
    if (status !== 201) throw new Error(`a session was refused: ${status} ${JSON.stringify(session)}`)
    return session
  }
  return {
    hub,
    open: async (pageOptions) => {
      const opened = await openPage(hub, browser, pageOptions ?? {})
      pages.add(opened)
      return opened
    },
    terminal: (body = {}) => make({ kind: "terminal", command: "cat", ...body }),
    agent: (body = {}) => make({ kind: "agent", agent: "scripted", ...body }),
    stop: async () => {
      for (const one of pages) await one.abandon()
      await browser.close()
      await hub.stop()
    },
  }
}

async function openPage(hub: HubProcess, browser: Browser, options: PageOptions): Promise<AppPage> {
  const { form = "desktop", theme = "dark", path = "/", isSignedIn = true, locale = "en-GB", hasWorker = true } = options
  const touch = form === "phone" ? { isMobile: true, hasTouch: true } : {}
  const serviceWorkers = hasWorker ? "allow" : "block"
  const look = { viewport: VIEWPORTS[form], colorScheme: theme, locale, timezoneId: "UTC" }
  const context = await browser.newContext({ ...look, ...touch, serviceWorkers })
  const problems: Array<string> = []
  const errors: Array<string> = []
  await watchContext(context, hub.url(), problems)
  const page = await context.newPage()
  page.on("pageerror", (error) => void problems.push(`threw: ${error.stack ?? error.message}`))
  page.on("crash", () => void problems.push("the page crashed"))
  page.on("console", (message) => {
    const isRefused = /Content Security Policy|violates the following/.test(message.text())
    if (isRefused) problems.push(`policy: ${message.text()}`)
    else if (message.type() === "error" || message.type() === "warning") errors.push(message.text())
  })
  if (isSignedIn) await signIn(page, hub)
  await page.goto(hub.url() + path)
  page.setDefaultTimeout(PATIENCE)
  return appPage(page, context, problems, errors)
}

/** Signs a page in as a person does: by a one-time link. */
async function signIn(page: Page, hub: HubProcess): Promise<void> {
  const { body } = await hub.call<{ readonly url: string }>("POST", "/api/links")
  // Where people are sent may be a name that is not known here.
  await page.goto(hub.url() + body.url.slice(body.url.indexOf("/open")))
  await page.waitForFunction(`localStorage.getItem("holdfast-key") !== null`)
}

async function watchContext(context: Context, origin: string, problems: Array<string>): Promise<void> {
  context.on("request", (request) => {
    const url = request.url()
    if (/^(?:data|blob):/.test(url) || url.startsWith(origin)) return
    problems.push(`asked another server: ${url}`)
  })
  await context.addInitScript({
    content: `document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      console.error("Content Security Policy: " + violatedDirective + " " + blockedURI))`,
  })
}

/** How long an action waits for what it acts on. */
const PATIENCE = 15_000

function appPage(page: Page, context: Context, problems: Array<string>, errors: ReadonlyArray<string>): AppPage {
  let isClosed = false
  const row = (session: string): Locator => page.locator(`[data-row="${session}"]`).first()
  const pane = (session: string): Locator => page.locator(`[data-pane][data-session="${session}"]`).first()
  const folder = process.env["HOLDFAST_PICTURES"]
  return {
    page,
    context,
    row,
    pane,
    problems,
    openSession: async (session) => {
      await row(session).click()
      await pane(session).waitFor()
      return pane(session)
    },
    connected: () => page.getByRole("button", { name: /^Connected/ }).waitFor({ state: "attached" }),
    kept: async () => void (await page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")),
    picture: async (name) => {
      if (folder === undefined) return
      mkdirSync(folder, { recursive: true })
      await page.evaluate("document.fonts.ready.then(() => undefined)")
      await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled", caret: "hide" })
    },
    overflows: () => overflowsOf(page),
    axe: () => axeFindings(page),
    close: async () => {
      isClosed = true
      await context.close()
      if (problems.length > 0) throw new Error(`the page did what no page may do:\n${problems.join("\n")}`)
    },
    abandon: async () => {
      if (isClosed) return
      const text = await page.evaluate("document.body.innerText").catch(String)
      console.error(`a page was left at ${page.url()}\n${[...problems, ...errors].join("\n")}\n${String(text).slice(0, 800)}`)
      await context.close()
    },
  }
}
