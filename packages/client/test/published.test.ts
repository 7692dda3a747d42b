/// <reference types="node" />
import { describe, expect, it } from "vitest"

interface Library {
  readonly name: string
  readonly entries: ReadonlyArray<{ readonly path: string; readonly name: string }>
  readonly outside: ReadonlyArray<string>
}

type Built = ReadonlyArray<{
  readonly path: string
  readonly contents: Uint8Array
  readonly imports: ReadonlyArray<string>
  readonly dynamic: ReadonlyArray<string>
  readonly outside: ReadonlyArray<string>
  readonly modules: ReadonlyArray<readonly [source: string, bytes: number]>
}>

interface Manifest {
  readonly sideEffects: boolean
  readonly type: string
  readonly dependencies?: object
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
}

interface Scripts {
  readonly libraryOf: (name: string) => Library
  readonly publishedNamed: (name: string) => unknown
  readonly publishedManifest: (one: unknown) => Manifest
  readonly bundleEntries: (library: Library, outdir: string) => Promise<Built>
  readonly bundleWhole: (
    library: Library,
    names: ReadonlyArray<string>,
    file: string,
    options: { readonly minify: boolean },
  ) => Promise<Built>
}

const scripts = async (): Promise<Scripts> => {
  const load = (name: string): Promise<unknown> => import(new URL(`../../../scripts/${name}`, import.meta.url).href)
  return Object.assign({}, ...(await Promise.all(["published.mjs", "library.mjs"].map(load)))) as Scripts
}

describe("the published library", () => {
  it("C-80 installs nothing else, and its entries have their types first", async () => {
    const { publishedManifest, publishedNamed } = await scripts()
    const manifest = publishedManifest(publishedNamed("@holdfast/client"))
    expect(manifest).toMatchObject({ type: "module", sideEffects: false })
    expect(manifest.dependencies).toBe(undefined)
    const entries = Object.values(manifest.exports).flatMap((target) => (typeof target === "string" ? [] : [Object.keys(target)]))
    expect(entries.length).toBeGreaterThan(0)
    for (const conditions of entries) expect(conditions).toEqual(["types", "default"])
  })

  it("C-80 its entries share their modules, and import only what their users bring", async () => {
    const { bundleEntries, libraryOf } = await scripts()
    const library = libraryOf("@holdfast/client")
    const files = await bundleEntries(library, "out")
    const sources = files.flatMap(({ modules }) => modules.map(([source]) => source))
    expect(sources.length).toBe(new Set(sources).size)
    const isBrought = (path: string): boolean => library.outside.some((name) => path === name || path.startsWith(`${name}/`))
    expect(files.flatMap(({ outside }) => outside).filter((path) => !isBrought(path))).toEqual([])
    const first = new Set(files.filter(({ path }) => path === "out/index.js"))
    for (const { imports } of first) for (const file of files) if (imports.includes(file.path)) first.add(file)
    expect(first.size).toBeGreaterThan(1)
    expect([...first].flatMap(({ outside }) => outside)).toEqual([])
  })

  it("C-81 the file for pages imports nothing", async () => {
    const { bundleWhole, libraryOf } = await scripts()
    const files = await bundleWhole(libraryOf("@holdfast/client"), ["index"], "out.js", { minify: true })
    expect(files.map(({ path }) => path)).toEqual(["out.js"])
    expect(files.flatMap(({ imports, dynamic, outside }) => [...imports, ...dynamic, ...outside])).toEqual([])
  })

  it("C-17 calls no method that Node 18 lacks, but for what goes with a newer Effect", async () => {
    const { bundleWhole, libraryOf } = await scripts()
    const library = libraryOf("@holdfast/client")
    const names = library.entries.map(({ name }) => name).filter((name) => name !== "effect")
    const files = await bundleWhole(library, names, "out.js", { minify: false })
    const text = files.map(({ contents }) => new TextDecoder().decode(contents)).join("")
    expect(names).toContain("model")
    expect(text).toContain("findLastIndex(")
    const later =
      /\.(?:toSorted|toReversed|toSpliced|with|toWellFormed|isWellFormed)\(|\b(?:Object|Map)\.groupBy|Promise\.(?:withResolvers|try)\(|fromAsync/g
    expect(text.match(later)).toBe(null)
  })
})
