/**
 * The types of a published library, one file for each entry that needs no other package: what its users' editors and
 * compilers see.
 *
 * Declarations of the library's own are taken as the compiler emitted them, with their comments. Types that come from
 * schemas are written out (`type-printer.mjs`), because what they are made of is not published (decision 0035). What an
 * earlier entry declares is imported from it, so that a class is one class whichever entry names it. A package that its
 * users bring, a peer, is imported as the source does. An entry whose users have the schemas' own library is another matter
 * (`schema-declarations.mjs`).
 *
 * `node scripts/declarations.mjs NAME FOLDER` writes those of a package of `published.mjs` into a folder.
 */
import { execFileSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { pathToFileURL } from "node:url"
import { API } from "typescript/unstable/sync"
import { readModule, referencesOf } from "./declared-module.mjs"
import { libraryOf } from "./published.mjs"
import { schemaDeclarations } from "./schema-declarations.mjs"
import { ROOT } from "./source-files.mjs"
import { JSON_TYPE, TypePrinter } from "./type-printer.mjs"

/** The declarations of each entry: `[{name, text}]`, and of what those made of schemas import. Throws when a type cannot stand alone, or the sources do not compile. */
export function libraryDeclarations(library) {
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc")
  execFileSync(process.execPath, [compiler, "-b", library.folder], { cwd: ROOT, stdio: "inherit" })
  const config = join(ROOT, library.folder, "tsconfig.json")
  const api = new API({ cwd: ROOT })
  try {
    const written = new Declarations(library, api.updateSnapshot({ openProject: config }).getProject(config))
    const files = written.files()
    const schemas = library.entries.filter(({ ofSchemas }) => ofSchemas)
    return [...files, ...schemaDeclarations(library, schemas, written.exportedFirst())]
  } finally {
    api.close()
  }
}

/** Writes the declarations of a library into a folder, as `NAME.d.ts`. */
export function writeDeclarations(library, folder) {
  for (const { name, text } of libraryDeclarations(library)) {
    const path = join(folder, `${name}.d.ts`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
}

const keyOf = (source, name) => `${source}#${name}`
const isValue = ({ type }) => !/^TS(Interface|TypeAlias)Declaration$/.test(type)
const isObjectAlias = (type) => type.isUnionType() || type.isObjectType()

/** One entry's file as it comes to be. */
class EntryFile {
  name
  /** Folder whose modules may import what the library's users bring; what is needed by everyone may be imported anywhere. */
  folder
  /** What the entry exports. Of the rest only types are exported, as there is nothing else of it. */
  exported = new Set()
  texts = []
  /** Names from earlier files, by file. */
  imported = new Map()
  /** Imports of packages, by the local name. */
  packages = new Map()
  /** Values that only their types are needed of, in later files. */
  typesOnly = new Set()
  /** Exports under another name than the declaration's. */
  renamed = []
  taken = new Map()

  constructor({ name, source }) {
    this.name = name
    this.folder = `${dirname(source)}/`
  }

  add(name, text) {
    this.texts.push([name, text])
  }

  rename({ module, name }, as) {
    this.renamed.push(`${module.declared.get(name).nodes.some(isValue) ? "" : "type "}${name} as ${as}`)
  }

  use(file, name) {
    this.imported.set(file, (this.imported.get(file) ?? new Set()).add(name))
  }

  text(library) {
    const from = (file) => JSON.stringify(relative(dirname(`/${this.name}`), `/${file.name}.js`).replace(/^(?!\.)/, "./"))
    const lines = [...this.imported].flatMap(([file, names]) => {
      const given = [...names].filter((name) => this.exported.has(name)).sort()
      return [
        `import type { ${[...names].sort().join(", ")} } from ${from(file)}`,
        ...(given.length === 0 ? [] : [`export { ${given.join(", ")} } from ${from(file)}`]),
      ]
    })
    const rank = (name) => Number(this.exported.has(name))
    this.texts.sort(([a], [b]) => rank(b) - rank(a) || (a < b ? -1 : 1))
    const disposes = this.texts.some(([, text]) => text.includes("Symbol.dispose") || text.includes("Symbol.asyncDispose"))
    return [
      disposes ? '/// <reference lib="esnext.disposable" />' : "",
      `// Types of ${library.name}, entry ${this.name}; generated from its sources.`,
      [...[...this.packages.values()].sort(), ...lines].join("\n"),
      ...this.texts.map(([, text]) => text),
      this.renamed.length === 0 ? "" : `export { ${this.renamed.sort().join(", ")} }`,
      this.typesOnly.size === 0 ? "export {}" : `export type { ${[...this.typesOnly].sort().join(", ")} }`,
    ]
      .filter((part) => part !== "")
      .join("\n\n")
      .concat("\n")
  }
}

class Declarations {
  #library
  #checker
  #program
  #modules = new Map()
  #printer
  /** Where each name that a type is written by is declared. */
  #places = new Map()
  /** The file that has a declaration, by `keyOf`. */
  #owners = new Map()

  constructor(library, { checker, program }) {
    this.#library = library
    this.#checker = checker
    this.#program = program
    this.#printer = new TypePrinter(checker, this.#namedTypes())
  }

  /** Declarations of everything that the entries export, and of what those refer to. */
  files() {
    const files = this.#library.entries.filter(({ ofSchemas }) => !ofSchemas).map((entry) => this.#file(entry))
    return files.map((file) => ({ name: file.name, text: file.text(this.#library) }))
  }

  /** What the first entry exports. */
  exportedFirst() {
    return new Set(this.#module(this.#library.entries[0].source).exported.map(({ as }) => as))
  }

  #file(entry) {
    const file = new EntryFile(entry)
    this.#printer.usesJson = false
    const { exported } = this.#module(entry.source)
    const waiting = exported.map(({ from, name }) => this.#declaration(from, name))
    file.exported = new Set(exported.filter(({ name, as }) => name === as).map(({ name }) => name))
    for (const { from, name, as } of exported) if (name !== as) file.rename(this.#declaration(from, name), as)
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { source } = next.module
      const before = file.taken.get(next.name)
      if (before === source) continue
      if (before !== undefined) throw new Error(`${before} and ${source} both declare ${next.name}`)
      file.taken.set(next.name, source)
      const owner = this.#owners.get(keyOf(source, next.name))
      if (owner === undefined) waiting.push(...this.#take(file, next))
      else this.#borrow(file, owner, next)
    }
    for (const [name, source] of file.taken) {
      const key = keyOf(source, name)
      if (!this.#owners.has(key)) this.#owners.set(key, file)
    }
    if (this.#printer.usesJson) {
      const owner = this.#owners.get("Json")
      if (owner === undefined) file.add("Json", JSON_TYPE)
      else file.use(owner, "Json")
      this.#owners.set("Json", owner ?? file)
    }
    return file
  }

  /** Imports a declaration from an earlier file, which exports at least its type. */
  #borrow(file, owner, { module, name }) {
    file.use(owner, name)
    const { nodes } = module.declared.get(name)
    // Of a schema only the type is there, which is exported where it is written.
    const isWritten = nodes.some(({ type }) => type === "TSTypeAliasDeclaration")
    if (isWritten || !nodes.some(isValue) || owner.exported.has(name)) return
    if (file.exported.has(name)) throw new Error(`${name} is a value that ${owner.name} does not export, but ${file.name} does`)
    owner.typesOnly.add(name)
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
    const again = module.exported.find(({ as }) => as === name)
    if (again?.from !== undefined && again.name === name) return this.#declaration(again.from, name)
    throw new Error(`${source} does not declare ${name}`)
  }

  /** Whether a module of a file may import a package. */
  #mayImport(file, module, specifier) {
    const { everywhere, outside } = this.#library
    const is = (name) => specifier === name || specifier.startsWith(`${name}/`)
    if (everywhere.some(is)) return module.source.startsWith(join(ROOT, this.#library.folder))
    return file.name !== "index" && outside.some(is) && module.source.startsWith(file.folder)
  }

  /** Adds a declaration to a file; answers which others it needs. */
  #take(file, { module, name }) {
    const { nodes, text } = module.declared.get(name)
    const needed = []
    let foreign = false
    const { names, specifiers } = referencesOf(nodes)
    for (const specifier of specifiers)
      if (!this.#mayImport(file, module, specifier))
        throw new Error(`${module.source}: import("${specifier}") stands in ${name}; name it in the source`)
    for (const reference of names) {
      const imported = module.imported.get(reference)
      if (module.declared.has(reference)) needed.push({ module, name: reference })
      if (imported === undefined) {
        // Of a schema, whose module only says what it is made of.
        const isSchema = module.declared.get(reference)?.nodes.some(({ type }) => type === "VariableDeclaration")
        if (isSchema && !module.source.startsWith(file.folder)) foreign = true
        else if (isSchema && file.name === "index") foreign = true
      } else if (this.#mayImport(file, module, imported.specifier)) file.packages.set(reference, imported.statement)
      else if (imported.from !== undefined && imported.name === reference)
        needed.push(this.#declaration(imported.from, imported.name))
      else foreign = true
    }
    const alias = nodes.find(({ type }) => type === "TSTypeAliasDeclaration")
    if (!foreign) {
      file.add(name, nodes.some(isValue) && !file.exported.has(name) ? text.replace(/^export /gm, "") : text)
      return needed
    }
    if (alias === undefined || alias.typeParameters)
      throw new Error(`${module.source}: ${name} needs types that are not published`)
    const used = new Set()
    const doc = /^\/\*\*[^]*?\*\/\n/.exec(text)?.[0] ?? ""
    const written = this.#printer.declared(this.#typeOf(module.source, name), name, used)
    // The name of JSON's own type, which is declared once.
    if (written !== name) file.add(name, `${doc}export type ${name} = ${written}`)
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
        if (!isObjectAlias(type)) continue
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
  const [, , name, folder] = process.argv
  if (folder === undefined) throw new Error("usage: declarations.mjs NAME FOLDER")
  writeDeclarations(libraryOf(name), folder)
}
