/**
 * Checks that text is cut with `headOf`, `tailOf` or `headOfBytes` (packages/protocol/src/text-cut.ts), which divide no
 * character (docs/protocol/rules.md, M-7).
 *
 * What is cut cannot be told from the source alone. So `.slice(0, n)` and `.slice(-n)` are taken for a cut of text when `n`
 * is a constant or a number beyond the lengths of digests and ids, unless the constant or what is cut has the name of
 * several things (`ROWS_MAX`, `lines`). `.substring` and `.substr` are never right.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parseSync, Visitor } from "oxc-parser"
import { conclude, repositoryFiles, ROOT } from "./source-files.mjs"

const SOURCE = /^(packages|apps)\/[^/]+\/src\/.*\.ts$/
const OWN = "packages/protocol/src/text-cut.ts"
/** Longest digest or id, in characters, that is shortened by a number. */
const DIGEST = 32
const CONSTANT = /^[A-Z][A-Z0-9_]*$/
/** Names of several things; those of amounts of text are none. */
const SEVERAL = /(s|list|queue|stack|busy)(_max)?$/i
const AMOUNT = /(bytes|chars|characters|units|columns)(_max)?$/i

const isSeveral = (name) => SEVERAL.test(name) && !AMOUNT.test(name)

/** The constant or large number that bounds a cut, as text; undefined when there is none. */
function boundOf([first, second]) {
  const bound =
    first?.type === "UnaryExpression" && first.operator === "-"
      ? first.argument
      : first?.type === "Literal" && first.value === 0
        ? second
        : undefined
  const amount = bound?.type === "BinaryExpression" ? bound.left : bound
  if (amount?.type === "Literal" && amount.value > DIGEST) return String(amount.value)
  return amount?.type === "Identifier" && CONSTANT.test(amount.name) ? amount.name : undefined
}

/** Whether what is cut is a list by its form or its name. */
function isList(node) {
  if (node.type === "ArrayExpression") return true
  if (node.type === "Identifier") return isSeveral(node.name)
  if (node.type === "MemberExpression") return isSeveral(node.property.name ?? "")
  return node.type === "CallExpression" && node.callee.type === "MemberExpression" && node.callee.object.name === "Array"
}

/** The places of a source where text is perhaps cut, with what stands there. */
function cutsOf(path, source) {
  const found = []
  new Visitor({
    CallExpression: ({ callee, arguments: args, start, end }) => {
      if (callee.type !== "MemberExpression") return
      const { name } = callee.property
      const bound = name === "slice" ? boundOf(args) : undefined
      const cuts =
        name === "substring" || name === "substr" || (bound !== undefined && !isSeveral(bound) && !isList(callee.object))
      if (cuts) found.push({ line: source.slice(0, start).split("\n").length, text: source.slice(start, end).slice(-80) })
    },
  }).visit(parseSync(path, source).program)
  return found
}

const files = repositoryFiles().filter((path) => SOURCE.test(path) && path !== OWN)
const problems = files.flatMap((path) =>
  cutsOf(path, readFileSync(join(ROOT, path), "utf8")).map(
    ({ line, text }) => `${path}:${line}: cut text with headOf, tailOf or headOfBytes, or name what is counted: ${text}`,
  ),
)
conclude("text cuts", problems, `${files.length} files divide no character`)
