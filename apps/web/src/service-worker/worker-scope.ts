/** The part of a service worker's surroundings that is used; the types of pages and of workers exclude each other. */

/** An event that lasts as long as what it was given. */
export interface LastingEvent {
  waitUntil(work: Promise<unknown>): void
}

/** A request of a page. */
export interface FetchEvent extends LastingEvent {
  readonly request: Request
  respondWith(answer: Promise<Response>): void
}

/** What a push service delivered. */
export interface PushEvent extends LastingEvent {
  readonly data: { json(): unknown } | null
}

/** A tap on a notification. */
export interface NotificationEvent extends LastingEvent {
  readonly notification: { readonly data: unknown; close(): void }
}

/** A message of a page. */
export interface MessageEvent extends LastingEvent {
  readonly data: unknown
}

/** A window of the app. */
export interface Window {
  readonly url: string
  readonly visibilityState: "hidden" | "visible"
  readonly focused: boolean
  focus(): Promise<Window>
  postMessage(message: unknown): void
}

/** What a notification looks like. */
export interface NotificationLook {
  readonly body: string
  readonly tag: string
  readonly icon: string
  readonly badge: string
  readonly timestamp: number
  readonly renotify: boolean
  readonly data: { readonly path: string }
}

interface Events {
  readonly install: LastingEvent
  readonly activate: LastingEvent
  readonly fetch: FetchEvent
  readonly message: MessageEvent
  readonly push: PushEvent
  readonly notificationclick: NotificationEvent
  readonly notificationclose: NotificationEvent
}

/** The worker's own global object. */
export interface WorkerScope {
  readonly registration: {
    readonly scope: string
    showNotification(title: string, look: NotificationLook): Promise<void>
    getNotifications(): Promise<ReadonlyArray<unknown>>
  }
  readonly clients: {
    claim(): Promise<void>
    matchAll(query: { readonly type: "window"; readonly includeUncontrolled: boolean }): Promise<ReadonlyArray<Window>>
    openWindow(url: string): Promise<unknown>
  }
  readonly navigator: { readonly setAppBadge?: (count: number) => Promise<void> }
  readonly caches: CacheStorage
  readonly fetch: typeof fetch
  skipWaiting(): Promise<void>
  addEventListener<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): void
}
