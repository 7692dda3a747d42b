/** The types that packages/protocol exports, as the compiler sees them, with their comments. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { API } from "typescript/unstable/sync"
import { ROOT } from "../source-files.mjs"
import { JSON_TYPE, TypePrinter } from "../type-printer.mjs"

const PROJECT = join(ROOT, "packages/protocol/tsconfig.json")
const SOURCE = "/packages/protocol/src/"

/** Calls `use` with the types; the compiler is closed afterwards. */
export function withProtocolTypes(use) {
  const api = new API({ cwd: ROOT })
  try {
    return use(new ProtocolTypes(api.updateSnapshot({ openProject: PROJECT }).getProject(PROJECT)))
  } finally {
    api.close()
  }
}

class ProtocolTypes {
  #checker
  #types = new Map()
  #printer
  /** Paths of the sources. */
  sources

  constructor({ checker, program }) {
    this.#checker = checker
    this.sources = program.getSourceFileNames().filter((path) => path.includes(SOURCE))
    for (const source of this.sources) {
      const module = checker.getSymbolAtLocation(program.getSourceFile(source))
      const names = [...readFileSync(source, "utf8").matchAll(/^export (?:type|interface) (\w+)(?! *<)\b/gm)].map(
        ([, name]) => name,
      )
      for (const symbol of module === undefined ? [] : checker.getExportsOfModule(module)) {
        if (names.includes(symbol.name)) this.#types.set(symbol.name, checker.getDeclaredTypeOfSymbol(symbol))
      }
    }
    const named = [...this.#types].filter(([name, type]) => !/^Event/.test(name) && (type.isUnionType() || type.isObjectType()))
    this.#printer = new TypePrinter(checker, new Map(named.map(([name, type]) => [type.id, name])))
  }

  has(name) {
    return this.#types.has(name)
  }

  /** The type of a name, written out; names that it uses are put into `used`. */
  declared(name, used) {
    return plain(this.#printer.declared(this.#types.get(name), name, used))
  }

  /** The properties of an object's type: each with its name, comment and type, written out. */
  properties(name, used) {
    return this.#checker.getPropertiesOfType(this.#types.get(name)).map((symbol) => ({
      name: symbol.name,
      comment: symbol.getDocumentationComment(this.#checker).replace(/\s+/g, " ").trim(),
      text: plain(this.#printer.declared(this.#checker.getTypeOfSymbol(symbol), symbol.name, used)),
    }))
  }

  /** Declarations of names, and of all that they use, by name. */
  declarations(names) {
    const used = new Set(names)
    const texts = new Map()
    for (const name of used) if (!texts.has(name)) texts.set(name, `type ${name} = ${this.declared(name, used)}`)
    if (this.#printer.usesJson) texts.set("Json", plain(JSON_TYPE.replace("export ", "")))
    return [...texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text)
  }
}

/** A text in a block of code. */
export const fenced = (text) => `\`\`\`ts\n${text}\n\`\`\`\n`

/** A type without what says nothing about JSON; the members of a union that are objects each begin a line. */
const plain = (text) =>
  text
    .replaceAll("readonly ", "")
    .replaceAll("ReadonlyArray<", "Array<")
    .replaceAll(/undefined \| | \| undefined/g, "")
    .replaceAll(/^( *)\} \| \{$/gm, "$1}\n$1| {")
