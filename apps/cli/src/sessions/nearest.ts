/**
 * A session that was asked for by a name that none has: those that are called nearly so (docs/protocol/rules.md, C-11).
 */
import type { Session } from "@holdfast/protocol/session"
import { HoldfastError } from "@holdfast/client/errors"
import { headOf } from "@holdfast/protocol/text-cut"
import { ago } from "../text/amounts.ts"
import { shortId, stateText } from "./show-state.ts"
import { printable } from "../text/printable.ts"

/** Names that are shown at most, and sessions that are looked at. */
const NAMES_MAX = 3
const LOOKED_AT = 1000

type List = (query: { readonly limit: number; readonly status: "all" }) => Promise<{ readonly sessions: ReadonlyArray<Session> }>

/** The refusal of a name that several sessions have, with a line for each: what to type, its state, when it was active. */
async function withCandidates(error: HoldfastError, list: List): Promise<HoldfastError> {
  const matches: unknown = error.fields["matches"]
  const ids = Array.isArray(matches) ? matches.map(String) : []
  const { sessions } = await list({ limit: LOOKED_AT, status: "all" }).catch(() => ({ sessions: [] }))
  const candidates = ids.map((id) => {
    const session = sessions.find((one) => one.id === id)
    if (session === undefined) return shortId(id)
    return `${shortId(id)}  ${stateText(session)}, active ${ago(session.lastActiveAt, Date.now())}  ${printable(session.label)}`
  })
  return new HoldfastError(error.tag, error.message, { ...error.fields, candidates })
}

/** The error with the names that were perhaps meant; any other error as it is. `list` gives sessions, last active first. */
export async function withNearest(error: unknown, list: List): Promise<unknown> {
  if (!(error instanceof HoldfastError)) return error
  if (error.tag === "SessionAmbiguous") return withCandidates(error, list)
  if (error.tag !== "SessionNotFound") return error
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
