/** What the kinds of session are made with. */
import type { Settings } from "@holdfast/protocol/settings"
import type { Store } from "@holdfast/store/Store"
import type { Sessions } from "../delivery/AttendedPart.ts"
import type { AskerEnvironment } from "../session/AskerEnvironment.ts"
import type { Fork } from "../session/Fork.ts"
import type { SessionDirectories } from "../session/SessionDirectories.ts"
import type { Fleet } from "./Fleet.ts"

/** Where the defaults of a process come from. */
export interface ProcessDefaults {
  /** The environment that children inherit. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
}

/** The hub as a kind of session sees it. */
export interface KindContext {
  readonly settings: Settings
  readonly store: Store["Service"]
  readonly fork: Fork
  readonly fleet: Fleet
  readonly defaults: ProcessDefaults
  /** Who asked or attached last. */
  readonly askers: AskerEnvironment
  readonly directories: SessionDirectories
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Something worth a line in the log. */
  readonly report: (message: string, fields: Readonly<Record<string, unknown>>) => void
}

/** The same for requests, which open sessions. */
export interface RequestContext extends KindContext {
  readonly table: Sessions
}
