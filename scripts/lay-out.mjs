/**
 * Lays out what is published, each package in a folder as its tarball has it: `holdfast` (bundle, starter, app, description
 * of the API, client library), and the packages of `published.mjs`.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { EXTERNAL } from "./build.mjs"
import { publishedApp } from "./build-app.mjs"
import { writeDeclarations } from "./declarations.mjs"
import { bundleEntries, bundleWhole } from "./library.mjs"
import { layOutModules } from "./pack-modules.mjs"
import { entriesOf, libraryOf, publishedManifest, publishedNamed, publishedReadme, workspaceManifest } from "./published.mjs"

const ROOT = fileURLToPath(new URL("..", import.meta.url))
const CLI = join(ROOT, "apps/cli")
const CLIENT = "@holdfast/client"
const readJson = (path) => JSON.parse(readFileSync(path, "utf8"))

/** Packages that are installed with it: what the bundle does not hold, and the sockets that programs of older Nodes give to the client. */
const BESIDE = [...EXTERNAL, "ws"]

/** Entries of the client library below `holdfast/client`. */
const clientExports = () =>
  Object.fromEntries(
    entriesOf(publishedNamed(CLIENT)).map(({ path, name }) => [
      `./client${path.slice(1)}`,
      { types: `./dist/client/${name}.d.ts`, default: `./dist/client/${name}.js` },
    ]),
  )

/** The manifest: exact versions of what the bundle loads at run time, no links to the workspace. */
function manifest() {
  const { name, version, description, license, dependencies } = readJson(join(CLI, "package.json"))
  const { optionalDependencies } = readJson(join(ROOT, "package.json"))
  const { peerDependencies, peerDependenciesMeta } = publishedManifest(publishedNamed(CLIENT))
  return {
    name,
    version,
    description,
    license,
    type: "module",
    bin: { holdfast: "bin/holdfast.mjs" },
    exports: { ...clientExports(), "./openapi.json": "./openapi.json", "./package.json": "./package.json" },
    files: ["bin", "dist", "openapi.json"],
    engines: { node: ">=18" },
    dependencies: Object.fromEntries(Object.entries(dependencies).filter(([dependency]) => BESIDE.includes(dependency))),
    optionalDependencies,
    ...(peerDependencies === undefined ? {} : { peerDependencies, peerDependenciesMeta }),
  }
}

/** Writes `holdfast` to `folder`; expects a build. */
export async function layOut(folder) {
  const built = join(CLI, "dist/build.json")
  if (!existsSync(built)) throw new Error("there is no build; run `npm run build` first")
  mkdirSync(folder, { recursive: true })
  for (const file of readJson(built).files) cpSync(join(CLI, "dist", file), join(folder, "dist", file))
  const app = publishedApp()
  for (const file of app.paths) cpSync(join(CLI, "dist", file), join(folder, "dist", file))
  writeFileSync(join(folder, "dist", app.list.path), app.list.text)
  cpSync(join(CLI, "bin"), join(folder, "bin"), { recursive: true })
  chmodSync(join(folder, "bin/holdfast.mjs"), 0o755)
  for (const document of ["LICENSE", "README.md"]) {
    if (existsSync(join(ROOT, document))) cpSync(join(ROOT, document), join(folder, document))
  }
  writeJson(join(folder, "package.json"), manifest())
  writeDeclarations(libraryOf(CLIENT), join(folder, "dist/client"))
  // For programs; without the lines it has half the size.
  writeFileSync(join(folder, "openapi.json"), `${JSON.stringify(await apiDescription(manifest().version))}\n`)
  const missing = BESIDE.filter((name) => !(name in manifest().dependencies))
  if (missing.length > 0) throw new Error(`apps/cli/package.json does not have ${missing.join(", ")} among its dependencies`)
}

const writeJson = (path, value) => writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`)

/** What a hub of a version answers at `/openapi.json`; the sources say it, which a new enough Node runs as they are. */
async function apiDescription(version) {
  const { describeApi } = await import(pathToFileURL(join(ROOT, "packages/doors/src/http/openapi.ts")).href)
  return describeApi(version)
}

/** Writes a package of `published.mjs` to `folder`. */
export async function layOutPublished(one, folder) {
  mkdirSync(join(folder, "dist"), { recursive: true })
  writeJson(join(folder, "package.json"), publishedManifest(one))
  writeFileSync(join(folder, "README.md"), publishedReadme(one))
  cpSync(join(ROOT, "LICENSE"), join(folder, "LICENSE"))
  if (one.form === "modules") return layOutModules(one, folder)
  const library = libraryOf(workspaceManifest(one).name)
  const dist = join(folder, "dist")
  const built = [await bundleEntries(library, dist)]
  if (one.page !== undefined) built.push(await bundleWhole(library, ["index"], join(dist, one.page), { minify: true }))
  for (const { contents, path } of built.flat()) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, contents)
  }
  writeDeclarations(library, dist)
}
