/** The agents of a hub: the known ones, changed and joined by those of the configuration (docs/protocol/rules.md, A-1). */
import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import type { AdapterKind } from "@holdfast/protocol/agent/agent"
import { AgentNotInstalled, AgentUnknown } from "@holdfast/protocol/errors"
import type { AgentCatalog, AgentEntryPieces } from "@holdfast/adapter/AgentCatalog"
import { SettingInvalid } from "@holdfast/protocol/settings"
import { headOf } from "@holdfast/protocol/text-cut"
import type { ConfiguredAgent } from "./configuration.ts"
import type { AgentPackage, KnownAgent } from "../host/KnownAgent.ts"
import { ADAPTERS, type CatalogAgent, KNOWN_AGENTS } from "./entries.ts"
import { findProgram, type FoundProgram, type ProgramPlaces } from "./programs.ts"
import { refuseOptions } from "./refuse-options.ts"
import { lookAtDirectory } from "./directory-files.ts"

/** What a catalog is made of. */
export interface CatalogOptions extends ProgramPlaces {
  readonly configured: ReadonlyMap<string, ConfiguredAgent>
  /** The agent of a session that names none; empty for the first. */
  readonly preferred: string
}

/** Makes the catalog. Throws `SettingInvalid` when an agent of the configuration cannot be. */
export function makeCatalog(options: CatalogOptions): AgentCatalog {
  const agents = merge(options.configured)
  const preferred = options.preferred === "" ? (KNOWN_AGENTS[0]?.name ?? "") : options.preferred
  return {
    list: Effect.sync(() =>
      [...agents.values()].map((agent) => {
        const found = findProgram(options, agent)
        const { name, title, adapter } = agent
        const command = found?.program?.command
        const missing = found === undefined ? missingText(agent) : undefined
        return {
          name,
          title,
          adapter,
          installed: found !== undefined,
          default: name === preferred,
          ...(command === undefined ? {} : { command }),
          ...(found?.version === undefined ? {} : { version: found.version }),
          ...(missing === undefined ? {} : { missing }),
        }
      }),
    ),
    find: (named) =>
      Effect.suspend((): Effect.Effect<AgentEntryPieces, AgentUnknown | AgentNotInstalled> => {
        const name = named ?? preferred
        const agent = agents.get(name)
        if (agent === undefined) return Effect.fail(unknown(name, [...agents.keys()]))
        const found = findProgram(options, agent)
        if (found !== undefined) return Effect.succeed(piecesOf(agent, found))
        return Effect.fail(new AgentNotInstalled({ message: missingText(agent), agent: name }))
      }),
    validate: (pieces, given) => {
      const refused = refuseOptions(pieces.adapter, given)
      return refused === undefined ? Effect.void : Effect.fail(refused)
    },
    look: lookAtDirectory,
  }
}

function merge(configured: ReadonlyMap<string, ConfiguredAgent>): ReadonlyMap<string, CatalogAgent> {
  const names = new Set([...KNOWN_AGENTS.map(({ name }) => name), ...configured.keys()])
  return new Map(
    [...names].map((name) => [
      name,
      mergeOne(
        name,
        KNOWN_AGENTS.find((one) => one.name === name),
        configured.get(name),
      ),
    ]),
  )
}

function mergeOne(name: string, known: KnownAgent | undefined, own: ConfiguredAgent = {}): CatalogAgent {
  const adapter = own.adapter ?? known?.adapter ?? "acp"
  const isKnown = known?.adapter === adapter
  if (adapter === "acp" && own.command === undefined && !isKnown) {
    throw new SettingInvalid(
      `agents.${name}.command`,
      `configuration file: agents.${name}.command is missing: the agent's program`,
    )
  }
  const args = own.args ?? (own.command === undefined && isKnown ? known.args : undefined) ?? []
  const agent: CatalogAgent = {
    name,
    title: own.title ?? known?.title ?? name,
    adapter,
    args,
    env: { ...(isKnown ? known.env : {}), ...own.env },
    passwords: (isKnown ? known.passwords : undefined) ?? [],
    options: { ...(isKnown ? known.options : {}), ...own.options },
    ...packageOf(adapter, isKnown ? known : undefined),
    ...(own.command === undefined ? {} : { command: own.command }),
    ...(own.cwd === undefined ? {} : { cwd: own.cwd }),
    ...(own.auth === undefined ? {} : { auth: own.auth }),
  }
  const refused = refuseOptions(adapter, agent.options)
  if (refused !== undefined) {
    throw new SettingInvalid(`agents.${name}.options`, `configuration file: agents.${name}.options: ${refused.message}`)
  }
  return agent
}

/** What is installed for it: of a second agent on an adapter with a library the same as for the first. */
function packageOf(adapter: AdapterKind, known: KnownAgent | undefined): { readonly package?: AgentPackage } {
  const of = known ?? libraryAgent(adapter)
  return of?.package === undefined ? {} : { package: of.package }
}

/** The agent that is the library of an adapter. */
const libraryAgent = (adapter: AdapterKind): KnownAgent | undefined =>
  ADAPTERS[adapter].findLibrary === undefined ? undefined : KNOWN_AGENTS.find((one) => one.adapter === adapter)

function piecesOf(
  { name, adapter, env, passwords, cwd, auth, options }: CatalogAgent,
  { program }: FoundProgram,
): AgentEntryPieces {
  return {
    name,
    adapter,
    env: { ...Object.fromEntries(passwords.map((variable) => [variable, randomUUID()])), ...env },
    options,
    ...(program === undefined ? {} : { program }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(auth === undefined ? {} : { auth }),
  }
}

function missingText({ name, title, command, adapter, package: known }: CatalogAgent): string {
  if (command !== undefined) {
    return `${title}: ${command} is not there; install it, or correct agents.${name}.command in the configuration file`
  }
  const install = (known?.file === undefined ? libraryAgent(adapter)?.name : undefined) ?? name
  return `${title} is not installed; \`holdfast agents install ${install}\` installs ${known?.name} ${known?.version}`
}

const unknown = (name: string, known: ReadonlyArray<string>): AgentUnknown =>
  new AgentUnknown({ message: `no agent is called ${headOf(name, 64)}; there are ${known.join(", ")}`, agent: name, known })
