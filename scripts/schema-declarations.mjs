/**
 * The declarations of entries whose users have the library that schemas are made with: module by module as the compiler emitted
 * them, with everything of this repository that they import beside them, in `types/`.
 *
 * What the library's first entry exports is imported from there, so that a class is one class whichever entry names it.
 */
import { existsSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { parseSync } from "oxc-parser"
import { emittedOf } from "./declared-module.mjs"
import { isBundled, workspaceSource } from "./published.mjs"
import { ROOT } from "./source-files.mjs"

const SPECIFIER = /((?:\bfrom|\bimport|\bimport\()\s*)"([^"]+)"/g

/** Where the declarations of a source are, below the library's folder of built files and without their ending. */
const placeOf = (source) =>
  `types/${relative(join(ROOT, "packages"), source)
    .replace("/src/", "/")
    .replace(/\.tsx?$/, "")}`

/** Source of a module of this repository; `undefined` for one that users have. */
function sourceOf(specifier, from) {
  if (specifier.startsWith(".")) return join(dirname(from), specifier)
  return isBundled(specifier.split("/").slice(0, 2).join("/")) ? workspaceSource(specifier) : undefined
}

/** Specifiers of the imports of a module whose names are all among `names`. */
function importsOf(path, text, names) {
  const { program } = parseSync(path, text)
  const imports = program.body.filter(({ type }) => type === "ImportDeclaration")
  const isThere = ({ specifiers }) => specifiers.every(({ imported }) => names.has(imported?.name))
  return new Set(imports.filter(isThere).map(({ source }) => source.value))
}

/** The files of entries: `[{name, text}]`. `exported` are the names that the first entry exports. */
export function schemaDeclarations(library, entries, exported) {
  const own = join(ROOT, library.folder, "src/")
  const files = new Map()
  const waiting = entries.map(({ source }) => source)
  for (let source = waiting.pop(); source !== undefined; source = waiting.pop()) {
    if (files.has(source)) continue
    const path = emittedOf(source)
    if (!existsSync(path)) throw new Error(`${source} has no declarations`)
    const text = readFileSync(path, "utf8")
    const place = placeOf(source)
    const whole = source.startsWith(own) ? importsOf(path, text, exported) : new Set()
    const written = text.replace(SPECIFIER, (found, before, specifier) => {
      const target = sourceOf(specifier, source)
      if (target === undefined) return found
      const isFirst = target.startsWith(own) && whole.has(specifier)
      if (!isFirst) waiting.push(target)
      const to = relative(dirname(`/${place}`), `/${isFirst ? "index" : placeOf(target)}.js`)
      return `${before}"${to.startsWith(".") ? to : `./${to}`}"`
    })
    files.set(source, { name: place, text: written })
  }
  const first = entries.map(({ name, source }) => {
    const to = relative(dirname(`/${name}`), `/${placeOf(source)}.js`)
    return { name, text: `export * from "${to.startsWith(".") ? to : `./${to}`}"\n` }
  })
  return [...first, ...files.values()]
}
