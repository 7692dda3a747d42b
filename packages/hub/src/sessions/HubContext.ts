/** What every operation of the hub shares. */
import type { AgentRequestContext } from "../agent/AgentContext.ts"
import type { Announcements } from "./Announcements.ts"
import type { Persons } from "./Persons.ts"
import type { SeenListeners } from "./SeenListeners.ts"

/** The parts of a running hub, as its operations see them. */
export interface HubContext extends AgentRequestContext {
  /** Changes at every start. */
  readonly id: string
  readonly announcements: Announcements
  /** Of whom something is kept. */
  readonly persons: Persons
  /** Who is told that people have seen sessions. */
  readonly seen: SeenListeners
}
