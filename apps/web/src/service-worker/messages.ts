/** What pages and the service worker tell each other. */

/** To the worker that waits: take over now. */
export const TAKE_OVER = "take over"

/** To a page: a notification was tapped, show what is at `path`. */
export interface OpenPath {
  readonly open: string
}

/** Reads such a message; `undefined` for anything else. */
export function openPathOf(data: unknown): string | undefined {
  if (typeof data !== "object" || data === null || !("open" in data)) return undefined
  return typeof data.open === "string" ? data.open : undefined
}
