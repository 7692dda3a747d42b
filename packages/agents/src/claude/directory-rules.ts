/**
 * The allow rules of a trusted directory. Claude itself ignores them until its own dialog was answered in a terminal, which
 * no one sees here; a person's trust given to Holdfast stands for that, and nothing of Claude's own is changed.
 */
import { join } from "node:path"
import { textsAt } from "./read.ts"
import { smallJson } from "./small-file.ts"

const FILES = { project: "settings.json", local: "settings.local.json" } as const
const RULES_MAX = 1000

/** `permissions.allow` of the directory's settings files, of those sources that are read. */
export async function directoryRules(cwd: string, sources: ReadonlyArray<string>): Promise<ReadonlyArray<string>> {
  const rules: Array<string> = []
  for (const source of ["project", "local"] as const) {
    if (sources.includes(source))
      rules.push(...textsAt(await smallJson(join(cwd, ".claude", FILES[source])), "permissions", "allow"))
  }
  return rules.slice(0, RULES_MAX)
}
