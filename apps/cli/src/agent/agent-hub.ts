/**
 * The hub's routes for agents, as commands use them.
 */
import { makeAgentApi } from "@holdfast/client/http/agent-api"
import type { AgentApi } from "@holdfast/client/http/agent-api"
import type { Api } from "@holdfast/client/http/api"
import { refused, toFailure } from "../failure.ts"
import { httpOptions, useHub } from "../server/hub.ts"
import type { HubClient } from "../server/hub.ts"

/** A hub with its routes for agents; nothing was asked of it yet. */
export interface AgentHub extends HubClient {
  readonly agents: AgentApi
}

/** Finds the hub. Throws a `CliFailure`. */
export function useAgents(): AgentHub {
  const hub = useHub()
  return { ...hub, agents: makeAgentApi(httpOptions(hub.target)) }
}

/** Asks the hub something about agents; errors become failures with the right exit code. */
export async function askAgents<A>(hub: AgentHub, question: (agents: AgentApi, api: Api) => Promise<A>): Promise<A> {
  try {
    return await question(hub.agents, hub.api)
  } catch (error) {
    const { withNearest } = await import("../sessions/nearest.ts")
    throw toFailure(await withNearest(error, (query) => hub.api.list(query)), hub.target.origin)
  }
}

/**
 * The one of `items` that a user means: by its place from 1, its id, or a unique beginning or end of it of 4 characters
 * or more. Throws a refusal that names `what`.
 */
export function oneOf<A extends { readonly id: string }>(items: ReadonlyArray<A>, wanted: string, what: string, none: string): A {
  const exact = items.find(({ id }) => id === wanted)
  if (exact !== undefined) return exact
  const at = /^\d{1,3}$/.test(wanted) ? items[Number(wanted) - 1] : undefined
  if (at !== undefined) return at
  const matches = wanted.length < 4 ? [] : items.filter(({ id }) => id.startsWith(wanted) || id.endsWith(wanted))
  const [match] = matches
  if (match !== undefined && matches.length === 1) return match
  const known = items.map(({ id }, i) => `\n  ${i + 1}  ${id}`).join("")
  throw refused(
    matches.length > 1 ? "Ambiguous" : "NotFound",
    items.length === 0
      ? none
      : `${matches.length > 1 ? "several" : "no"} ${what} ${matches.length > 1 ? "match" : "is"} ${wanted}; there ${items.length === 1 ? "is" : "are"}${known}`,
  )
}
