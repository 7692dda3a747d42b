/** `holdfast fork`: another session that continues from the messages of one. */
import { makeHistoryApi } from "@holdfast/client/http/history-api"
import type { ForkSession } from "@holdfast/protocol/history"
import { printEither } from "../output.ts"
import { httpOptions } from "../server/hub.ts"
import { printable } from "../text/printable.ts"
import { usage } from "../failure.ts"
import { askAgents, oneOf, useAgents } from "./agent-hub.ts"
import { everyMessage } from "./renew.ts"

/** Up to where, and what the new session is called. */
export interface ForkOptions {
  readonly through: string | undefined
  readonly before: string | undefined
  readonly label: string | undefined
}

/** Forks a session; prints the id of the new one. */
export async function fork(id: string, { through, before, label }: ForkOptions, json: boolean): Promise<void> {
  if (through !== undefined && before !== undefined) {
    throw usage("--through and --before name two places; use one of them")
  }
  const hub = useAgents()
  const wanted = through ?? before
  const message =
    wanted === undefined ? undefined : oneOf(await everyMessage(hub, id), wanted, "message", `${id} has no messages yet`)
  const request: ForkSession = {
    ...(message === undefined ? {} : through === undefined ? { before: message.id } : { through: message.id }),
    ...(label === undefined ? {} : { label }),
  }
  const session = await askAgents(hub, () => makeHistoryApi(httpOptions(hub.target)).fork(id, request))
  printEither(json, session, () => [`${session.id}  ${printable(session.label)}`])
}
