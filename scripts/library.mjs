/**
 * Bundles a library of `published.mjs` with esbuild: its entries, which share what they have in common, and the page's
 * file, which is whole.
 */
import { join } from "node:path"
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

const bundle = async (options) => {
  const { build } = await import("esbuild")
  return build({ ...OPTIONS, ...options })
}

/** The entries, and in `chunk-HASH.js` what several need; paths of the output are below `outdir`. Names stay as written. */
export function bundleEntries(library, outdir) {
  return bundle({
    entryPoints: library.entries.map(({ name, source }) => ({ in: source, out: name })),
    outdir,
    splitting: true,
    chunkNames: "chunk-[hash]",
    external: outsideOf(library),
    minifySyntax: true,
    minifyWhitespace: true,
  })
}

/** Several entries as one file that needs no other of the library. `minify` shortens the names too. */
export function bundleWhole(library, names, outfile, { minify }) {
  const contents = library.entries
    .filter(({ name }) => names.includes(name))
    .map(({ source }) => `export * from ${JSON.stringify(source)}`)
    .join("\n")
  return bundle({
    stdin: { contents, resolveDir: join(ROOT, library.folder), loader: "ts" },
    outfile,
    external: outsideOf(library),
    minifySyntax: true,
    minifyWhitespace: true,
    minifyIdentifiers: minify,
  })
}
