/** Bundles modules for a page of a test with Vite, as users do. */
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build, type Plugin } from "vite"

const ROOT = fileURLToPath(new URL("../../..", import.meta.url))

/** Where modules that exist in memory alone are said to be, so that they find packages as an application does. */
const PLACE = join(ROOT, "packages/react")

/** Finds packages that only tests/heavy has. */
const heavy: Plugin = {
  name: "heavy",
  enforce: "post",
  async resolveId(source, importer, options) {
    if (importer === undefined || source.startsWith(".") || source.startsWith("/") || source.startsWith("\0")) return null
    const found = await this.resolve(source, importer, { ...options, skipSelf: true })
    return found ?? this.resolve(source, join(ROOT, "tests/heavy/package.json"), { ...options, skipSelf: true })
  },
}

/** Modules by their names, which end in `.ts` or `.tsx`. */
export type Modules = Readonly<Record<string, string>>

function inMemory(modules: Modules): Plugin {
  const byPath = new Map(Object.entries(modules).map(([name, text]) => [join(PLACE, name), text]))
  return {
    name: "in memory",
    enforce: "pre",
    resolveId: (source, importer) => {
      const path = source.startsWith("./") && importer?.startsWith(PLACE) === true ? join(PLACE, source) : source
      return byPath.has(path) ? path : null
    },
    load: (id) => byPath.get(id) ?? null,
  }
}

/** What a page loads. */
export interface Bundle {
  readonly script: string
  readonly style: string
}

/** Bundles `entry`, a file's path or the name of one of `modules`, as one script of React's development build. */
export async function bundle(entry: string, modules: Modules = {}, plugins: ReadonlyArray<Plugin> = []): Promise<Bundle> {
  const input = entry in modules ? join(PLACE, entry) : entry
  const result = await build({
    configFile: false,
    root: ROOT,
    mode: "development",
    logLevel: "silent",
    define: { "process.env.NODE_ENV": '"development"' },
    plugins: [inMemory(modules), ...plugins, heavy],
    build: {
      write: false,
      minify: false,
      target: "es2024",
      rolldownOptions: { input, preserveEntrySignatures: "strict", output: { codeSplitting: false } },
    },
  })
  const outputs = [result].flat().flatMap((one) => ("output" in one ? one.output : []))
  const script = outputs.find((one) => one.type === "chunk" && one.isEntry)
  const style = outputs.find((one) => one.type === "asset" && one.fileName.endsWith(".css"))
  if (script?.type !== "chunk") throw new Error(`${entry} gave no script`)
  return { script: script.code, style: style?.type === "asset" ? String(style.source) : "" }
}
