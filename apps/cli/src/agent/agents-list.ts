/**
 * `holdfast agents`: what is configured, what can be used, and what is missing.
 */
import type { AgentEntry } from "@holdfast/protocol/agent/agent"
import { hubWords } from "../hint.ts"
import { outputWidth, paint, printEither } from "../output.ts"
import { printable } from "../text/printable.ts"
import { plain } from "../text/style.ts"
import type { Paint } from "../text/style.ts"
import { table } from "../text/table.ts"
import { askAgents, useAgents } from "./agent-hub.ts"

/** Prints the agents of the configuration. */
export async function agentsList(json: boolean): Promise<void> {
  const { agents } = await askAgents(useAgents(), (api) => api.agents())
  printEither(json, agents, () => [...agentTable(agents, { paint, width: outputWidth() }), ...missingLines(agents)])
}

/** The table of agents; the default one has a star. */
export function agentTable(
  agents: ReadonlyArray<AgentEntry>,
  options: { readonly width?: number | undefined; readonly paint?: Paint },
): ReadonlyArray<string> {
  return table(
    [
      { title: "NAME", text: ({ name, default: first }) => `${printable(name)}${first ? " *" : ""}`, style: () => "bold" },
      { title: "ADAPTER", text: ({ adapter }) => adapter, drop: 2 },
      {
        title: "INSTALLED",
        text: ({ installed }) => (installed ? "yes" : "no"),
        style: ({ installed }) => (installed ? "green" : "yellow"),
      },
      { title: "VERSION", text: ({ version }) => printable(version ?? ""), least: 6 },
      { title: "TITLE", text: ({ title }) => printable(title), drop: 1, least: 8 },
    ],
    agents,
    options.width === undefined ? { paint: options.paint ?? plain } : { paint: options.paint ?? plain, width: options.width },
  )
}

/** What is missing, and the command that helps, in lines that are never cut: they are there to be typed. */
export function missingLines(agents: ReadonlyArray<AgentEntry>): ReadonlyArray<string> {
  const lines = agents.flatMap(({ name, missing }) => (missing === undefined ? [] : [`${printable(name)}: ${hubWords(missing)}`]))
  return lines.length === 0 ? [] : ["", ...lines]
}
