/** The agents of the server: those that can be used, and how to get the others. */
import type { ReactElement } from "react"
import { useAgents } from "../new-session/agents.ts"
import { InstallAgent } from "../new-session/InstallAgent.tsx"
import { Part, Things } from "./Part.tsx"

/** The agents. */
export function Agents(): ReactElement {
  const agents = useAgents()
  return (
    <Part title="Agents" about="They run on the server's machine, as its user.">
      <Things value={agents} none="There are none.">
        {(agent) => (
          <li key={agent.name}>
            <b>{agent.title}</b>
            <span>
              {agent.installed ? (agent.version ?? "installed") : "not installed"}
              {agent.default ? ", used when none is named" : ""}
            </span>
            {agent.installed ? null : <InstallAgent agent={agent} />}
          </li>
        )}
      </Things>
    </Part>
  )
}
