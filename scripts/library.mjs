/**
 * Bundles a library of `published.mjs` with esbuild: its entries, which share what they have in common, and the page's
 * file, which is whole.
 */
import { join } from "node:path"
import { publicSpecifier, publishedNamed } from "./published.mjs"
import { ROOT } from "./source-files.mjs"

const OPTIONS = {
  absWorkingDir: ROOT,
  bundle: true,
  write: false,
  format: "esm",
  platform: "browser",
  target: "es2024",
  treeShaking: true,
  legalComments: "none",
  sourcemap: false,
  jsx: "automatic",
  logLevel: "silent",
  metafile: true,
}

/** Modules of Node are looked for at run time, where there is Node; peers and other libraries are imported. */
const outsideOf = ({ outside }) => ["node:*", ...outside.flatMap((name) => [name, `${name}/*`])]

/** Other libraries of ours are imported as their users do. */
const LIBRARIES = {
  name: "libraries",
  setup(bundler) {
    bundler.onResolve({ filter: /^@holdfast\// }, ({ path }) => {
      const name = path.split("/").slice(0, 2).join("/")
      return publishedNamed(name)?.form === "library" ? { path: publicSpecifier(path), external: true } : undefined
    })
  },
}

const bundle = async (options) => {
  const { build } = await import("esbuild")
  return build({ ...OPTIONS, plugins: [LIBRARIES], ...options })
}

/** The entries, and in `chunk-HASH.js` what several need; paths of the output are below `outdir`. Lines stay, as errors show them. */
export function bundleEntries(library, outdir) {
  return bundle({
    entryPoints: library.entries.map(({ name, source }) => ({ in: source, out: name })),
    outdir,
    splitting: true,
    chunkNames: "chunk-[hash]",
    external: outsideOf(library),
  })
}

/** A module with all exports of several entries. */
const joined = (library, names) => ({
  contents: library.entries
    .filter(({ name }) => names.includes(name))
    .map(({ source }) => `export * from ${JSON.stringify(source)}`)
    .join("\n"),
  resolveDir: join(ROOT, library.folder),
  loader: "ts",
})

/** Several entries as one file that needs no other of the library. `minify` makes it small. */
export function bundleWhole(library, names, outfile, { minify }) {
  return bundle({ stdin: joined(library, names), outfile, external: outsideOf(library), minify })
}

/** What a page loads for several entries, minified: their code as `contents`, without what is only loaded when it is needed, and the bytes of each module in it. */
export async function bundleLoaded(library, names) {
  const options = { stdin: joined(library, names), outdir: "out", splitting: true, external: outsideOf(library), minify: true }
  const { metafile, outputFiles } = await bundle(options)
  const { outputs } = metafile
  const loaded = new Set(Object.keys(outputs).filter((path) => outputs[path].entryPoint === "<stdin>"))
  for (const path of loaded) {
    for (const { path: other, kind } of outputs[path].imports)
      if (kind === "import-statement" && other in outputs) loaded.add(other)
  }
  const contents = outputFiles.filter(({ path }) => [...loaded].some((name) => path.endsWith(name))).map((file) => file.contents)
  const modules = [...loaded].flatMap((path) =>
    Object.entries(outputs[path].inputs).map(([name, { bytesInOutput }]) => [name, bytesInOutput]),
  )
  return { contents: Buffer.concat(contents), modules }
}
