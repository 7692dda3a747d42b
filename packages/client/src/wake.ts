/**
 * Wakes a connection when its page is back (docs/protocol/rules.md, C-32): browsers slow and stop what is hidden, and a page that
 * comes out of the back-forward cache has a dead socket that no event reports.
 */
import type { Connection } from "./Connection.ts"

type Target = Partial<Pick<EventTarget, "addEventListener" | "removeEventListener">>

/** What a page reports its state by. */
export type WakingPage = Target & {
  readonly document?: Target & { readonly visibilityState?: string }
}

/** Wakes the connection with its page; gives the function that ends this. Does nothing where there is no page. */
export function wakeWithPage(
  connection: Pick<Connection, "wake" | "renew">,
  page: WakingPage = globalThis as unknown as WakingPage,
): () => void {
  const { document } = page
  const wake = (): void => connection.wake()
  const shown = (): void => {
    if (document?.visibilityState !== "hidden") connection.wake()
  }
  const back = (event: Event): void => {
    if ("persisted" in event && event.persisted === true) connection.renew("the page was in the back-forward cache")
  }
  const listening: ReadonlyArray<readonly [Target | undefined, string, (event: Event) => void]> = [
    [page, "online", wake],
    [page, "focus", wake],
    [page, "pageshow", back],
    [document, "visibilitychange", shown],
    [document, "resume", wake],
  ]
  for (const [target, type, listener] of listening) target?.addEventListener?.(type, listener)
  return () => {
    for (const [target, type, listener] of listening) target?.removeEventListener?.(type, listener)
  }
}
