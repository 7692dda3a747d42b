/**
 * The Claude Agent SDK, an optional peer: found where it was installed, loaded with the first agent that needs it.
 *
 * Looked for in the directory that the start names as its program, in `agents/claude` of a directory above the
 * session's (the data directory), then beside this package.
 */
import { statSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { pathToFileURL } from "node:url"
import { AdapterRefused } from "@holdfast/adapter/adapter"
import type { AgentStart } from "@holdfast/link/agent-messages"

/** Name of the package. */
const PACKAGE = "@anthropic-ai/claude-agent-sdk"

/** What is used of a running query. */
export interface ClaudeQuery extends AsyncIterable<unknown> {
  /** With `cancelQueued` what was handed over and has not begun is dropped too. */
  readonly interrupt: (options: { readonly cancelQueued: boolean }) => Promise<unknown>
  readonly setModel: (model: string) => Promise<void>
  readonly setPermissionMode: (mode: string) => Promise<void>
  /** Stops a background task. */
  readonly stopTask: (id: string) => Promise<void>
  /** The MCP servers, each with its name, status and error. */
  readonly mcpServerStatus: () => Promise<unknown>
  readonly initializationResult: () => Promise<unknown>
  readonly close: () => void
}

/** What is used of the SDK. */
export interface ClaudeSdk {
  readonly query: (request: {
    readonly prompt: AsyncIterable<unknown>
    readonly options: Readonly<Record<string, unknown>>
  }) => ClaudeQuery
}

const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/** Directories below which the SDK may be installed, the preferred one first. */
function* places({ program, directory }: Pick<AgentStart, "program" | "directory">): Iterable<string> {
  if (program !== undefined && isDirectory(program.command)) yield program.command
  for (let path = directory; ; path = dirname(path)) {
    const installed = join(path, "agents", "claude")
    if (isDirectory(installed)) yield installed
    if (dirname(path) === path) break
  }
}

function resolveFrom(base: string): string | undefined {
  try {
    return createRequire(base).resolve(PACKAGE)
  } catch {
    // Not installed there; the caller looks further and says so in the end.
    return undefined
  }
}

/** The program of Claude itself, where the start names a file. */
export function claudeExecutable({ program }: Pick<AgentStart, "program">): string | undefined {
  return program === undefined || isDirectory(program.command) ? undefined : program.command
}

/** Path of the SDK's entry; `undefined` when it is not installed. */
export function findClaudeSdk(start: Pick<AgentStart, "program" | "directory">): string | undefined {
  for (const place of places(start)) {
    const found = resolveFrom(join(place, "package.json"))
    if (found !== undefined) return found
  }
  return resolveFrom(import.meta.url)
}

const isSdk = (value: unknown): value is ClaudeSdk =>
  typeof value === "object" && value !== null && "query" in value && typeof value.query === "function"

/** Loads the SDK; rejects with `AdapterRefused` and the tag `AgentNotInstalled`, saying what to do. */
export async function loadClaudeSdk(start: Pick<AgentStart, "program" | "directory">): Promise<ClaudeSdk> {
  const path = findClaudeSdk(start)
  const todo = "`holdfast agents install claude` installs it"
  if (path === undefined) throw new AdapterRefused("AgentNotInstalled", `${PACKAGE} is not installed; ${todo}`)
  const loaded: unknown = await import(pathToFileURL(path).href).catch((error: unknown) => {
    throw new AdapterRefused("AgentNotInstalled", `${PACKAGE} at ${path} cannot be loaded (${String(error)}); ${todo}`)
  })
  if (isSdk(loaded)) return loaded
  throw new AdapterRefused("AgentNotInstalled", `${path} is not ${PACKAGE}; ${todo}`)
}
