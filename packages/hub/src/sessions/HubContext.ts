/** What every operation of the hub shares. */
import type { AgentRequestContext } from "../agent/AgentContext.ts"
import type { Announcements } from "./Announcements.ts"

/** The parts of a running hub, as its operations see them. */
export interface HubContext extends AgentRequestContext {
  /** Changes at every start. */
  readonly id: string
  readonly announcements: Announcements
}
