/**
 * `holdfast inbox`: what waits for a person's word over all sessions, requests of agents and directories to be trusted.
 */
import type { WaitingPermission } from "@holdfast/protocol/agent/permission"
import type { WaitingDirectory } from "@holdfast/protocol/agent/trust"
import { complain, jsonText, outputWidth, paint, print, printJson } from "../output.ts"
import { askAgents, useAgents } from "./agent-hub.ts"
import { inboxLines } from "./permissions.ts"
import { waitingLines } from "./trust-lines.ts"

/** What waits, as `--json` prints it. */
export interface Waiting {
  readonly permissions: ReadonlyArray<WaitingPermission>
  readonly directories: ReadonlyArray<WaitingDirectory>
}

/** Prints everything that waits; with `follow` again whenever something is asked, found or answered. */
export async function inbox(follow: boolean, json: boolean): Promise<void> {
  const hub = useAgents()
  const readPermissions = async () => (await askAgents(hub, (agents) => agents.waiting())).permissions
  const readDirectories = async () => (await askAgents(hub, (agents) => agents.trust())).waiting
  const first: Waiting = { permissions: await readPermissions(), directories: await readDirectories() }
  if (!follow) return json ? printJson(first) : show(first)
  complain("holdfast: watching for requests; Ctrl-C ends")
  const { followInbox } = await import("./follow-inbox.ts")
  await followInbox(hub, first, { readPermissions, readDirectories }, (waiting) => {
    if (json) print(jsonText(waiting))
    else show(waiting)
  })
}

function show({ permissions, directories }: Waiting): void {
  if (permissions.length + directories.length === 0) return print("nothing is waiting for an answer")
  for (const one of directories) print(...waitingLines(one, paint))
  print(...inboxLines(permissions, Date.now(), { paint, width: outputWidth() ?? 200 }))
}
