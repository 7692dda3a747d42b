/** Lays out the published package `holdfast` in a folder: bundle, starter, types of the client, and a manifest of its own. */
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { clientDeclarations } from "./client-declarations.mjs"

const ROOT = fileURLToPath(new URL("..", import.meta.url))
const CLI = join(ROOT, "apps/cli")
const readJson = (path) => JSON.parse(readFileSync(path, "utf8"))

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
      "./client": { types: "./types/client.d.ts", default: "./dist/client.js" },
      "./package.json": "./package.json",
    },
    files: ["bin", "dist", "types"],
    engines: { node: ">=18" },
    dependencies: Object.fromEntries(Object.entries(dependencies).filter(([dependency]) => !bundled(dependency))),
    optionalDependencies: root.optionalDependencies,
  }
}

/** Writes the package to `folder`; expects a build. */
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
  mkdirSync(join(folder, "types"))
  writeFileSync(join(folder, "types/client.d.ts"), clientDeclarations())
  const strays = Object.keys(manifest().dependencies).filter((name) => name.startsWith("@holdfast/"))
  if (strays.length > 0) throw new Error(`workspace links in ${relative(ROOT, folder)}: ${strays.join(", ")}`)
}
