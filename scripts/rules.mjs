/**
 * Checks that every numbered rule of docs/protocol/rules.md and of docs/protocol/app-rules.md is named by a test's title, and that
 * tests name only rules that exist. Says which number a new rule of each section gets.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { conclude, ROOT } from "./source-files.mjs"
import { testTitles } from "./titles.mjs"

const RULE = /^(?:\s*[-*]\s+)?\*\*([A-Z]{1,3}-\d+)\*\*/gm
const NAMED = /\b([A-Z]{1,3}-\d+)\b/g

const FILES = ["docs/protocol/rules.md", "docs/protocol/app-rules.md"]
const RULES = FILES.join(" and ")
const text = FILES.map((file) => readFileSync(join(ROOT, file), "utf8")).join("\n")
const definitions = [...text.matchAll(RULE)].map(([, id]) => id)
const rules = new Set(definitions)
const prefixes = new Set(definitions.map((id) => id.split("-")[0]))

const problems = []
// A rule that was written where rules used to be would be proven by nothing.
const astray = [...readFileSync(join(ROOT, "docs/PROTOCOL.md"), "utf8").matchAll(RULE)].map(([, id]) => id)
if (astray.length > 0) problems.push(`docs/PROTOCOL.md defines ${astray.join(", ")}; rules belong in ${FILES[0]}`)
const twice = definitions.filter((id, index) => definitions.indexOf(id) !== index)
for (const id of new Set(twice)) problems.push(`${RULES}: ${id} stands for more than one rule`)

const proven = new Set()
for (const { path, title } of testTitles()) {
  for (const [id] of title.matchAll(NAMED)) {
    if (rules.has(id)) proven.add(id)
    else if (prefixes.has(id.split("-")[0])) problems.push(`${path}: names ${id}, which ${RULES} does not have`)
  }
}
const missing = [...rules].filter((id) => !proven.has(id))
if (missing.length > 0) problems.push(`without a test: ${missing.join(", ")}`)
if (rules.size === 0) problems.push(`${RULES} holds no rule`)
const next = text.split(/^## /m).flatMap((section) => {
  const ids = [...section.matchAll(RULE)].map(([, id]) => id.split("-"))
  const [[letter] = []] = ids
  if (letter === undefined) return []
  const title = section.slice(0, section.indexOf("\n"))
  return [`  ${letter}-${Math.max(...ids.map(([, number]) => Number(number))) + 1}  ${title}`]
})
conclude("rules", problems, `${rules.size} rules, each named by a test; the next of each section:\n${next.join("\n")}`)
