/** What every operation of the hub shares. */
import { randomFillSync } from "node:crypto"
import type { Settings } from "@holdfast/protocol/settings"
import { uuidV7 } from "@holdfast/protocol/ids"
import type { Store } from "@holdfast/store/Store"
import type { AgentCatalog } from "../agent/catalog.ts"
import type { AgentCrew } from "../agent/AgentCrew.ts"
import type { Fleet } from "../runners/Fleet.ts"
import type { Reconciler } from "../runners/Reconciler.ts"
import type { Feed } from "../session/Feed.ts"
import type { SessionTable } from "../session/SessionTable.ts"
import type { AskerEnvironment } from "../terminal/AskerEnvironment.ts"
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
export interface Core {
  readonly id: string
  readonly options: HubOptions
  readonly store: Store["Service"]
  readonly table: SessionTable
  readonly fleet: Fleet
  readonly reconciler: Reconciler
  readonly feed: Feed
  readonly crew: AgentCrew
  readonly askers: AskerEnvironment
  readonly now: () => number
}

/** A new id: a UUIDv7 of this moment. */
export function newId(now: number): string {
  if (used + ID_RANDOM > random.length) {
    randomFillSync(random)
    used = 0
  }
  return uuidV7(now, random.subarray(used, (used += ID_RANDOM)))
}

/** Random bytes of an id. */
const ID_RANDOM = 10
/** Random bytes for the next ids: fetching them one by one costs more than the rest of an id. */
const random = new Uint8Array(100 * ID_RANDOM)
let used = random.length
