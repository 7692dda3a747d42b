/// <reference types="node" />
import { describe, expect, it } from "vitest"

interface Library {
  readonly name: string
  readonly entries: ReadonlyArray<{ readonly path: string; readonly name: string }>
  readonly outside: ReadonlyArray<string>
}

interface Built {
  readonly outputFiles: ReadonlyArray<{ readonly text: string }>
  readonly metafile: {
    readonly outputs: Readonly<
      Record<
        string,
        { readonly inputs: object; readonly imports: ReadonlyArray<{ readonly path: string; readonly external?: boolean }> }
      >
    >
  }
}

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
    const { metafile } = await bundleEntries(library, "out")
    const inputs = Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs))
    expect(inputs.length).toBe(new Set(inputs).size)
    const external = Object.values(metafile.outputs).flatMap(({ imports }) => imports.filter((one) => one.external === true))
    const isBrought = (path: string): boolean => library.outside.some((name) => path === name || path.startsWith(`${name}/`))
    expect(external.map(({ path }) => path).filter((path) => !isBrought(path))).toEqual([])
    const first = metafile.outputs["out/index.js"]
    expect(first?.imports.filter((one) => one.external === true)).toEqual([])
  })

  it("C-81 the file for pages imports nothing", async () => {
    const { bundleWhole, libraryOf } = await scripts()
    const { metafile } = await bundleWhole(libraryOf("@holdfast/client"), ["index"], "out.js", { minify: true })
    expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([])
  })

  it("C-17 calls no method that Node 18 lacks, but for what goes with a newer Effect", async () => {
    const { bundleWhole, libraryOf } = await scripts()
    const library = libraryOf("@holdfast/client")
    const names = library.entries.map(({ name }) => name).filter((name) => name !== "effect")
    const { outputFiles } = await bundleWhole(library, names, "out.js", { minify: false })
    const text = outputFiles.map((file) => file.text).join("")
    expect(names).toContain("model")
    expect(text).toContain("findLastIndex(")
    const later =
      /\.(?:toSorted|toReversed|toSpliced|with|toWellFormed|isWellFormed)\(|\b(?:Object|Map)\.groupBy|Promise\.(?:withResolvers|try)\(|fromAsync/g
    expect(text.match(later)).toBe(null)
  })
})
