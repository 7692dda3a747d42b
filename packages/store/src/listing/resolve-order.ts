/** Shortened ids: which of the matching sessions come first. */

/** A session that matches a shortened id or a label. */
export interface ResolveMatch {
  readonly id: string
  readonly deleted: boolean
}

/** The ids of the matches: an id that equals the text alone, otherwise those in the trash last, at most `limit`. */
export function orderMatches(text: string, matches: Iterable<ResolveMatch>, limit: number): ReadonlyArray<string> {
  const kept = new Set<string>()
  const trash = new Set<string>()
  for (const match of matches) {
    if (match.id === text) return limit > 0 ? [match.id] : []
    ;(match.deleted ? trash : kept).add(match.id)
  }
  return [...[...kept].sort(), ...[...trash].sort()].slice(0, Math.max(0, limit))
}
