/** Which panes are kept in the page although they are not seen: those that were seen last, so that going back finds them as they were. */

/** Panes that stay although they are not seen. */
export const HIDDEN_PANES = 4

/**
 * The panes that are in the page, those seen last first: `seen` now, of those before as many unseen ones as stay, none that `exists`
 * denies.
 */
export function mountedPanes(
  before: ReadonlyArray<string>,
  seen: ReadonlyArray<string>,
  exists: (pane: string) => boolean,
  most: number = HIDDEN_PANES,
): ReadonlyArray<string> {
  const unseen = before.filter((pane) => !seen.includes(pane) && exists(pane)).slice(0, most)
  const next = [...seen, ...unseen]
  return next.length === before.length && next.every((pane, at) => pane === before[at]) ? before : next
}
