/**
 * Which agents there are: names of the configuration, what each needs, and whether it can be used here (docs/protocol/rules.md, A-1).
 *
 * The hub knows agents through this alone; what is special about one stands in the package `agents`.
 */
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type { AdapterKind, AgentEntry } from "@holdfast/protocol/agent/agent"
import type { BroughtFile } from "@holdfast/protocol/agent/trust"
import type { AgentNotInstalled, AgentUnknown, Unprocessable } from "@holdfast/protocol/errors"

/** Options of an agent as a session is made with them. */
export type AgentOptions = Readonly<Record<string, Schema.Json>>

/** What an agent's process is started with beyond the session's own spec. */
export interface AgentEntryPieces {
  readonly name: string
  readonly adapter: AdapterKind
  /** Program of the agent, for adapters that start one by name. */
  readonly program?: { readonly command: string; readonly args: ReadonlyArray<string> }
  /** Set for its process alone; in no event. */
  readonly env: Readonly<Record<string, string>>
  /** Where its sessions work when they name no directory. */
  readonly cwd?: string
  /** The id of the way in which it signs in. */
  readonly auth?: string
  /** Options of its sessions, unless they give others. */
  readonly options?: AgentOptions
}

/** A directory without links, and the files in it and above it that an agent reads. */
export interface DirectoryLook {
  readonly directory: string
  readonly brings: ReadonlyArray<BroughtFile>
}

/** A program that installs an agent, and what that is called. */
export interface Installer {
  readonly title: string
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
}

/** The agents of a hub. */
export interface AgentCatalog {
  readonly list: Effect.Effect<ReadonlyArray<AgentEntry>>
  /** The pieces of an agent; of the default one without a name. */
  readonly find: (name: string | undefined) => Effect.Effect<AgentEntryPieces, AgentUnknown | AgentNotInstalled>
  /** The program that installs an agent; one that is part of Holdfast, or that the configuration has a command for, has none. */
  readonly installer: (name: string) => Effect.Effect<Installer, AgentUnknown | Unprocessable>
  /** Says what is wrong with options, naming the option. */
  readonly validate: (pieces: AgentEntryPieces, options: AgentOptions) => Effect.Effect<void, Unprocessable>
  /** What a directory brings for an agent, without the user's own files in `home`. Rejects when it cannot be read. */
  readonly look: (
    directory: string,
    agent: { readonly name: string; readonly adapter: AdapterKind },
    home: string,
  ) => Promise<DirectoryLook>
}
