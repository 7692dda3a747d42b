/** A headless browser for a test, through playwright-core of tests/heavy. */
import { CHROMIUM_FLAGS, chromiumProgram, playwright } from "@holdfast/testkit/chromium-program"
import { inject } from "vitest"

/** The part of playwright's context that tests use: pages with their cookies and storage. */
export interface Context {
  readonly setOffline: (offline: boolean) => Promise<void>
  readonly newPage: () => Promise<Page>
  readonly cookies: () => Promise<ReadonlyArray<unknown>>
  /** Speaks the browser's own protocol with a page. */
  readonly newCDPSession: (page: Page) => Promise<DevTools>
  readonly close: () => Promise<void>
}

/** The browser's own protocol (Chrome DevTools Protocol). */
export interface DevTools {
  readonly send: (method: string, parameters?: Readonly<Record<string, unknown>>) => Promise<unknown>
  readonly on: (event: "Page.backForwardCacheNotUsed", listener: (why: NotRestored) => void) => void
}

/** Why a page did not come back from the back-forward cache. */
export interface NotRestored {
  readonly notRestoredExplanations?: ReadonlyArray<{ readonly reason: string }>
}

/** The part of playwright's page that tests use. */
export interface Page {
  readonly goto: (url: string) => Promise<unknown>
  /** Runs a script in each document before its own. */
  readonly addInitScript: (script: { readonly content: string }) => Promise<void>
  /** Value of an expression in the page, awaited. A string, because vitest rewrites functions. */
  readonly evaluate: (expression: string) => Promise<unknown>
  readonly on: {
    (event: "pageerror", listener: (error: Error) => void): void
    (event: "crash", listener: () => void): void
  }
  /** Waits until the page is at an address. */
  readonly waitForURL: (url: string | RegExp) => Promise<void>
  readonly context: () => Context
  /** The page's own frame, and those in it. */
  readonly frames: () => ReadonlyArray<Pick<Page, "evaluate">>
  readonly close: () => Promise<void>
}

/** The part of playwright's browser that tests use. */
export interface Browser {
  readonly newPage: (options: { readonly bypassCSP: boolean }) => Promise<Page>
  readonly newContext: (options: { readonly bypassCSP: boolean }) => Promise<Context>
  readonly close: () => Promise<void>
}

interface LaunchOptions {
  readonly executablePath: string
  readonly args: ReadonlyArray<string>
  readonly ignoreDefaultArgs: ReadonlyArray<string>
}

interface Playwright {
  readonly chromium: {
    readonly launch: (options: LaunchOptions) => Promise<Browser>
  }
}

/** What playwright takes from a browser that people have. */
const KEPT = ["--disable-back-forward-cache"]

/** Starts a browser; the test closes it. */
export async function launchBrowser(): Promise<Browser> {
  const { chromium } = playwright<Playwright>()
  // Fault tests, most of which need no browser, have no setup that looks for one.
  const executablePath = inject("chromium") ?? (await chromiumProgram())
  return chromium.launch({ executablePath, args: CHROMIUM_FLAGS, ignoreDefaultArgs: KEPT })
}
