/** Sessions of kind `agent`. */
import type { SessionKind } from "../session/SessionKind.ts"
import type { AgentContext } from "./AgentContext.ts"
import { AgentPart } from "./AgentPart.ts"
import { planAgent } from "./create-agent.ts"

/** Makes the kind. */
export function agentKind(context: AgentContext): SessionKind<AgentPart> {
  return {
    name: "agent",
    make: (session) => new AgentPart(session, context),
    create: (request, by, planned) => planAgent(context, request, by, planned),
  }
}
