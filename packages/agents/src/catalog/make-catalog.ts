/** The agents of a hub: the known ones, changed and joined by those of the configuration (docs/protocol/rules.md, A-1). */
import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import type { AdapterKind } from "@holdfast/protocol/agent/agent"
import { AgentNotInstalled, AgentUnknown, Unprocessable } from "@holdfast/protocol/errors"
import type { AgentCatalog, AgentEntryPieces, Installer } from "@holdfast/adapter/AgentCatalog"
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
  /** The command line of this server, with which agents are installed; without it they are not. */
  readonly program?: { readonly command: string; readonly args: ReadonlyArray<string> }
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
    installer: (name) => {
      const agent = agents.get(name)
      return agent === undefined ? Effect.fail(unknown(name, [...agents.keys()])) : installerOf(agent, options)
    },
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

/** The command line that installs an agent, into the data directory of this hub. */
function installerOf(agent: CatalogAgent, { program, data }: CatalogOptions): Effect.Effect<Installer, Unprocessable> {
  const { title, command, package: known } = agent
  const refuse = (message: string) => Effect.fail(new Unprocessable({ message, field: "agent" }))
  if (command !== undefined) return refuse(`${title} is started as ${command}; install that on the hub's machine`)
  if (known === undefined) return refuse(`${title} is part of Holdfast and needs no installation`)
  if (program === undefined) return refuse(`this hub installs no agents; on its machine, ${installLine(agent)}`)
  const args = [...program.args, "agents", "install", installedAs(agent)]
  return Effect.succeed({ title, command: program.command, args, env: { HOLDFAST_DATA: data } })
}

/** What is installed: an agent that is a library has the name of the agent of that library. */
const installedAs = ({ name, adapter, package: known }: CatalogAgent): string =>
  (known?.file === undefined ? libraryAgent(adapter)?.name : undefined) ?? name

const installLine = (agent: CatalogAgent): string =>
  `\`holdfast agents install ${installedAs(agent)}\` installs ${agent.package?.name} ${agent.package?.version}`

function missingText(agent: CatalogAgent): string {
  const { name, title, command } = agent
  if (command !== undefined) {
    return `${title}: ${command} is not there; install it, or correct agents.${name}.command in the configuration file`
  }
  return `${title} is not installed; ${installLine(agent)}`
}

const unknown = (name: string, known: ReadonlyArray<string>): AgentUnknown =>
  new AgentUnknown({ message: `no agent is called ${headOf(name, 64)}; there are ${known.join(", ")}`, agent: name, known })
