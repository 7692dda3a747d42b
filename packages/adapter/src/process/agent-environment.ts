/** The environment of an agent's process: that of a terminal's child (T-2), told that there is no terminal. */
import { childEnvironment } from "./environment.ts"
import type { AgentStart } from "@holdfast/link/agent-messages"

/** The user's own variables without any HOLDFAST_ one, those of the start, the session and the marker. */
export function agentEnvironment(
  base: Readonly<Record<string, string | undefined>>,
  session: string,
  marker: string,
  start: Pick<AgentStart, "cwd" | "env">,
): Readonly<Record<string, string>> {
  const pairs = childEnvironment({ base, session, marker, cwd: start.cwd, term: "dumb", added: start.env })
  const variables: Record<string, string> = Object.create(null)
  for (const pair of pairs) {
    const at = pair.indexOf("=")
    const name = pair.slice(0, at)
    if (name !== "COLORTERM" || Object.hasOwn(start.env, name)) variables[name] = pair.slice(at + 1)
  }
  return variables
}
