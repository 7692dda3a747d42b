/**
 * How a permission request is named in a command: by its id, a part of it, or the number of its event in the log
 * (docs/protocol/rules.md, P-17). All of these mean one request for good, so that no one answers another one than was read.
 */
import type { PermissionDetail, PermissionRequest } from "@holdfast/protocol/agent/permission"
import type { Session } from "@holdfast/protocol/session"
import { refused } from "../failure.ts"
import { hint } from "../hint.ts"
import { printable } from "../text/printable.ts"
import { type AgentHub, askAgents, oneOf } from "./agent-hub.ts"
import { requestName } from "./request-lines.ts"

/** The open request that is meant. Throws a refusal that names those that wait, or what became of the one that is meant. */
export async function openRequest(hub: AgentHub, session: Session, wanted: string): Promise<PermissionRequest> {
  const open = session.permissions.filter(({ decision }) => decision === undefined)
  const exact = open.find(({ id }) => id === wanted) ?? open.find(({ seq }) => String(seq) === wanted)
  if (exact !== undefined) return exact
  const settled = await askAgents(hub, (agents) => agents.permission(session.id, wanted)).catch(() => undefined)
  if (settled !== undefined) throw refused("PermissionSettled", becameOf(settled))
  if (!/^\d{1,9}$/.test(wanted) || open.length === 0) {
    const none = `no request is waiting in ${printable(session.label)}; a request is gone once it is answered or its turn has ended`
    return oneOf(open, wanted, "open request", none)
  }
  const known = open.map((one) => `\n  ${requestName(one)}  ${printable(one.title)}`).join("")
  throw refused(
    "RequestUnnamed",
    `name the request by its id, because positions change as requests are answered; see ${hint("inbox")}; waiting now:${known}`,
  )
}

function becameOf({ decision, cancelled }: PermissionDetail): string {
  if (decision === undefined) return `this request is over: ${printable(cancelled ?? "its turn has ended")}`
  return `${printable(decision.by)} already answered this request: ${decision.allow ? "allowed" : "refused"}`
}
