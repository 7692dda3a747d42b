/**
 * The test files that arguments of `npm test` choose, and what they need, found before anything is installed.
 *
 * A file needs the browser or a real agent when it imports, directly or through other files, one of the two modules that
 * find them.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative, resolve, sep } from "node:path"
import { fileURLToPath } from "node:url"

const ROOT = fileURLToPath(new URL("..", import.meta.url))
const FINDERS = ["testkit/src/agents/heavy.ts", "tests/browser/chromium.ts"].map((path) => join(ROOT, path))
const IMPORT = /\bfrom "([^"]+)"|\bimport\("([^"]+)"\)/g

/** Every test file, as a path relative to the repository with `/`. */
export function testFiles() {
  const found = []
  const look = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory() && !["node_modules", "dist"].includes(entry.name)) look(join(folder, entry.name))
      else if (entry.name.endsWith(".test.ts")) found.push(relative(ROOT, join(folder, entry.name)).split(sep).join("/"))
    }
  }
  for (const room of ["packages", "apps", "testkit", "bench", "conformance", "tests"]) look(join(ROOT, room))
  return found
}

/** The kind of a test file, which is the name of the project that runs it. */
export function kindOf(path) {
  return /^tests\/(\w+)\//.exec(path)?.[1] ?? /\.(contract|system|browser|faults|agents)\.test\.ts$/.exec(path)?.[1] ?? "unit"
}

/** The paths among arguments, or `undefined` when an option may have one of them as its value. */
export function pathsIn(args) {
  const options = args.filter((arg) => arg.startsWith("-"))
  if (options.some((option) => !option.includes("="))) return undefined
  return args.filter((arg) => !options.includes(arg))
}

/** The files that a path chooses, as vitest does: its text is a part of theirs, in any case; a line after `:` is left aside. */
export function matching(files, path) {
  const plain = path.replace(/:\d+$/, "")
  const inside = relative(ROOT, resolve(plain)).split(sep).join("/")
  const wanted = [plain, inside].filter((text) => text !== "").map((text) => text.toLowerCase())
  return files.filter((file) => wanted.some((text) => file.toLowerCase().includes(text)))
}

/** Whether one of the files needs what tests/heavy installs. */
export function needHeavy(files) {
  const seen = new Set()
  const reaches = (path) => {
    if (FINDERS.includes(path)) return true
    if (seen.has(path) || !existsSync(path)) return false
    seen.add(path)
    return [...readFileSync(path, "utf8").matchAll(IMPORT)].some(([, named, loaded]) => {
      const target = placeOf(named ?? loaded, path)
      return target !== undefined && reaches(target)
    })
  }
  return files.some((file) => reaches(join(ROOT, file)))
}

/** The file of an import, where it may lead to a real agent: beside its importer, or in the testkit. */
function placeOf(name, importer) {
  if (name.startsWith(".")) return resolve(dirname(importer), name)
  const inTestkit = /^@holdfast\/testkit\/(.+)$/.exec(name)?.[1]
  return inTestkit === undefined ? undefined : join(ROOT, "testkit/src", `${inTestkit}.ts`)
}
