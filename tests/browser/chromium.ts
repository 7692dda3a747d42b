/** A headless browser for a test, through playwright-core of tests/heavy. */
import { createRequire } from "node:module"
import { inject } from "vitest"

/** The part of playwright's page that tests use. */
export interface Page {
  readonly goto: (url: string) => Promise<unknown>
  /** Value of an expression in the page, awaited. A string, because vitest rewrites functions. */
  readonly evaluate: (expression: string) => Promise<unknown>
  readonly on: (event: "pageerror", listener: (error: Error) => void) => void
  readonly context: () => { readonly setOffline: (offline: boolean) => Promise<void> }
}

/** The part of playwright's browser that tests use. */
export interface Browser {
  readonly newPage: (options: { readonly bypassCSP: boolean }) => Promise<Page>
  readonly close: () => Promise<void>
}

interface Playwright {
  readonly chromium: {
    readonly launch: (options: { readonly executablePath: string; readonly args: ReadonlyArray<string> }) => Promise<Browser>
  }
}

const FLAGS = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
]

/** Starts a browser; the test closes it. */
export function launchBrowser(): Promise<Browser> {
  const { chromium }: Playwright = createRequire(new URL("../heavy/package.json", import.meta.url))("playwright-core")
  return chromium.launch({ executablePath: inject("chromium"), args: FLAGS })
}
