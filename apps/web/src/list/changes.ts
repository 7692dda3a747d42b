/**
 * What the list does to sessions: at once and offline through the outbox, many at a time in one call, and each with a way back
 * (docs/protocol/app-rules.md, APP-23).
 */
import type { HubModel, SessionService } from "@holdfast/client/model"
import type { OutboxInput } from "@holdfast/client/outbox"
import { HoldfastError } from "@holdfast/client"
import type { Session, UpdateSession } from "@holdfast/protocol/session"

/** A change that one call can make to many sessions. */
export type Change =
  | { readonly action: "archive" | "restore" | "delete" }
  | { readonly action: "update"; readonly change: Pick<UpdateSession, "label" | "tags" | "pinned"> }

/** Most sessions of one call. */
const TOGETHER = 1000

/** Sessions up to which each change goes through the outbox: it is shown at once, and outlives the page. */
const SINGLY = 8

/** What changes sessions of a hub. */
export interface ChangeParts {
  readonly hub: HubModel
  readonly service: Pick<SessionService, "batch" | "archive" | "restore" | "remove" | "update">
}

/** How many sessions were changed, and why others were not. */
export interface Changed {
  readonly count: number
  readonly problem?: string
}

/** Changes sessions. Resolves once every change is sent or kept; what fails is counted, with the first reason. */
export async function changeSessions(parts: ChangeParts, ids: ReadonlyArray<string>, change: Change): Promise<Changed> {
  const { hub, service } = parts
  const isOnline = hub.connection.get()._tag === "Online"
  if (isOnline && ids.length > SINGLY) return together(service, ids, change)
  const outcomes = await Promise.all(ids.map((id) => one(parts, id, change).then(() => undefined, reasonOf)))
  return changed(
    ids.length,
    outcomes.filter((reason) => reason !== undefined),
  )
}

async function together(service: ChangeParts["service"], ids: ReadonlyArray<string>, change: Change): Promise<Changed> {
  const problems: Array<string> = []
  try {
    for (let from = 0; from < ids.length; from += TOGETHER) {
      const { results } = await service.batch({ ...change, sessions: ids.slice(from, from + TOGETHER) })
      problems.push(...results.flatMap(({ error }) => error?.message ?? []))
    }
    return changed(ids.length, problems)
  } catch (cause) {
    return { count: 0, problem: reasonOf(cause) }
  }
}

const changed = (all: number, [problem, ...others]: ReadonlyArray<string>): Changed =>
  problem === undefined ? { count: all } : { count: all - others.length - 1, problem }

/** One change: kept in the outbox until the hub has it; without an outbox it is asked for at once. */
function one({ hub, service }: ChangeParts, session: string, change: Change): Promise<unknown> {
  const { box } = hub
  if (change.action === "update") {
    const input: OutboxInput<"sessions.update"> = { ...change.change, session }
    return box === undefined ? service.update(session, change.change) : box.add("sessions.update", input).stored
  }
  if (box !== undefined) return box.add(`sessions.${change.action}`, { session }).stored
  return service[change.action === "delete" ? "remove" : change.action](session)
}

const reasonOf = (cause: unknown): string => (cause instanceof HoldfastError ? cause.message : String(cause))

/** The changes that undo one: as many as there are different ways back, each with its sessions. */
export function undoOf(
  change: Change,
  records: ReadonlyArray<Session>,
): ReadonlyArray<{ readonly change: Change; readonly ids: ReadonlyArray<string> }> {
  if (change.action !== "update") {
    const back = new Map<Session["status"], Array<string>>()
    for (const { id, status } of records) back.set(status, [...(back.get(status) ?? []), id])
    const action = { active: "restore", archived: "archive", deleted: "delete" } as const
    return [...back].map(([status, ids]) => ({ change: { action: action[status] }, ids }))
  }
  const ways = new Map<string, { readonly change: Change; readonly ids: Array<string> }>()
  for (const record of records) {
    const before = Object.fromEntries(Object.keys(change.change).map((name) => [name, record[name as keyof Session]]))
    const name = JSON.stringify(before)
    const way = ways.get(name) ?? { change: { action: "update", change: before } as Change, ids: [] }
    way.ids.push(record.id)
    ways.set(name, way)
  }
  return [...ways.values()]
}
