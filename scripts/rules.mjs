/**
 * Checks that every numbered rule of docs/PROTOCOL.md is named by a test's title, and that tests name only rules that
 * exist.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { conclude, ROOT } from "./source-files.mjs"
import { testTitles } from "./titles.mjs"

const RULE = /^(?:\s*[-*]\s+)?\*\*([A-Z]{1,3}-\d+)\*\*/gm
const NAMED = /\b([A-Z]{1,3}-\d+)\b/g

const definitions = [...readFileSync(join(ROOT, "docs/PROTOCOL.md"), "utf8").matchAll(RULE)].map(([, id]) => id)
const rules = new Set(definitions)
const prefixes = new Set(definitions.map((id) => id.split("-")[0]))

const problems = []
const twice = definitions.filter((id, index) => definitions.indexOf(id) !== index)
for (const id of new Set(twice)) problems.push(`docs/PROTOCOL.md: ${id} stands for more than one rule`)

const proven = new Set()
for (const { path, title } of testTitles()) {
  for (const [id] of title.matchAll(NAMED)) {
    if (rules.has(id)) proven.add(id)
    else if (prefixes.has(id.split("-")[0])) problems.push(`${path}: names ${id}, which docs/PROTOCOL.md does not have`)
  }
}
const missing = [...rules].filter((id) => !proven.has(id))
if (missing.length > 0) problems.push(`without a test: ${missing.join(", ")}`)
if (rules.size === 0) problems.push("docs/PROTOCOL.md holds no rule")
conclude("rules", problems, `${rules.size} rules, each named by a test`)
