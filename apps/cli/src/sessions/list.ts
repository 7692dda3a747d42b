/**
 * `holdfast ls`: the sessions as a table.
 */
import type { Session, SessionPage, SessionQuery } from "@holdfast/protocol/session"
import { contextText, costText, tokensText } from "../agent/usage-text.ts"
import { hint } from "../hint.ts"
import { outputWidth, paint, print, printJson } from "../output.ts"
import { sayAnnouncements } from "../operations/announce.ts"
import { ask, useHub } from "../server/hub.ts"
import { ago } from "../text/amounts.ts"
import { printable } from "../text/printable.ts"
import { plain } from "../text/style.ts"
import type { Paint } from "../text/style.ts"
import { table } from "../text/table.ts"
import type { Column } from "../text/table.ts"
import { stuckLines } from "./stuck-lines.ts"
import { commandLine, shortId, stateStyle, stateText } from "./show-state.ts"

/** Filters and form of the list. */
export interface ListOptions {
  readonly query: SessionQuery
  readonly all: boolean
  readonly json: boolean
}

/** Columns of the table where there is no terminal: for programs there is --json. */
const PIPE_WIDTH = 120

/** Most sessions on one page. */
const PAGE = 1000

/** Prints the sessions. */
export async function list({ query, all, json }: ListOptions): Promise<void> {
  const hub = useHub()
  const sessions: Array<Session> = []
  let rest: string | undefined
  let cursor: string | undefined
  const wanted = query.limit ?? (all ? Number.POSITIVE_INFINITY : PAGE)
  do {
    const limit = Math.min(PAGE, wanted - sessions.length)
    const page = await ask(hub, (api) => api.list({ ...query, limit, ...(cursor === undefined ? {} : { cursor }) }))
    sessions.push(...page.sessions)
    rest = restText(sessions.length, page)
    cursor = page.next ?? undefined
  } while (cursor !== undefined && sessions.length < wanted)
  if (json) return printJson(sessions)
  await sayAnnouncements(() => ask(hub, (api) => api.announcements()))
  const { sessions: seen } = await ask(hub, (api) => api.viewers())
  const attached = new Map(seen.map(({ session, viewers }) => [session, viewers.length]))
  print(...sessionTable(sessions, Date.now(), { paint, width: outputWidth() ?? PIPE_WIDTH, attached }))
  for (const line of stuckLines(sessions, suffixLength(sessions.map(({ id }) => id)))) print(paint("yellow", line))
  if (rest !== undefined) print(paint("dim", rest))
}

/** What is said under a list of which `shown` sessions were printed up to this page; `undefined` when it is whole. */
export function restText(shown: number, { total, more, next }: Pick<SessionPage, "total" | "more" | "next">): string | undefined {
  if (next === null) return undefined
  return `${count(shown)} of ${more ? "more than " : ""}${count(total)}; --all shows the rest`
}

const count = (sessions: number): string => sessions.toLocaleString("en")

/** The table of `ls` as lines; a sentence when there is nothing to show. */
export function sessionTable(
  sessions: ReadonlyArray<Session>,
  now: number,
  options: { readonly width?: number; readonly paint?: Paint; readonly attached?: ReadonlyMap<string, number> },
): ReadonlyArray<string> {
  if (sessions.length === 0) return [`no sessions; open one with: ${hint("new")}`]
  const ids = sessions.map(({ id }) => id)
  const length = suffixLength(ids)
  const columns: ReadonlyArray<Column<Session>> = [
    { title: "ID", text: ({ id }) => shortId(id, length), style: () => "cyan" },
    { title: "STATE", text: stateText, style: stateStyle },
    {
      title: "LABEL",
      text: (session) => `${session.pinned ? "* " : ""}${printable(session.label)}`,
      style: () => "bold",
      least: 8,
    },
    { title: "COMMAND", text: commandLine, least: 8, drop: 1 },
    { title: "TAGS", text: ({ tags }) => tags.map(printable).join(","), style: () => "blue", least: 6, drop: 4 },
    {
      title: "SIZE",
      text: ({ terminal }) => (terminal === undefined ? "" : `${terminal.cols}x${terminal.rows}`),
      drop: 3,
      side: "right",
    },
    { title: "TOKENS", text: ({ agent }) => tokensText(agent?.usage ?? {}), drop: 6, side: "right" },
    { title: "CONTEXT", text: ({ agent }) => contextText(agent?.usage ?? {}), drop: 5, side: "right" },
    { title: "COST", text: ({ agent }) => costText(agent?.usage ?? {}), drop: 1, side: "right" },
    { title: "ATTACHED", text: ({ id }) => String(options.attached?.get(id) ?? ""), drop: 4, side: "right" },
    { title: "EVENTS", text: ({ lastSeq }) => String(lastSeq), drop: 2, side: "right" },
    { title: "ACTIVE", text: ({ lastActiveAt }) => ago(lastActiveAt, now), side: "right" },
  ]
  const used = columns.filter(({ text }) => sessions.some((session) => text(session) !== ""))
  return table(used, sessions, {
    paint: options.paint ?? plain,
    ...(options.width === undefined ? {} : { width: options.width }),
  })
}

/** Characters from the end of the ids that tell all of them apart, 8 at least. */
export function suffixLength(ids: ReadonlyArray<string>): number {
  for (let length = 8; length < 36; length += 1) {
    if (new Set(ids.map((id) => id.slice(-length))).size === ids.length) return length
  }
  return 36
}
