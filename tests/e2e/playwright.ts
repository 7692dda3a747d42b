/** The part of playwright that tests of the app use; `launchBrowser` gives the real thing. */

/** Where something is on a page. Actions wait until it is there and can be acted on. */
export interface Locator {
  readonly click: (options?: {
    readonly button?: "left" | "right" | "middle"
    readonly clickCount?: number
    readonly modifiers?: ReadonlyArray<string>
    readonly timeout?: number
  }) => Promise<void>
  readonly dblclick: () => Promise<void>
  readonly tap: () => Promise<void>
  readonly hover: () => Promise<void>
  readonly fill: (text: string) => Promise<void>
  readonly press: (key: string) => Promise<void>
  readonly pressSequentially: (text: string) => Promise<void>
  readonly focus: () => Promise<void>
  readonly count: () => Promise<number>
  readonly first: () => Locator
  readonly last: () => Locator
  readonly nth: (at: number) => Locator
  readonly locator: (selector: string) => Locator
  readonly getByRole: GetByRole
  readonly getByText: (text: string | RegExp, options?: { readonly exact?: boolean }) => Locator
  readonly getByLabel: (text: string | RegExp) => Locator
  readonly filter: (options: { readonly hasText?: string | RegExp }) => Locator
  readonly isVisible: () => Promise<boolean>
  readonly textContent: () => Promise<string | null>
  readonly innerText: () => Promise<string>
  readonly inputValue: () => Promise<string>
  readonly allInnerTexts: () => Promise<ReadonlyArray<string>>
  readonly getAttribute: (name: string) => Promise<string | null>
  /** Chooses an option by its value. */
  readonly selectOption: (value: string) => Promise<unknown>
  readonly setInputFiles: (files: unknown) => Promise<void>
  readonly boundingBox: () => Promise<{
    readonly x: number
    readonly y: number
    readonly width: number
    readonly height: number
  } | null>
  readonly waitFor: (options?: {
    readonly state?: "attached" | "detached" | "visible" | "hidden"
    readonly timeout?: number
  }) => Promise<void>
  /** The value of an expression about the element, as the text of a function of it. */
  readonly evaluate: (expression: string) => Promise<unknown>
}

type GetByRole = (role: string, options?: { readonly name?: string | RegExp; readonly exact?: boolean }) => Locator

/** A message of the console. */
export interface ConsoleMessage {
  readonly type: () => string
  readonly text: () => string
}

/** A request of a page. */
export interface PageRequest {
  readonly url: () => string
  readonly method: () => string
}

/** A request that is answered in the place of the server. */
export interface Route {
  readonly request: () => PageRequest
  readonly fulfill: (answer: {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: Uint8Array | string
  }) => Promise<void>
  readonly fallback: () => Promise<void>
  readonly abort: () => Promise<void>
}

/** A socket that a page has opened. */
export interface PageSocket {
  readonly on: (event: "framereceived", listener: (frame: { readonly payload: string | Buffer }) => void) => void
}

