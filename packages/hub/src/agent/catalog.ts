/**
 * Which agents there are: names of the configuration, what each needs, and whether it can be used here (docs/PROTOCOL.md, A-1).
 */
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type { AdapterKind, AgentEntry } from "@holdfast/protocol/agent/agent"
import { AgentUnknown, type AgentNotInstalled, Unprocessable } from "@holdfast/protocol/errors"
import { isName } from "@holdfast/protocol/text"
import { headOf } from "@holdfast/protocol/text-cut"
import { AdapterRefused } from "@holdfast/adapter/adapter"
import { readAcpOptions } from "@holdfast/runner/acp/options"
import { readClaudeOptions } from "@holdfast/runner/claude/options"
import { readScriptedOptions } from "@holdfast/runner/scripted/options"

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

/** The agents of a hub. */
export interface AgentCatalog {
  readonly list: Effect.Effect<ReadonlyArray<AgentEntry>>
  /** The pieces of an agent; of the default one without a name. */
  readonly find: (name: string | undefined) => Effect.Effect<AgentEntryPieces, AgentUnknown | AgentNotInstalled>
  /** Says what is wrong with options, naming the option. */
  readonly validate: (pieces: AgentEntryPieces, options: AgentOptions) => Effect.Effect<void, Unprocessable>
}

const READERS: Readonly<Record<AdapterKind, (options: AgentOptions) => unknown>> = {
  acp: readAcpOptions,
  claude: readClaudeOptions,
  scripted: readScriptedOptions,
}

/** Whether everything in a value, however deep, has a name that can be kept and shown. */
const hasNames = (value: unknown): boolean =>
  typeof value !== "object" || value === null || Object.entries(value).every(([name, item]) => isName(name) && hasNames(item))

/** What is wrong with options for an adapter, if anything. */
export function refuseOptions(adapter: AdapterKind, options: AgentOptions): Unprocessable | undefined {
  if (!hasNames(options)) {
    return new Unprocessable({
      message: "options: a name is empty, or has control characters or lone surrogates",
      field: "options",
    })
  }
  try {
    READERS[adapter](options)
    return undefined
  } catch (cause) {
    if (!(cause instanceof AdapterRefused)) throw cause
    const { message } = cause.failure
    const field = Object.keys(options).find((name) => message.startsWith(`option ${name}:`))
    return new Unprocessable({ message, ...(field === undefined ? {} : { field }) })
  }
}

const SCRIPTED: AgentEntryPieces = { name: "scripted", adapter: "scripted", env: {} }

/** A catalog with the scripted agent alone, which needs no key and no network. */
export const scriptedCatalog: AgentCatalog = {
  list: Effect.succeed([
    { name: SCRIPTED.name, title: "Scripted agent", adapter: SCRIPTED.adapter, installed: true, default: true },
  ]),
  find: (name) =>
    name === undefined || name === SCRIPTED.name
      ? Effect.succeed(SCRIPTED)
      : Effect.fail(
          new AgentUnknown({
            message: `no agent is called ${headOf(name, 64)}; there is scripted`,
            agent: name,
            known: [SCRIPTED.name],
          }),
        ),
  validate: (_, options) => {
    const refused = refuseOptions("scripted", options)
    return refused === undefined ? Effect.void : Effect.fail(refused)
  },
}
