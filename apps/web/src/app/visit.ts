/**
 * A visit to what waits (docs/protocol/app-rules.md, APP-7): its request gets the focus, from the field of its pane too, and also
 * where it is shown a moment later.
 */

/** Milliseconds for which a visit waits for its request to be shown. */
const PATIENCE = 1500

let visited: { readonly session: string; readonly until: number } | undefined

/** The person goes to what waits in a session; its pane may be on its way. */
export function visit(session: string): void {
  const shown = document.querySelector<HTMLElement>(`[data-pane][data-session="${CSS.escape(session)}"] [data-request]`)
  visited = shown === null ? { session, until: Date.now() + PATIENCE } : undefined
  shown?.focus({ preventScroll: true })
}

/** A request has come: it gets the focus when it is the one that is visited, unless the person writes by now. */
export function receiveVisit(session: string, request: HTMLElement | null): void {
  if (visited?.session !== session || Date.now() > visited.until) return
  visited = undefined
  const { activeElement } = document
  const isWriting = activeElement instanceof HTMLTextAreaElement && activeElement.value !== ""
  if (!isWriting) request?.focus({ preventScroll: true })
}
