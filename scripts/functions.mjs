/**
 * Checks that no function is longer than a reader can keep in mind. The bodies of `describe` and the suites of contracts,
 * which are lists of cases, may be.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parseSync, Visitor } from "oxc-parser"
import { conclude, repositoryFiles, ROOT } from "./source-files.mjs"

const CODE = /^(packages|apps|testkit|bench|conformance|scripts|tests)\/.*\.(ts|tsx|mjs)$/
const SUITE = /\/contract\//
const MAX_LINES = 90

/** Whether a call is `describe(…)`, also as `describe.skipIf(…)(…)` and `describe.each(…)(…)`. */
function isDescribe(callee) {
  if (callee.type === "Identifier") return callee.name === "describe"
  if (callee.type === "MemberExpression") return isDescribe(callee.object)
  return callee.type === "CallExpression" && isDescribe(callee.callee)
}

/** Functions of a file that are too long: `{line, lines}`. */
function longFunctions(path) {
  const text = readFileSync(join(ROOT, path), "utf8")
  const lineAt = (offset) => text.slice(0, offset).split("\n").length
  const exempt = new Set()
  const found = []
  const look = (node) => {
    const line = lineAt(node.start)
    const lines = lineAt(node.end) - line + 1
    if (lines > MAX_LINES && !exempt.has(node)) found.push({ line, lines })
  }
  new Visitor({
    CallExpression(node) {
      if (isDescribe(node.callee)) for (const argument of node.arguments) exempt.add(argument)
    },
    FunctionDeclaration: look,
    FunctionExpression: look,
    ArrowFunctionExpression: look,
  }).visit(parseSync(path, text).program)
  return found
}

const problems = []
const files = repositoryFiles().filter((path) => CODE.test(path) && !SUITE.test(path))
for (const path of files) {
  for (const { line, lines } of longFunctions(path))
    problems.push(`${path}:${line}: a function of ${lines} lines, more than ${MAX_LINES}; split it`)
}
conclude("functions", problems, `${files.length} files, no function over ${MAX_LINES} lines`)