/** A page. */
export interface Page {
  readonly goto: (url: string) => Promise<unknown>
  readonly reload: () => Promise<unknown>
  readonly goBack: () => Promise<unknown>
  readonly goForward: () => Promise<unknown>
  readonly url: () => string
  readonly title: () => Promise<string>
  /** Value of an expression in the page, awaited. A string, because vitest rewrites functions. */
  readonly evaluate: (expression: string) => Promise<unknown>
  readonly waitForFunction: (
    expression: string,
    argument?: undefined,
    options?: { readonly timeout?: number },
  ) => Promise<unknown>
  readonly waitForURL: (url: string | RegExp) => Promise<void>
  readonly locator: (selector: string) => Locator
  readonly getByRole: GetByRole
  readonly getByText: (text: string | RegExp, options?: { readonly exact?: boolean }) => Locator
  readonly getByLabel: (text: string | RegExp) => Locator
  readonly getByPlaceholder: (text: string | RegExp) => Locator
  readonly keyboard: {
    readonly press: (key: string, options?: { readonly delay?: number }) => Promise<void>
    /** `delay`: milliseconds from one key to the next. */
    readonly type: (text: string, options?: { readonly delay: number }) => Promise<void>
    readonly down: (key: string) => Promise<void>
    readonly up: (key: string) => Promise<void>
    readonly insertText: (text: string) => Promise<void>
  }
  readonly mouse: {
    readonly move: (x: number, y: number, options?: { readonly steps?: number }) => Promise<void>
    readonly down: () => Promise<void>
    readonly up: () => Promise<void>
    readonly wheel: (x: number, y: number) => Promise<void>
    readonly click: (x: number, y: number) => Promise<void>
  }
  readonly touchscreen: { readonly tap: (x: number, y: number) => Promise<void> }
  readonly screenshot: (options: {
    readonly path?: string
    readonly animations?: "disabled"
    readonly caret?: "hide"
  }) => Promise<Uint8Array>
  readonly setViewportSize: (size: { readonly width: number; readonly height: number }) => Promise<void>
  readonly emulateMedia: (media: { readonly colorScheme?: "dark" | "light"; readonly reducedMotion?: "reduce" }) => Promise<void>
  readonly on: {
    (event: "pageerror", listener: (error: Error) => void): void
    (event: "console", listener: (message: ConsoleMessage) => void): void
    (event: "crash", listener: () => void): void
    (event: "websocket", listener: (socket: PageSocket) => void): void
  }
  readonly context: () => Context
  readonly setDefaultTimeout: (milliseconds: number) => void
  readonly close: () => Promise<void>
}

/** The browser's own protocol with a page. */
export interface DevTools {
  readonly send: (method: string, parameters?: Readonly<Record<string, unknown>>) => Promise<unknown>
  readonly on: {
    (event: "ServiceWorker.workerRegistrationUpdated", listener: (now: Registrations) => void): void
    (event: "Page.backForwardCacheNotUsed", listener: (why: NotRestored) => void): void
  }
}

/** Why a page did not come back from the back-forward cache. */
export interface NotRestored {
  readonly notRestoredExplanations?: ReadonlyArray<{ readonly reason: string }>
}

/** Service workers that the browser knows. */
export interface Registrations {
  readonly registrations: ReadonlyArray<{ readonly registrationId: string; readonly scopeURL: string }>
}

/** A service worker that runs. */
export type Worker = Pick<Page, "evaluate">

/** Pages with their cookies and storage. */
export interface Context {
  readonly newPage: () => Promise<Page>
  readonly setOffline: (offline: boolean) => Promise<void>
  readonly addInitScript: (script: { readonly content: string }) => Promise<void>
  readonly grantPermissions: (names: ReadonlyArray<string>) => Promise<void>
  readonly route: (url: RegExp, handler: (route: Route) => Promise<void>) => Promise<void>
  readonly unroute: (url: RegExp) => Promise<void>
  readonly newCDPSession: (page: Page) => Promise<DevTools>
  readonly on: (event: "request", listener: (request: PageRequest) => void) => void
  readonly serviceWorkers: () => ReadonlyArray<Worker>
  readonly close: () => Promise<void>
}

/** How a context is made. */
export interface ContextOptions {
  readonly viewport: { readonly width: number; readonly height: number }
  readonly colorScheme: "dark" | "light"
  readonly reducedMotion?: "reduce"
  readonly isMobile?: boolean
  readonly hasTouch?: boolean
  readonly serviceWorkers?: "allow" | "block"
  readonly deviceScaleFactor?: number
  readonly locale?: string
  readonly timezoneId?: string
  /** Certificates that no one trusts are taken, as a person does who was warned. */
  readonly ignoreHTTPSErrors?: boolean
}

/** A browser. */
export interface Browser {
  readonly newContext: (options: ContextOptions) => Promise<Context>
  readonly close: () => Promise<void>
}
