/**
 * Which agents there are: names of the configuration, what each needs, and whether it can be used here (docs/PROTOCOL.md, A-1).
 */
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type { AdapterKind, AgentEntry } from "@holdfast/protocol/agent/agent"
import { readScriptedOptions } from "@holdfast/runner/scripted/options"
import type { RunnerFailure } from "@holdfast/runner/wire/messages"
import { AgentUnknown, type AgentNotInstalled, Unprocessable } from "@holdfast/protocol/errors"

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
}

/** The agents of a hub. */
export interface AgentCatalog {
  readonly list: Effect.Effect<ReadonlyArray<AgentEntry>>
  /** The pieces of an agent; of the default one without a name. */
  readonly find: (name: string | undefined) => Effect.Effect<AgentEntryPieces, AgentUnknown | AgentNotInstalled>
  /** Says what is wrong with options, naming the option. */
  readonly validate: (pieces: AgentEntryPieces, options: AgentOptions) => Effect.Effect<void, Unprocessable>
}

const SCRIPTED: AgentEntryPieces = { name: "scripted", adapter: "scripted", env: {} }

/** What is wrong with the scripted agent's options, if anything. */
export function refuseScriptedOptions(options: AgentOptions): Unprocessable | undefined {
  try {
    readScriptedOptions(options)
    return undefined
  } catch (cause) {
    const { failure } = cause as { readonly failure?: RunnerFailure }
    if (failure === undefined) throw cause
    const { message } = failure
    const field = Object.keys(options).find((name) => message.startsWith(`option ${name}:`))
    return new Unprocessable({ message, ...(field === undefined ? {} : { field }) })
  }
}

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
            message: `no agent is called ${name.slice(0, 64)}; there is scripted`,
            agent: name,
            known: [SCRIPTED.name],
          }),
        ),
  validate: (_, options) => {
    const refused = refuseScriptedOptions(options)
    return refused === undefined ? Effect.void : Effect.fail(refused)
  },
}
