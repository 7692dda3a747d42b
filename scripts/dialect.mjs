/**
 * Checks that the code is written in one dialect: fields that are private begin with `#`, and what a module exports as a
 * function is declared as one. A constant of a declared type, and a function that returns another, may stay arrows.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parseSync, Visitor } from "oxc-parser"
import { conclude, repositoryFiles, ROOT } from "./source-files.mjs"

const CODE = /^(packages|apps|testkit|bench|conformance|examples|tests)\/.*\.tsx?$/

/** What is written otherwise: `{offset, message}`. */
function foreignWords(program) {
  const found = []
  const member = (node) => {
    if (node.accessibility === "private" && node.kind !== "constructor")
      found.push({ offset: node.start, message: "a private member begins with # instead of the word `private`" })
  }
  new Visitor({
    PropertyDefinition: member,
    MethodDefinition: member,
    AccessorProperty: member,
    ExportNamedDeclaration({ declaration }) {
      if (declaration?.type !== "VariableDeclaration") return
      for (const { id, init, start } of declaration.declarations) {
        const isArrow = init?.type === "ArrowFunctionExpression" && init.body.type !== "ArrowFunctionExpression"
        if (isArrow && !id.typeAnnotation) found.push({ offset: start, message: `export ${id.name} as a \`function\`` })
      }
    },
  }).visit(program)
  return found
}

const problems = []
const files = repositoryFiles().filter((path) => CODE.test(path) && !path.endsWith(".d.ts"))
for (const path of files) {
  const text = readFileSync(join(ROOT, path), "utf8")
  for (const { offset, message } of foreignWords(parseSync(path, text).program))
    problems.push(`${path}:${text.slice(0, offset).split("\n").length}: ${message}`)
}
conclude("dialect", problems, `${files.length} files, one dialect`)
