/// <reference types="node" />
import { execFileSync, spawnSync } from "node:child_process"
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, it } from "vitest"

const ROOT = fileURLToPath(new URL("../../..", import.meta.url))
const FLAGS = ["--noEmit", "--strict", "--skipLibCheck", "false", "--module", "nodenext", "--target", "es2024"]
const CONSUMER = readFileSync(new URL("./consumer.txt", import.meta.url), "utf8")

/** What the sources declare must be what the published types say: as answers of the hub, and as what is sent to it. */
const SAME = `import type * as Published from "./client.d.ts"
import type * as Source from "../../src/index.ts"
import type { Commands } from "@holdfast/protocol/rpc"
export const api = (source: Source.Api): Published.Api => source
export const agents = (source: Source.AgentApi): Published.AgentApi => source
export const item = (source: Exclude<Source.Item, { _tag: "Ended" }>): Published.Item => source
export const options = (published: Published.AttachOptions): Source.AttachOptions => published
export const payloads = (published: { [T in keyof Commands]: Published.Commands[T]["payload"] }): { [T in keyof Commands]: Commands[T]["payload"] } => published
export const answers = (source: { [T in keyof Commands]: Commands[T]["answer"] }): { [T in keyof Commands]: Published.Commands[T]["answer"] } => source
`

/** Compiles a file as its user would; gives the lines with errors, as \`file:line\`, and what the compiler said. */
function compile(
  folder: string,
  file: string,
  flags: ReadonlyArray<string>,
): { readonly lines: ReadonlyArray<string>; readonly said: string } {
  const args = [join(ROOT, "node_modules/typescript/bin/tsc"), ...FLAGS, ...flags, file]
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" })
  return { lines: [...stdout.matchAll(/^(\S+?)\((\d+),\d+\): error/gm)].map(([, name, line]) => `${name}:${line}`), said: stdout }
}

describe("the published types", () => {
  const place = mkdtempSync(join(tmpdir(), "holdfast-types-"))
  const beside = join(ROOT, "packages/client/dist/types-check")
  afterAll(() => {
    rmSync(place, { recursive: true, force: true })
    rmSync(beside, { recursive: true, force: true })
  })

  it("C-18 (fault:N65) stand alone in an empty directory, where mistakes are reported, and say what the sources say", () => {
    const library = join(place, "node_modules/holdfast")
    mkdirSync(library, { recursive: true })
    const types = join(library, "index.d.ts")
    execFileSync(process.execPath, [join(ROOT, "scripts/declarations.mjs"), "@holdfast/client", library])
    const code = readFileSync(types, "utf8").replace(/\/\*[^]*?\*\//g, "")
    expect(code.match(/.*(\bfrom "|\bimport\b|\bany\b|\bSchema\b|\bBrand\b).*/)?.[0]).toBe(undefined)
    writeFileSync(
      join(library, "package.json"),
      JSON.stringify({
        name: "holdfast",
        version: "1.0.0",
        type: "module",
        exports: { "./client": { types: "./index.d.ts" }, "./client/*": { types: "./*.d.ts" } },
      }),
    )
    writeFileSync(join(place, "package.json"), '{"type":"module"}')
    writeFileSync(join(place, "consumer.ts"), CONSUMER)
    const wrong = CONSUMER.split("\n").flatMap((line, index) => (line.includes("// wrong") ? [`consumer.ts:${index + 1}`] : []))
    expect(wrong).toHaveLength(5)
    const consumer = compile(place, "consumer.ts", ["--lib", "es2024,dom", "--types", ""])
    expect(consumer.lines, consumer.said).toEqual(wrong)

    // Those of `effect` are made of what its users have.
    const names = readdirSync(library).flatMap((file) => /^(?!index|effect)(.+)\.d\.ts$/.exec(file)?.[1] ?? [])
    writeFileSync(
      join(place, "entries.ts"),
      ["", ...names.map((name) => `/${name}`)]
        .map((path, at) => `export type * as E${at} from "holdfast/client${path}"\n`)
        .join(""),
    )
    const entries = compile(place, "entries.ts", ["--lib", "es2024,dom", "--types", ""])
    expect(entries.lines, entries.said).toEqual([])

    mkdirSync(beside, { recursive: true })
    copyFileSync(types, join(beside, "client.d.ts"))
    writeFileSync(join(beside, "same.ts"), SAME)
    const lib = ["--lib", "es2024,esnext.disposable,dom", "--types", "", "--skipLibCheck", "--exactOptionalPropertyTypes"]
    const same = compile(beside, "same.ts", [...lib, "--allowImportingTsExtensions"])
    expect(same.lines, same.said).toEqual([])
  })

  it("C-42 what a log comes to can be had without Effect and without Node", () => {
    const script = `import { rolldown } from "rolldown"
      const bundle = await rolldown({ input: "packages/client/src/model/index.ts", platform: "browser", logLevel: "silent", tsconfig: false })
      const { output } = await bundle.generate({ format: "esm" })
      await bundle.close()
      const used = output.flatMap(({ modules }) => Object.keys(modules).filter((path) => modules[path].renderedLength > 0))
      const ours = process.cwd() + "/packages/"
      const names = new Set(output.map(({ fileName }) => fileName))
      const imports = output.flatMap((chunk) => [...chunk.imports, ...chunk.dynamicImports]).filter((name) => !names.has(name))
      console.log(JSON.stringify({ used: used.filter((path) => !path.startsWith(ours) && !path.startsWith("\\0rolldown/")), imports }))`
    const said = execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: ROOT, encoding: "utf8" })
    expect(JSON.parse(said)).toEqual({ used: [], imports: [] })
  })
})
