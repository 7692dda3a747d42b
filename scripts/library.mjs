/**
 * Bundles a library of `published.mjs`: its entries, which share what they have in common, and the page's file, which is
 * whole.
 */
import { basename, dirname } from "node:path"
import { bundle, textModule } from "./bundle.mjs"
import { publicSpecifier, publishedNamed } from "./published.mjs"

const OPTIONS = {
  platform: "browser",
  target: "es2024",
  // What tells the bundlers of pages which calls they may leave out stays.
  comments: { legal: false, annotation: true, jsdoc: false },
}

/**
 * Modules of Node are looked for at run time, where there is Node; peers and other libraries are imported, ours as their users
 * do.
 */
function outsideOf({ outside }) {
  const isOutside = (id) => id.startsWith("node:") || outside.some((name) => id === name || id.startsWith(`${name}/`))
  return {
    name: "outside",
    resolveId(id) {
      const ours = /^@holdfast\/[^/]+/.exec(id)?.[0]
      if (ours !== undefined && publishedNamed(ours)?.form === "library") return { id: publicSpecifier(id), external: true }
      return isOutside(id) ? { id, external: true } : undefined
    },
  }
}

/** The entries, and in `chunk-HASH.js` what several need, below `outdir`. Lines stay, as errors show them. */
export function bundleEntries(library, outdir) {
  const input = Object.fromEntries(library.entries.map(({ name, source }) => [name, source]))
  return bundle({ ...OPTIONS, input, outdir, splitting: true, plugins: [outsideOf(library)] })
}

/** A module with all exports of several entries, as options of `bundle`. */
function joined(library, names, name) {
  const exported = library.entries.filter((entry) => names.includes(entry.name))
  const code = exported.map(({ source }) => `export * from ${JSON.stringify(source)}`).join("\n")
  const id = "holdfast:joined"
  return { input: { [name]: id }, plugins: [textModule(id, code), outsideOf(library)] }
}

/** Several entries as one file that needs no other of the library. `minify` makes it small. */
export function bundleWhole(library, names, outfile, { minify }) {
  const options = joined(library, names, basename(outfile, ".js"))
  return bundle({ ...OPTIONS, ...options, outdir: dirname(outfile), splitting: false, ...(minify ? { minify } : {}) })
}

/** What a page loads for several entries, minified: their code as `contents`, without what is only loaded when it is needed, and the bytes of each module in it. */
export async function bundleLoaded(library, names) {
  const files = await bundle({ ...OPTIONS, ...joined(library, names, "page"), outdir: "out", splitting: true, minify: true })
  const loaded = new Set(files.filter(({ isEntry }) => isEntry))
  for (const { imports } of loaded) for (const file of files) if (imports.includes(file.path)) loaded.add(file)
  return {
    contents: Buffer.concat([...loaded].map(({ contents }) => contents)),
    modules: [...loaded].flatMap(({ modules }) => modules),
  }
}
