/** What a source's emitted declarations declare, import and export again. */
import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { parseSync, Visitor } from "oxc-parser"
import { isBundled, publicSpecifier, workspaceSource } from "./published.mjs"

/** Source of a module that one of the workspace imports; `undefined` for a package, as another library is. */
function sourceOf(specifier, from) {
  if (specifier.startsWith(".")) return join(dirname(from), specifier)
  return isBundled(specifier.split("/").slice(0, 2).join("/")) ? workspaceSource(specifier) : undefined
}

/** Where the compiler put the declarations of a source. */
export function emittedOf(source) {
  return source.replace("/src/", "/dist/types/").replace(/\.tsx?$/, ".d.ts")
}

const IMPORT = {
  ImportSpecifier: (imported, local) => (imported === local ? `{ ${local} }` : `{ ${imported} as ${local} }`),
  ImportDefaultSpecifier: (_, local) => local,
  ImportNamespaceSpecifier: (_, local) => `* as ${local}`,
}

/** Reads the declarations that were emitted for a source. */
export function readModule(source) {
  const path = emittedOf(source)
  const text = readFileSync(path, "utf8")
  const { program, comments, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`)
  const module = { source, declared: new Map(), imported: new Map(), exported: [] }
  for (const statement of program.body) {
    if (statement.type === "ImportDeclaration") {
      const specifier = publicSpecifier(statement.source.value)
      for (const { local, imported, type } of statement.specifiers) {
        const name = imported?.name ?? "*"
        const line = `import ${IMPORT[type](imported?.name, local.name)} from ${JSON.stringify(specifier)}`
        module.imported.set(local.name, { from: sourceOf(specifier, source), specifier, name, statement: line })
      }
    } else if (statement.type === "ExportNamedDeclaration" && statement.declaration === null) {
      const from = statement.source === null ? undefined : sourceOf(statement.source.value, source)
      for (const { local, exported } of statement.specifiers)
        module.exported.push({
          from: from ?? module.imported.get(local.name)?.from ?? source,
          name: local.name,
          as: exported.name,
        })
    } else declare(module, statement, { path, text, comments })
  }
  return module
}

function declare(module, statement, { path, text, comments }) {
  const node = statement.declaration ?? statement
  const name = node.id?.name ?? node.declarations?.[0]?.id.name
  if (name === undefined) throw new Error(`${path}: a ${node.type} is not expected`)
  const comment = comments.findLast(({ end }) => end <= statement.start && text.slice(end, statement.start).trim() === "")
  const doc = comment === undefined ? "" : `${text.slice(comment.start, comment.end)}\n`
  const before = module.declared.get(name)
  const piece = `${doc}export ${text.slice(node.start, node.end).replace(/^(?!declare |type |interface )/, "declare ")}`
  module.declared.set(name, {
    nodes: [...(before?.nodes ?? []), node],
    text: `${before === undefined ? "" : `${before.text}\n`}${piece}`,
  })
}

/** What a declaration refers to: names, and modules that types are imported from where they stand. */
export function referencesOf(nodes) {
  const names = new Set()
  const specifiers = new Set()
  const root = (node) => (node.type === "TSQualifiedName" ? root(node.left) : node.name)
  const expression = (node) => (node.type === "MemberExpression" ? expression(node.object) : node.name)
  const visitor = new Visitor({
    TSTypeReference: (node) => void names.add(root(node.typeName)),
    TSTypeQuery: (node) => void (node.exprName.type !== "TSImportType" && names.add(root(node.exprName))),
    TSInterfaceHeritage: (node) => void names.add(expression(node.expression)),
    TSClassImplements: (node) => void names.add(expression(node.expression)),
    TSImportType: (node) => void specifiers.add(node.source.value),
    ClassDeclaration: (node) => {
      const parent = node.superClass === null ? undefined : expression(node.superClass)
      if (parent !== undefined) names.add(parent)
    },
  })
  visitor.visit({ type: "Program", sourceType: "module", hashbang: null, body: nodes, start: 0, end: 0 })
  return { names, specifiers }
}
