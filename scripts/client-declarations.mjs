/**
 * The types of the published client library in one file that needs no other: what its users' editors and compilers see.
 *
 * Declarations of the client's own are taken as the compiler emitted them, with their comments. Types that come from
 * schemas are written out (`type-printer.mjs`), because what they are made of is not published (decision 0035).
 *
 * `node scripts/client-declarations.mjs FILE` writes them to a file.
 */
import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { pathToFileURL } from "node:url"
import { parseSync, Visitor } from "oxc-parser"
import { API } from "typescript/unstable/sync"
import { ROOT } from "./source-files.mjs"
import { JSON_TYPE, TypePrinter } from "./type-printer.mjs"

const PROJECT = join(ROOT, "packages/client/tsconfig.json")
const ENTRY = join(ROOT, "packages/client/src/index.ts")

/** Source of a module that one of the workspace imports; `undefined` for a package. */
function sourceOf(specifier, from) {
  const room = /^@holdfast\/([^/]+)\/(.+)$/.exec(specifier)
  if (room !== null) return join(ROOT, "packages", room[1], "src", `${room[2]}.ts`)
  return specifier.startsWith(".") ? join(dirname(from), specifier) : undefined
}

/** What a source's emitted declarations declare, import and export again. */
function readModule(source) {
  const path = source.replace("/src/", "/dist/types/").replace(/\.ts$/, ".d.ts")
  const text = readFileSync(path, "utf8")
  const { program, comments, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`)
  const module = { source, declared: new Map(), imported: new Map(), exported: [] }
  for (const statement of program.body) {
    if (statement.type === "ImportDeclaration") {
      for (const { local, imported, type } of statement.specifiers) {
        const name = type === "ImportSpecifier" ? imported.name : "*"
        module.imported.set(local.name, { from: sourceOf(statement.source.value, source), name })
      }
    } else if (statement.type === "ExportNamedDeclaration" && statement.declaration === null) {
      const from = statement.source === null ? source : sourceOf(statement.source.value, source)
      for (const { local, exported } of statement.specifiers) module.exported.push({ from, name: local.name, as: exported.name })
    } else {
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
  }
  return module
}

/** Names that a declaration refers to. */
function referencesOf(nodes) {
  const names = new Set()
  const root = (node) => (node.type === "TSQualifiedName" ? root(node.left) : node.name)
  const visitor = new Visitor({
    TSTypeReference: (node) => void names.add(root(node.typeName)),
    TSTypeQuery: (node) => void names.add(root(node.exprName)),
    TSInterfaceHeritage: (node) => void names.add(node.expression.name),
    TSClassImplements: (node) => void names.add(node.expression.name),
    TSImportType: (node) => {
      throw new Error(`import(${JSON.stringify(node.source?.value)}) stands in a type; name it in the source`)
    },
    ClassDeclaration: (node) => void (node.superClass?.name !== undefined && names.add(node.superClass.name)),
  })
  visitor.visit({ type: "Program", sourceType: "module", hashbang: null, body: nodes, start: 0, end: 0 })
  return names
}

/** The file's text. Throws when a type cannot stand alone, or the sources do not compile. */
export function clientDeclarations() {
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc")
  execFileSync(process.execPath, [compiler, "-b", "packages/client"], { cwd: ROOT, stdio: "inherit" })
  const api = new API({ cwd: ROOT })
  try {
    const project = api.updateSnapshot({ openProject: PROJECT }).getProject(PROJECT)
    return new Bundle(project).text()
  } finally {
    api.close()
  }
}

class Bundle {
  #checker
  #program
  #modules = new Map()
  #printer
  /** Where each name that a type is written by is declared. */
  #places = new Map()
  #taken = new Map()
  /** What the library exports. Of the rest only types are exported, as there is nothing else of it. */
  #entries = new Set()
  #texts = []

  constructor({ checker, program }) {
    this.#checker = checker
    this.#program = program
    this.#printer = new TypePrinter(checker, this.#namedTypes())
  }

  /** Declarations of everything that the entry exports, and of what those refer to. */
  text() {
    const waiting = readModule(ENTRY).exported.map(({ from, name, as }) => {
      if (as !== name) throw new Error(`${as} is exported under another name than its own`)
      return this.#declaration(from, name)
    })
    this.#entries = new Set(waiting.map(({ name }) => name))
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const before = this.#taken.get(next.name)
      if (before === next.module.source) continue
      if (before !== undefined) throw new Error(`${before} and ${next.module.source} both declare ${next.name}`)
      this.#taken.set(next.name, next.module.source)
      waiting.push(...this.#take(next))
    }
    if (this.#printer.usesJson) this.#texts.push(["Json", JSON_TYPE])
    this.#texts.sort(([a], [b]) => Number(this.#entries.has(b)) - Number(this.#entries.has(a)) || (a < b ? -1 : 1))
    return `// Types of holdfast/client; generated from its sources.\n\n${this.#texts.map(([, text]) => text).join("\n\n")}\n\nexport {}\n`
  }

  #module(source) {
    const known = this.#modules.get(source) ?? readModule(source)
    this.#modules.set(source, known)
    return known
  }

  /** The declaration of a name that a module declares or exports. */
  #declaration(source, name) {
    const module = this.#module(source)
    if (module.declared.has(name)) return { module, name }
    throw new Error(`${source} does not declare ${name}`)
  }

  /** Adds a declaration; answers which others it needs. */
  #take({ module, name }) {
    const { nodes, text } = module.declared.get(name)
    const needed = []
    let foreign = false
    for (const reference of referencesOf(nodes)) {
      if (module.declared.has(reference)) needed.push({ module, name: reference })
      const imported = module.imported.get(reference)
      if (imported?.from !== undefined && imported.name !== "*") needed.push(this.#declaration(imported.from, imported.name))
      else if (imported !== undefined) foreign = true
      // Of a schema, whose module only says what it is made of.
      if (module.declared.get(reference)?.nodes.some(({ type }) => type === "VariableDeclaration")) foreign = true
    }
    const alias = nodes.find(({ type }) => type === "TSTypeAliasDeclaration")
    if (!foreign) {
      const isValue = nodes.some(({ type }) => !/^TS(Interface|TypeAlias)Declaration$/.test(type))
      this.#texts.push([name, isValue && !this.#entries.has(name) ? text.replace(/^export /gm, "") : text])
      return needed
    }
    if (alias === undefined || alias.typeParameters)
      throw new Error(`${module.source}: ${name} needs types that are not published`)
    const used = new Set()
    const doc = /^\/\*\*[^]*?\*\/\n/.exec(text)?.[0] ?? ""
    this.#texts.push([
      name,
      `${doc}export type ${name} = ${this.#printer.declared(this.#typeOf(module.source, name), name, used)}`,
    ])
    return [...used].map((other) => this.#declaration(this.#places.get(other), other))
  }

  #exports(source) {
    const file = this.#program.getSourceFile(source)
    return this.#checker.getExportsOfModule(this.#checker.getSymbolAtLocation(file))
  }

  #typeOf(source, name) {
    const symbol = this.#exports(source).find((exported) => exported.name === name)
    if (symbol === undefined) throw new Error(`${source} does not export the type ${name}`)
    return this.#checker.getDeclaredTypeOfSymbol(symbol)
  }

  /** The protocol's types that are more than a word: each by its id, where only one name stands for it. */
  #namedTypes() {
    const names = new Map()
    const doubled = new Set()
    for (const source of this.#program.getSourceFileNames().filter((path) => path.includes("/packages/protocol/src/"))) {
      for (const [name, { nodes }] of this.#module(source).declared) {
        const alias = nodes.find(({ type }) => type === "TSTypeAliasDeclaration")
        if (alias === undefined || alias.typeParameters) continue
        const symbol = this.#exports(source).find((exported) => exported.name === name)
        if (symbol === undefined) continue
        const type = this.#checker.getDeclaredTypeOfSymbol(symbol)
        if (!type.isUnionType() && !type.isObjectType()) continue
        if (names.has(type.id) || this.#places.has(name)) doubled.add(type.id)
        names.set(type.id, name)
        this.#places.set(name, source)
      }
    }
    for (const id of doubled) names.delete(id)
    return names
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , to] = process.argv
  if (to === undefined) throw new Error("usage: client-declarations.mjs FILE")
  writeFileSync(to, clientDeclarations())
}
