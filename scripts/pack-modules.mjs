/** Lays out a package whose sources are published one by one: modules without types, and the declarations beside them. */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { publicSpecifier } from "./published.mjs"
import { ROOT } from "./source-files.mjs"

/** Imports of files beside, whose names end in `.ts` in the sources and in the emitted declarations. */
const BESIDE = /((?:\bfrom|\bimport|\bimport\()\s*"\.\.?\/[^"]+?)\.tsx?"/g

/** Imports of packages of ours. */
const OURS = /((?:\bfrom|\bimport|\bimport\()\s*)"(@holdfast\/[^"]+)"/g

function* sourcesIn(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    // Suites that the tests of this repository share.
    if (entry.isDirectory() && entry.name !== "contract") yield* sourcesIn(path)
    else if (/\.tsx?$/.test(entry.name)) yield path
  }
}

/** Writes `dist` of a package below `folder`. */
export async function layOutModules(one, folder) {
  const { transform } = await import("rolldown/utils")
  execFileSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-b", one.folder], {
    cwd: ROOT,
    stdio: "inherit",
  })
  const sources = join(ROOT, one.folder, "src")
  const types = ["dist/types/src", "dist/types"].map((path) => join(ROOT, one.folder, path)).find((path) => existsSync(path))
  for (const path of sourcesIn(sources)) {
    const name = relative(sources, path).replace(/\.tsx?$/, "")
    const { code, errors } = await transform(path, readFileSync(path, "utf8"), {
      target: "es2024",
      tsconfig: false,
      typescript: { onlyRemoveTypeImports: true },
    })
    if (errors.length > 0) throw new Error(`${path}: ${errors.map(({ message }) => message).join("; ")}`)
    write(join(folder, "dist", `${name}.js`), code)
    write(join(folder, "dist", `${name}.d.ts`), readFileSync(join(types, `${name}.d.ts`), "utf8"))
  }
}

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true })
  const beside = text.replace(BESIDE, '$1.js"')
  writeFileSync(
    path,
    beside.replace(OURS, (_, before, specifier) => `${before}"${publicSpecifier(specifier)}"`),
  )
}
