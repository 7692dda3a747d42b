/**
 * The allow rules of a trusted directory. Claude itself ignores them until its own dialog was answered in a terminal, which
 * nobody sees here; a person's trust given to Holdfast stands for that, and nothing of Claude's own is changed.
 */
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { textsAt } from "./read.ts"

const FILES = { project: "settings.json", local: "settings.local.json" } as const
const RULES_MAX = 1000

/** `permissions.allow` of the directory's settings files, of those sources that are read. */
export async function directoryRules(cwd: string, sources: ReadonlyArray<string>): Promise<ReadonlyArray<string>> {
  const rules: Array<string> = []
  for (const source of ["project", "local"] as const) {
    if (sources.includes(source)) rules.push(...(await allowed(join(cwd, ".claude", FILES[source]))))
  }
  return rules.slice(0, RULES_MAX)
}

async function allowed(path: string): Promise<ReadonlyArray<string>> {
  try {
    return textsAt(JSON.parse(await readFile(path, "utf8")), "permissions", "allow")
  } catch (error) {
    // Not there, or not JSON, of which Claude tells by itself.
    void error
    return []
  }
}
