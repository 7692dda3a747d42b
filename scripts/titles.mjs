/**
 * Titles of tests: the first argument of `it`, `test` and `describe` (also `it.effect(…)`), in test files, contract suites and
 * the testkit. A skipped test proves nothing and is left out.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parseSync, Visitor } from "oxc-parser"
import { repositoryFiles, ROOT } from "./source-files.mjs"

/** Name of what a call calls: `it`, `it.effect`, `it.each(…)`. */
function calleeName(callee) {
  if (callee.type === "Identifier") return callee.name
  if (callee.type === "MemberExpression" && callee.property.type === "Identifier") {
    return `${calleeName(callee.object)}.${callee.property.name}`
  }
  if (callee.type === "CallExpression") return calleeName(callee.callee)
  return ""
}

/** Text of a title; an expression inside it is left out. */
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
      if (title !== undefined) titles.push({ path, title })
    },
  })
  visitor.visit(parseSync(path, readFileSync(join(ROOT, path), "utf8")).program)
  return titles
}

const isSuite = (path) =>
  /^(packages|apps|testkit|bench|conformance|tests)\/.*\.ts$/.test(path) &&
  (/\.test\.ts$|\/test\/|\/contract\/|^tests\//.test(path) || path.startsWith("testkit/"))

/** Every title of the repository, with the file it stands in. */
export function testTitles() {
  return repositoryFiles().filter(isSuite).flatMap(titlesIn)
}
