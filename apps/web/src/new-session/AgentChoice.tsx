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

/** The agents to choose from; those that are missing are folded away while another one can be used. */
export function AgentChoice({ agents, chosen, choose }: AgentChoiceProps): ReactElement {
  const usable = agents.filter(({ installed }) => installed)
  const missing = agents.filter(({ installed }) => !installed)
  return (
    <div className={css["agents"]}>
      <div role="radiogroup" aria-label="Agent">
        {usable.map(({ name, title, version }) => (
          <label key={name} className={css["agent"]}>
            <input
              type="radio"
              name="agent"
              value={name}
              checked={name === chosen}
              onChange={() => choose(name)}
              data-autofocus={name === chosen ? "" : undefined}
            />
            <b>{title}</b>
            <span>{version}</span>
          </label>
        ))}
      </div>
      {missing.length === 0 ? null : (
        <details open={usable.length === 0 || undefined}>
          <summary>{missing.length === 1 ? "1 agent is" : `${missing.length} agents are`} not installed</summary>
          <ul>
            {missing.map((agent) => (
              <li key={agent.name}>
                <b>{agent.title}</b>
                <InstallAgent agent={agent} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}
