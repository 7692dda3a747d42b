/** Agents that speak the Agent Client Protocol (version 1) on their standard input and output. */
import type { AgentAdapter } from "@holdfast/adapter/agent-adapter"
import { AgentHost } from "../host/AgentHost.ts"
import { AcpDriver } from "./AcpDriver.ts"

/** The adapter of ACP agents. */
export const acpAdapter: AgentAdapter = {
  kind: "acp",
  start: (start, environment, sink) => new AgentHost(start, environment, sink, (host) => new AcpDriver(host)),
}
