/**
 * Bundles with rolldown, the bundler that Vite brings for the app: what the programs and the libraries have in common
 * (decision 0067).
 */
import { join } from "node:path"
import { ROOT } from "./source-files.mjs"

/** Names of chunks: the hash has only these letters, so that they are the same where a file system does not tell cases apart. */
const CHUNK = /[\\/]chunk-[a-z0-9]{8}\.js$/

/** Whether a path is that of a chunk, which other builds leave alone. Those of releases before had capitals. */
export const isChunk = (path) => CHUNK.test(path) || /[\\/]chunk-[A-Z0-9]{8}\.js$/.test(path)

/** A module of text, for `input`: what is imported by `id`. */
export function textModule(id, code) {
  return {
    name: `text of ${id}`,
    resolveId: (specifier) => (specifier === id ? `\0${id}` : undefined),
    load: (path) => (path === `\0${id}` ? { code, moduleType: "js" } : undefined),
  }
}

/**
 * Bundles without writing. Resolves with the files, entries first: `{path, contents, map, isEntry, imports, dynamic, outside, modules}`. `imports`
 * are the files that one loads at once and `dynamic` those that it loads later, by their paths; `outside` are specifiers that stay
 * imports; `modules` are pairs of a source and its bytes.
 */
export async function bundle({ outdir, splitting, minify = "dce-only", comments, sourcemap = false, target, ...input }) {
  const { rolldown } = await import("rolldown")
  const made = await rolldown({
    cwd: ROOT,
    logLevel: "silent",
    tsconfig: false,
    transform: { target, jsx: "react-jsx" },
    // No module of ours or of the packages counts on a property being read: else a quarter more of Effect is loaded.
    treeshake: { propertyReadSideEffects: false },
    ...input,
  })
  try {
    const { output } = await made.generate({
      dir: outdir,
      format: "esm",
      // One letter beyond Latin doubles what V8 keeps of a file.
      charset: "ascii",
      entryFileNames: "[name].js",
      chunkFileNames: "chunk-[hash].js",
      hashCharacters: "base36",
      codeSplitting: splitting,
      minify,
      comments,
      sourcemap: sourcemap && "hidden",
    })
    const chunks = output.filter(({ type }) => type === "chunk")
    const names = new Set(chunks.map(({ fileName }) => fileName))
    const pathOf = (name) => join(outdir, name)
    return chunks.map((chunk) => ({
      path: pathOf(chunk.fileName),
      contents: Buffer.from(chunk.code),
      map: chunk.map ?? undefined,
      isEntry: chunk.isEntry,
      imports: chunk.imports.filter((name) => names.has(name)).map(pathOf),
      dynamic: chunk.dynamicImports.filter((name) => names.has(name)).map(pathOf),
      outside: [...chunk.imports, ...chunk.dynamicImports].filter((name) => !names.has(name)),
      modules: Object.entries(chunk.modules).map(([source, { renderedLength }]) => [source, renderedLength]),
    }))
  } finally {
    await made.close()
  }
}
