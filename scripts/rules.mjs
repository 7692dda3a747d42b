/**
 * Checks that every numbered rule of docs/PROTOCOL.md is named by a test's title, and that tests name only rules that
 * exist. Titles are the first argument of `it`, `test` and `describe` (also `it.effect(…)`), in test files, contract
 * suites and the testkit; a skipped test proves nothing.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parseSync, Visitor } from "oxc-parser"
import { conclude, repositoryFiles, ROOT } from "./source-files.mjs"

const RULE = /^(?:\s*[-*]\s+)?\*\*([A-Z]{1,3}-\d+)\*\*/gm
const NAMED = /\b([A-Z]{1,3}-\d+)\b/g

const definitions = [...readFileSync(join(ROOT, "docs/PROTOCOL.md"), "utf8").matchAll(RULE)].map(([, id]) => id)
const rules = new Set(definitions)
const prefixes = new Set(definitions.map((id) => id.split("-")[0]))

/** Name of what a call calls: `it`, `it.effect`, `it.each(…)`. */
function calleeName(callee) {
  if (callee.type === "Identifier") return callee.name
  if (callee.type === "MemberExpression" && callee.property.type === "Identifier") {
    return `${calleeName(callee.object)}.${callee.property.name}`
  }
  if (callee.type === "CallExpression") return calleeName(callee.callee)
  return ""
}

/** Text of a title; what is computed inside it is left out. */
function titleOf(argument) {
  if (argument?.type === "Literal" && typeof argument.value === "string") return argument.value
  if (argument?.type === "TemplateLiteral") return argument.quasis.map(({ value }) => value.cooked ?? "").join("…")
  return undefined
}

function titlesIn(path) {
  const titles = []
  const visitor = new Visitor({
    CallExpression(node) {
      const name = calleeName(node.callee)
      if (!/^(it|test|describe)\b/.test(name) || /\.(skip|todo)$/.test(name)) return
      const title = titleOf(node.arguments[0])
      if (title !== undefined) titles.push(title)
    },
  })
  visitor.visit(parseSync(path, readFileSync(join(ROOT, path), "utf8")).program)
  return titles
}

const isSuite = (path) =>
  /^(packages|apps|testkit|bench|tests)\/.*\.ts$/.test(path) &&
  (/\.test\.ts$|\/test\/|\/contract\/|^tests\//.test(path) || path.startsWith("testkit/"))

const problems = []
const twice = definitions.filter((id, index) => definitions.indexOf(id) !== index)
for (const id of new Set(twice)) problems.push(`docs/PROTOCOL.md: ${id} stands for more than one rule`)

const proven = new Set()
const suites = repositoryFiles().filter(isSuite)
for (const path of suites) {
  for (const title of titlesIn(path)) {
    for (const [id] of title.matchAll(NAMED)) {
      if (rules.has(id)) proven.add(id)
      else if (prefixes.has(id.split("-")[0])) problems.push(`${path}: names ${id}, which docs/PROTOCOL.md does not have`)
    }
  }
}
const missing = [...rules].filter((id) => !proven.has(id))
if (missing.length > 0) problems.push(`without a test: ${missing.join(", ")}`)
if (rules.size === 0) problems.push("docs/PROTOCOL.md holds no rule")
conclude("rules", problems, `${rules.size} rules, each named by a test`)
