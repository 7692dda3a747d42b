/**
 * A visit to what waits (docs/protocol/app-rules.md, APP-7): its request gets the focus, from the field of its pane too, and also
 * where it is shown a moment later.
 */

/** Milliseconds for which a visit waits for its request to be shown. */
const PATIENCE = 1500

let visited: { readonly session: string; readonly until: number } | undefined

const requestOf = (session: string): HTMLElement | null =>
  document.querySelector<HTMLElement>(`[data-pane][data-session="${CSS.escape(session)}"] [data-request]`)

/** The person goes to what waits in a session; its pane may be on its way. */
export function visit(session: string): void {
  const shown = requestOf(session)
  shown?.focus({ preventScroll: true })
  // What is behind another tab cannot take the focus before it is in front.
  const isThere = shown !== null && document.activeElement === shown
  visited = isThere ? undefined : { session, until: Date.now() + PATIENCE }
}

/** What waits in the pane that the person is in comes first, as long as the focus is not there yet; false where there is none. */
export function visitOwn(session: string | undefined): boolean {
  const shown = session === undefined ? null : requestOf(session)
  if (shown === null || shown.contains(document.activeElement)) return false
  shown.focus({ preventScroll: true })
  return document.activeElement === shown
}

/** The request in a pane that gets the focus, when that pane comes to the front by a visit. */
export function visitedIn(pane: HTMLElement): HTMLElement | null {
  if (visited === undefined || visited.session !== pane.dataset["session"] || Date.now() > visited.until) return null
  return pane.querySelector<HTMLElement>("[data-request]")
}

/** A request has come: it gets the focus when it is the one that is visited, unless the person writes by now. */
export function receiveVisit(session: string, request: HTMLElement | null): void {
  if (visited?.session !== session || Date.now() > visited.until) return
  visited = undefined
  const { activeElement } = document
  const isWriting = activeElement instanceof HTMLTextAreaElement && activeElement.value !== ""
  if (!isWriting) request?.focus({ preventScroll: true })
}
