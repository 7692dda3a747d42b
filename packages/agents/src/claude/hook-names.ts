/** Which hooks the settings files name that Claude reads, as `EVENT (source)`. */
import { join } from "node:path"
import { headOf } from "@holdfast/protocol/text-cut"
import { at, entriesOf } from "./read.ts"
import { smallJson } from "./small-file.ts"

/** Most names that are reported. */
const NAMES_MAX = 200

/** The hooks of these sources; `home` is Claude's own directory. */
export async function hookNames(sources: ReadonlyArray<string>, home: string, cwd: string): Promise<ReadonlyArray<string>> {
  const files: Readonly<Record<string, string>> = {
    user: join(home, "settings.json"),
    project: join(cwd, ".claude", "settings.json"),
    local: join(cwd, ".claude", "settings.local.json"),
  }
  const names = await Promise.all(
    sources.map(async (source) =>
      entriesOf(at(await smallJson(files[source] ?? ""), "hooks")).map(([event]) => `${headOf(event, 100)} (${source})`),
    ),
  )
  return names.flat().slice(0, NAMES_MAX)
}
