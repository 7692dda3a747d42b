/**
 * Checks that every message that the hub writes into its log at `warn` is in docs/RUNBOOK.md with what to do about it: the
 * first argument of `report(…)` in the sources of the hub and its server.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parseSync, Visitor } from "oxc-parser"
import { conclude, repositoryFiles, ROOT } from "./source-files.mjs"

const RUNBOOK = "docs/RUNBOOK.md"
const SOURCE = /^packages\/(?:hub|doors|server)\/src\/.*\.ts$/

const known = new Set([...readFileSync(join(ROOT, RUNBOOK), "utf8").matchAll(/`([^`\n]+)`/g)].map(([, text]) => text))
const problems = []
let count = 0
for (const path of repositoryFiles().filter((path) => SOURCE.test(path))) {
  const source = readFileSync(join(ROOT, path), "utf8")
  if (!/\breport\b/.test(source)) continue
  new Visitor({
    CallExpression({ callee, arguments: [message] }) {
      const name = callee.type === "MemberExpression" ? callee.property.name : callee.name
      if (name !== "report" || message?.type !== "Literal" || typeof message.value !== "string") return
      count++
      if (!known.has(message.value)) problems.push(`${path}: ${RUNBOOK} does not explain the log message \`${message.value}\``)
    },
  }).visit(parseSync(path, source).program)
}
if (count === 0) problems.push(`no message was found in ${SOURCE.source}`)
conclude("runbook", problems, `${count} log messages, each explained`)
