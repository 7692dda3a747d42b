/**
 * What a directory brings that agents read: their settings, hooks, MCP servers, rules and commands, by file.
 *
 * Names alone are shown, of bounded length; nothing is run, and no link is followed out of a look that fails.
 */
import { realpath, stat } from "node:fs/promises"
import { dirname, join } from "node:path"
import type { DirectoryLook } from "@holdfast/adapter/AgentCatalog"
import type { AdapterKind } from "@holdfast/protocol/agent/agent"
import type { BroughtFile } from "@holdfast/protocol/agent/trust"
import { cut, type Place } from "../host/places.ts"
import { ADAPTERS, KNOWN_AGENTS } from "./entries.ts"

const FINDS_MAX = 24
const WHAT_MAX = 500
const DEPTH_MAX = 40

const placesOf = ({ name, adapter }: { readonly name: string; readonly adapter: AdapterKind }): ReadonlyArray<Place> =>
  KNOWN_AGENTS.find((known) => known.name === name && known.adapter === adapter)?.reads ?? ADAPTERS[adapter].reads

/** The directory without links, and what is in it and above it; what is the user's own at home does not count. */
export async function lookAtDirectory(
  cwd: string,
  agent: { readonly name: string; readonly adapter: AdapterKind },
  home: string,
): Promise<DirectoryLook> {
  const places = placesOf(agent)
  if (places.length === 0) return { directory: cwd, brings: [] }
  const directory = await realpath(cwd)
  const found: Array<BroughtFile> = []
  const own = await realpath(home).catch(() => home)
  for (const at of upwards(directory)) {
    if (at === own) break
    for (const { path, runs: canRun, describe } of places) {
      const file = join(at, path)
      const what = (await isThere(file)) ? await describe(file) : undefined
      if (what !== undefined) found.push({ path: file, what: cut(what, WHAT_MAX), runs: canRun })
    }
  }
  // What runs comes first, so that it is there also where there is much.
  return { directory, brings: found.sort((a, b) => Number(b.runs) - Number(a.runs)).slice(0, FINDS_MAX) }
}

function upwards(directory: string): ReadonlyArray<string> {
  const passed = [directory]
  for (let at = directory; dirname(at) !== at && passed.length < DEPTH_MAX; at = dirname(at)) passed.push(dirname(at))
  return passed
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
