/** Terminal sessions of a hub under test, over its HTTP door. */
import type { Session } from "@holdfast/protocol/session"
import type { HubProcess } from "./hub-process.ts"

/** Opens a terminal with what `body` says; throws when it is refused. */
export async function openTerminal(hub: HubProcess, body: object): Promise<Session> {
  const { status, body: session } = await hub.call<Session>("POST", "/api/sessions", { kind: "terminal", ...body })
  if (status !== 201) throw new Error(`a terminal was refused: ${status} ${JSON.stringify(session)}`)
  return session
}

/** Opens a terminal in which a shell runs a script. */
export function openShell(hub: HubProcess, script: string): Promise<Session> {
  return openTerminal(hub, { command: "sh", args: ["-c", script] })
}
