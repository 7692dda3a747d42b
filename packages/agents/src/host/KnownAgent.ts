/** What is known of an agent without a configuration; each adapter's folder says it of its own. */
import type * as Schema from "effect/Schema"
import type { AdapterKind } from "@holdfast/protocol/agent/agent"
import type { AgentOptions } from "@holdfast/adapter/AgentCatalog"
import type { Place } from "./places.ts"

/** What npm installs for an agent, and what is started then. */
export interface AgentPackage {
  /** Name on npm. */
  readonly name: string
  readonly version: string
  /** The program in the package; one that ends in `.js` is run by Node. Absent when it is no program but a library. */
  readonly file?: string
  /** Command of an installation that the user made, looked for along PATH. */
  readonly command?: string
}

/** An agent as it is known before anything of it is looked for. */
export interface KnownAgent {
  readonly name: string
  readonly title: string
  readonly adapter: AdapterKind
  readonly package?: AgentPackage
  readonly args?: ReadonlyArray<string>
  /** Set for its process, unless the configuration says otherwise. */
  readonly env?: Readonly<Record<string, string>>
  /** Variables that get a password of their own in each process, unless the configuration sets them. */
  readonly passwords?: ReadonlyArray<string>
  /** Options of its sessions, unless they, or the configuration, give others. */
  readonly options?: Readonly<Record<string, Schema.Json>>
  /** What it reads in directories; as its adapter when absent. */
  readonly reads?: ReadonlyArray<Place>
}

/** What the catalogue needs to know of an adapter. */
export interface AdapterFacts {
  /** Reads options; throws `AdapterRefused`, whose message names the option. */
  readonly readOptions: (options: AgentOptions) => unknown
  /** What its agents read in directories, where nothing more is known of one. */
  readonly reads: ReadonlyArray<Place>
  /** For an agent that is a library: the path of its entry, in a data directory or beside Holdfast. */
  readonly findLibrary?: (data: string) => string | undefined
}
