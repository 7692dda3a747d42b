/**
 * A session that was asked for by a name that none has: those that are called nearly so (docs/PROTOCOL.md, C-11).
 */
import type { Session } from "@holdfast/protocol/session"
import { HoldfastError } from "@holdfast/client/errors"
import { headOf } from "@holdfast/protocol/text-cut"
import { printable } from "../text/printable.ts"

/** Names that are shown at the most, and sessions that are looked at. */
const NAMES_MAX = 3
const LOOKED_AT = 1000

/** The error with the names that were perhaps meant; any other error as it is. `list` gives sessions, last active first. */
export async function withNearest(
  error: unknown,
  list: (query: { readonly limit: number; readonly status: "all" }) => Promise<{ readonly sessions: ReadonlyArray<Session> }>,
): Promise<unknown> {
  if (!(error instanceof HoldfastError) || error.tag !== "SessionNotFound") return error
  const asked = String(error.fields["session"] ?? "")
  const { sessions } = await list({ limit: LOOKED_AT, status: "all" }).catch(() => ({ sessions: [] }))
  const names = nearestNames(
    asked,
    sessions.map(({ label }) => label),
  )
  const meant = names.length === 0 ? "" : `; did you mean ${names.map((name) => JSON.stringify(printable(name))).join(" or ")}?`
  const message = `no session has the id or label ${JSON.stringify(printable(asked))}${meant}`
  return new HoldfastError(error.tag, message, error.fields)
}

/** The names nearest to what was asked for, nearest first: few letters differ, or one is the beginning of the other. */
export function nearestNames(asked: string, names: ReadonlyArray<string>): ReadonlyArray<string> {
  const wanted = asked.toLowerCase()
  const most = Math.max(1, Math.floor(wanted.length / 3))
  const near = [...new Set(names)].flatMap((name) => {
    const lower = name.toLowerCase()
    const begins = wanted.length > 1 && (lower.startsWith(wanted) || wanted.startsWith(lower))
    const away = begins ? 0.5 : distance(headOf(wanted, 100), headOf(lower, 100))
    return away <= most ? [{ name, away }] : []
  })
  return near
    .sort((a, b) => a.away - b.away)
    .slice(0, NAMES_MAX)
    .map(({ name }) => name)
}

/** Letters that are added, left out, changed or swapped with their neighbour (Damerau-Levenshtein, optimal string alignment). */
function distance(from: string, to: string): number {
  let [before, row] = [[] as Array<number>, Array.from({ length: to.length + 1 }, (_, i) => i)]
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1
      let best = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same)
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1)
      next.push(best)
    }
    ;[before, row] = [row, next]
  }
  return row[to.length] ?? 0
}
