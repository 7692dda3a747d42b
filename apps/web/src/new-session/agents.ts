/** The agents of the server, as they were last heard of: a page that starts offline knows them too. */
import { useEffect } from "react"
import { useConnection, useHub } from "@holdfast/react"
import type { HubModel } from "@holdfast/client/model"
import type { AgentEntry } from "@holdfast/protocol/agent/agent"
import { Preference } from "../app/preferences.ts"
import { useStore } from "../ui/store.ts"

const isEntry = (value: unknown): value is AgentEntry =>
  typeof value === "object" && value !== null && "name" in value && "title" in value && "adapter" in value && "installed" in value

const known = new Preference<ReadonlyArray<AgentEntry>>("agents", [], (stored) =>
  Array.isArray(stored) ? stored.filter(isEntry) : undefined,
)

/** Asks the server which agents there are now. */
export async function readAgents(hub: HubModel): Promise<void> {
  const { agents } = await hub.hub.agents.agents()
  known.choose(agents)
}

/** The agents, asked for again when the component comes and when the server is back. */
export function useAgents(): ReadonlyArray<AgentEntry> {
  const hub = useHub()
  const { isConnected } = useConnection()
  useEffect(() => {
    // Offline they are those of before; being back asks again.
    if (isConnected) readAgents(hub).catch(() => undefined)
  }, [hub, isConnected])
  return useStore(known)
}
