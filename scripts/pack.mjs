/** Lays out the published package `holdfast` in a folder: bundle, starter, types of the client, and a manifest of its own. */
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { dirname as folderOf, join as joinUrl, relative as relativeUrl } from "node:path/posix"
import { fileURLToPath } from "node:url"

const ROOT = fileURLToPath(new URL("..", import.meta.url))
const CLI = join(ROOT, "apps/cli")
const readJson = (path) => JSON.parse(readFileSync(path, "utf8"))

/** Rooms whose types a user of the client sees. */
const TYPED = ["protocol", "core", "client"]

/** The manifest: exact versions of what the bundle loads at run time, no links to the workspace. */
function manifest() {
  const { name, version, description, license, dependencies } = readJson(join(CLI, "package.json"))
  const root = readJson(join(ROOT, "package.json"))
  const bundled = (dependency) =>
    dependency.startsWith("@holdfast/") || dependency.startsWith("@effect/") || dependency === "effect"
  return {
    name,
    version,
    description,
    license,
    type: "module",
    bin: { holdfast: "bin/holdfast.mjs" },
    exports: {
      "./client": { types: "./types/client/index.d.ts", default: "./dist/client.js" },
      "./package.json": "./package.json",
    },
    files: ["bin", "dist", "types"],
    engines: { node: ">=18" },
    dependencies: Object.fromEntries(Object.entries(dependencies).filter(([dependency]) => !bundled(dependency))),
    optionalDependencies: root.optionalDependencies,
    peerDependencies: { effect: dependencies.effect },
    peerDependenciesMeta: { effect: { optional: true } },
  }
}

/** Declarations that the client's reach, with imports that work in the published layout. */
function declarations(to) {
  const seen = new Set()
  const waiting = ["client/index"]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name)) continue
    seen.add(name)
    const [room = "", ...rest] = name.split("/")
    const source = join(ROOT, "packages", room, "dist/types", `${rest.join("/")}.d.ts`)
    const text = readFileSync(source, "utf8").replace(
      /((?:from|import)\s*\(?\s*")([^"]+)(")/g,
      (whole, before, specifier, after) => {
        const workspace = specifier.match(/^@holdfast\/([^/]+)\/(.+)$/)
        const target = workspace
          ? `${workspace[1]}/${workspace[2]}`
          : specifier.startsWith(".")
            ? joinUrl(folderOf(name), specifier).replace(/\.ts$/, "")
            : undefined
        if (target === undefined) return whole
        if (!TYPED.includes(target.split("/")[0])) throw new Error(`${name}: types of ${specifier} are not published`)
        waiting.push(target)
        const path = relativeUrl(folderOf(name), target)
        return `${before}${path.startsWith(".") ? path : `./${path}`}.js${after}`
      },
    )
    const file = join(to, `${name}.d.ts`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  return seen.size
}

/** Writes the package to `folder`; expects a build and `tsc -b`. Gives the number of declaration files. */
export function layOut(folder) {
  const built = join(CLI, "dist/build.json")
  if (!existsSync(built)) throw new Error("there is no build; run `npm run build` first")
  mkdirSync(folder, { recursive: true })
  for (const file of readJson(built).files) cpSync(join(CLI, "dist", file), join(folder, "dist", file))
  cpSync(join(CLI, "bin"), join(folder, "bin"), { recursive: true })
  chmodSync(join(folder, "bin/holdfast.mjs"), 0o755)
  for (const document of ["LICENSE", "README.md"]) {
    if (existsSync(join(ROOT, document))) cpSync(join(ROOT, document), join(folder, document))
  }
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest(), null, 2)}\n`)
  const count = declarations(join(folder, "types"))
  const strays = Object.keys(manifest().dependencies).filter((name) => name.startsWith("@holdfast/"))
  if (strays.length > 0) throw new Error(`workspace links in ${relative(ROOT, folder)}: ${strays.join(", ")}`)
  return count
}
