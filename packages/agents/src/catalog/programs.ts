/** Where an agent's program is: in the data directory, where it was installed, or along PATH. Looked for again each time. */
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import type { AdapterKind } from "@holdfast/protocol/agent/agent"
import { AdapterRefused } from "@holdfast/adapter/adapter"
import type { AgentPackage } from "../host/KnownAgent.ts"
import { findCommand } from "@holdfast/adapter/process/command"
import { ADAPTERS, agentsDirectory, type CatalogAgent } from "./entries.ts"

/** A program that is there. */
export interface FoundProgram {
  /** Absent for an agent that is a library, or part of Holdfast. */
  readonly program?: { readonly command: string; readonly args: ReadonlyArray<string> }
  readonly version?: string
}

/** Where to look: the data directory, and the places of commands. */
export interface ProgramPlaces {
  readonly data: string
  readonly home: string
  readonly path: string | undefined
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true

/** Version of an installed package; undefined when it cannot be read. */
function versionOf(folder: string): string | undefined {
  try {
    const { version }: { readonly version?: unknown } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
    return typeof version === "string" ? version : undefined
  } catch {
    // Not there, or half removed: then it has no version either.
    return undefined
  }
}

/** What was installed for an agent into the data directory. */
function installed(
  { data }: ProgramPlaces,
  name: string,
  known: AgentPackage,
  args: ReadonlyArray<string>,
): FoundProgram | undefined {
  const folder = join(agentsDirectory(data), name, "node_modules", known.name)
  const version = versionOf(folder)
  if (version === undefined) return undefined
  if (known.file === undefined) return { version }
  const file = join(folder, known.file)
  if (!isFile(file)) return undefined
  // A program in JavaScript asks for some `node`; the one that runs us is new enough.
  const program = file.endsWith(".js") ? { command: process.execPath, args: [file, ...args] } : { command: file, args }
  return { version, program }
}

function along({ home, path }: ProgramPlaces, command: string, args: ReadonlyArray<string>): FoundProgram | undefined {
  try {
    return { program: { command: findCommand(command, home, path), args } }
  } catch (error) {
    if (error instanceof AdapterRefused) return undefined
    throw error
  }
}

/** An agent that is a library, in the data directory or beside Holdfast. */
function library({ data }: ProgramPlaces, adapter: AdapterKind, known: AgentPackage): FoundProgram | undefined {
  const entry = ADAPTERS[adapter].findLibrary?.(data)
  if (entry === undefined) return undefined
  const folder = entry.slice(0, entry.lastIndexOf(known.name) + known.name.length)
  const version = versionOf(folder)
  return version === undefined ? {} : { version }
}

/** Finds an agent's program; undefined when it is not there. */
export function findProgram(places: ProgramPlaces, agent: CatalogAgent): FoundProgram | undefined {
  const { name, adapter, package: known, command, args } = agent
  if (adapter === "scripted" && command === undefined) return {}
  const isLibrary = known !== undefined && known.file === undefined
  const base = isLibrary ? library(places, adapter, known) : {}
  if (base === undefined) return undefined
  if (command !== undefined) {
    const found = along(places, command, args)
    return found === undefined ? undefined : { ...base, ...found }
  }
  if (known === undefined || isLibrary) return known === undefined ? undefined : base
  return installed(places, name, known, args) ?? (known.command === undefined ? undefined : along(places, known.command, args))
}
