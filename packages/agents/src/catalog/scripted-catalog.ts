/** Options of agents, checked by the adapter that reads them, and the catalogue of the scripted agent alone. */
import * as Effect from "effect/Effect"
import type { AdapterKind } from "@holdfast/protocol/agent/agent"
import { AgentUnknown, Unprocessable } from "@holdfast/protocol/errors"
import { isName } from "@holdfast/protocol/text"
import { headOf } from "@holdfast/protocol/text-cut"
import { AdapterRefused } from "@holdfast/adapter/adapter"
import type { AgentCatalog, AgentEntryPieces, AgentOptions } from "@holdfast/adapter/AgentCatalog"
import { readAcpOptions } from "../acp/options.ts"
import { readClaudeOptions } from "../claude/options.ts"
import { readScriptedOptions } from "../scripted/options.ts"
import { lookAtDirectory } from "./directory-files.ts"

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
  look: lookAtDirectory,
}
