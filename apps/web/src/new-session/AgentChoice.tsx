/** Which agent: those that can be used, and what to do about those that cannot. */
import type { ReactElement } from "react"
import type { AgentEntry } from "@holdfast/protocol/agent/agent"
import { InstallAgent } from "./InstallAgent.tsx"
import css from "./new-session.module.css"

interface AgentChoiceProps {
  readonly agents: ReadonlyArray<AgentEntry>
  readonly chosen: string
  readonly choose: (name: string) => void
}

/** The agents to choose from. */
export function AgentChoice({ agents, chosen, choose }: AgentChoiceProps): ReactElement {
  return (
    <div role="radiogroup" aria-label="Agent" className={css["agents"]}>
      {agents.map((agent) => (
        <div key={agent.name} className={css["agent"]} data-missing={!agent.installed || undefined}>
          <label>
            <input
              type="radio"
              name="agent"
              value={agent.name}
              checked={agent.name === chosen}
              disabled={!agent.installed}
              onChange={() => choose(agent.name)}
              data-autofocus={agent.name === chosen ? "" : undefined}
            />
            <b>{agent.title}</b>
            <span>{agent.installed ? (agent.version ?? "") : "not installed"}</span>
          </label>
          {agent.installed ? null : <InstallAgent agent={agent} />}
        </div>
      ))}
    </div>
  )
}
