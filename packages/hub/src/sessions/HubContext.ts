/** What every operation of the hub shares. */
import type { Settings } from "@holdfast/protocol/settings"
import type { Store } from "@holdfast/store/Store"
import type { AgentCatalog } from "../agent/catalog.ts"
import type { AgentPool } from "../agent/AgentPool.ts"
import type { Fleet } from "../child/Fleet.ts"
import type { Reconciler } from "../child/Reconciler.ts"
import type { Feed } from "../session/Feed.ts"
import type { SessionTable } from "../session/SessionTable.ts"
import type { AskerEnvironment } from "../session/AskerEnvironment.ts"
import type { TerminalDefaults } from "../terminal/terminal-spec.ts"

/** How a hub is set up. */
export interface HubOptions {
  readonly settings: Settings
  /** Environment and home of children. */
  readonly defaults: TerminalDefaults
  /** Data directory; the sessions' own directories are in it. */
  readonly data: string
  /** The agents there are; the scripted one alone when absent. */
  readonly agents?: AgentCatalog
  /** Epoch milliseconds; the machine's clock when absent. */
  readonly now?: () => number
  /** Receives what is worth a line in the log. */
  readonly report?: (message: string, fields: Readonly<Record<string, unknown>>) => void
}

/** The parts of a running hub. */
export interface HubContext {
  readonly id: string
  readonly options: HubOptions
  readonly store: Store["Service"]
  readonly table: SessionTable
  readonly fleet: Fleet
  readonly reconciler: Reconciler
  readonly feed: Feed
  readonly crew: AgentPool
  readonly askers: AskerEnvironment
  readonly now: () => number
}
