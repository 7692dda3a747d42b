/**
 * What is published beside `holdfast`: packages of this repository, each as a tarball of its own.
 *
 * A new package joins with a line in `PUBLISHED`; what its manifest says follows from that of the workspace. Two forms:
 *
 * - `modules`: each source becomes a module, with the entries of the workspace's `exports`. Packages of ours and of npm are
 *   dependencies.
 * - `library`: the `entries` that the workspace's `exports` have are bundled for browsers, with the packages of form
 *   `modules` inside and types that stand alone; other entries are for this repository alone. Beside them, the whole first
 *   entry is one file for pages without a bundler, named by `page`. The users of an entry in `ofSchemas` have the library that
 *   schemas are made with, and get types that are made of them.
 */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { ROOT } from "./source-files.mjs"

/** The packages, each after those that it depends on. */
export const PUBLISHED = [
  { folder: "packages/protocol", form: "modules" },
  { folder: "packages/core", form: "modules" },
  {
    folder: "packages/client",
    form: "library",
    entries: [".", "./outbox", "./model", "./cache", "./ai-sdk", "./effect"],
    ofSchemas: ["./effect"],
    page: "holdfast-client.js",
    readme: "docs/CLIENT.md",
  },
  { folder: "conformance", form: "modules" },
  { folder: "packages/react", form: "library", entries: ["."], readme: "docs/react/README.md" },
]

const readJson = (path) => JSON.parse(readFileSync(join(ROOT, path), "utf8"))

/** The manifest of a package in the workspace. */
export function workspaceManifest({ folder }) {
  return readJson(`${folder}/package.json`)
}

/** The published package of a name, such as `@holdfast/client`. */
export function publishedNamed(name) {
  return PUBLISHED.find((one) => workspaceManifest(one).name === name)
}

/** Whether a package of ours goes into the bundles of a library; another library never does, so that it is there once. */
export function isBundled(name) {
  return publishedNamed(name)?.form === "modules"
}

/** The entries of a library: `{path, name, source, ofSchemas}`, the first one `.`, whose name is `index`. */
export function entriesOf(library) {
  const { exports } = workspaceManifest(library)
  return library.entries
    .filter((path) => path in exports)
    .map((path) => ({
      path,
      name: path === "." ? "index" : path.slice(2),
      source: join(ROOT, library.folder, exports[path]),
      ofSchemas: library.ofSchemas?.includes(path) === true,
    }))
}

/** Everything about a library by the name of its package; throws when it is none. */
export function libraryOf(name) {
  const library = publishedNamed(name)
  if (library?.form !== "library") throw new Error(`${name} is not a library in scripts/published.mjs`)
  const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta: meta = {} } = workspaceManifest(library)
  const outside = Object.keys({ ...dependencies, ...peerDependencies }).filter((one) => !isBundled(one))
  return {
    ...library,
    name,
    entries: entriesOf(library),
    /** Packages that stay imports. */
    outside,
    /** Those of them that every user of the library has. */
    everywhere: outside.filter((one) => meta[one]?.optional !== true),
  }
}

/**
 * What users of a published package import in place of an import of this repository: what only this repository may import of
 * a library is in its first entry too.
 */
export function publicSpecifier(specifier) {
  const [, name, path] = /^(@holdfast\/[^/]+)(\/.+)?$/.exec(specifier) ?? []
  const one = name === undefined ? undefined : publishedNamed(name)
  return one?.form === "library" && path !== undefined && !entriesOf(one).some((entry) => entry.path === `.${path}`)
    ? name
    : specifier
}

/** The source of a module that is imported by the name of its package; `undefined` for a package of others. */
export function workspaceSource(specifier) {
  const [, room, path] = /^@holdfast\/([^/]+)(\/.+)?$/.exec(specifier) ?? []
  const folder = `packages/${room}`
  if (room === undefined || !existsSync(join(ROOT, folder, "package.json"))) return undefined
  const exports = Object.entries(workspaceManifest({ folder }).exports)
  const named = exports.find(([entry]) => entry === `.${path ?? ""}`)?.[1]
  const open = exports.find(([entry]) => entry === "./*")?.[1]
  const file = named ?? (path === undefined ? undefined : open?.replace("*", path.slice(1)))
  return file === undefined ? undefined : join(ROOT, folder, file)
}

/** Puts built files in place of sources: `./src/a/*.ts` becomes `./dist/a/*.js` with its types before it. */
const builtExport = (file) => {
  const path = file.replace(/^\.\/src\//, "./dist/").replace(/\.tsx?$/, "")
  return { types: `${path}.d.ts`, default: `${path}.js` }
}

const libraryExports = (library) =>
  Object.fromEntries(
    entriesOf(library).map(({ path, name }) => [path, { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` }]),
  )

const moduleExports = (exports) => Object.fromEntries(Object.entries(exports).map(([path, file]) => [path, builtExport(file)]))

/**
 * The manifest of a published package. A peer that not everyone needs accepts any version, so that it never keeps the
 * package from being installed (C-18).
 */
export function publishedManifest(one) {
  const own = workspaceManifest(one)
  const isLibrary = one.form === "library"
  const dependencies = Object.entries(own.dependencies ?? {}).filter(([name]) => !isLibrary || !isBundled(name))
  const optional = own.peerDependenciesMeta ?? {}
  const peers = Object.entries(own.peerDependencies ?? {}).map(([name, range]) => [
    name,
    optional[name]?.optional === true ? "*" : range,
  ])
  const bin = Object.entries(own.bin ?? {}).map(([name, file]) => [name, builtExport(file).default])
  return {
    name: own.name,
    version: own.version,
    description: own.description,
    license: own.license,
    type: "module",
    sideEffects: false,
    ...(bin.length === 0 ? {} : { bin: Object.fromEntries(bin) }),
    exports: {
      ...(isLibrary ? libraryExports(one) : moduleExports(own.exports)),
      ...(one.page === undefined ? {} : { [`./${one.page}`]: `./dist/${one.page}` }),
      "./package.json": "./package.json",
    },
    ...(one.page === undefined ? {} : { unpkg: `./dist/${one.page}`, jsdelivr: `./dist/${one.page}` }),
    files: ["dist"],
    engines: { node: ">=18" },
    ...(dependencies.length === 0 ? {} : { dependencies: Object.fromEntries(dependencies) }),
    ...(peers.length === 0 ? {} : { peerDependencies: Object.fromEntries(peers), peerDependenciesMeta: optional }),
  }
}

/** What its page in a registry says: a guide of this repository where there is one, without links into the repository. */
export function publishedReadme(one) {
  const { name, description } = workspaceManifest(one)
  if (one.readme !== undefined && existsSync(join(ROOT, one.readme))) {
    const guide = readFileSync(join(ROOT, one.readme), "utf8")
    return guide.replace(/\[([^\]]+)\]\((?!https?:|#)[^)]*\)/g, "$1")
  }
  return `# ${name}\n\n${description}\n\nPart of Holdfast, a session server for AI agents and terminals.\n`
}
