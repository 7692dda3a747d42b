/** A program of a test as one file, as a bundler makes it. */
import { extname } from "node:path"
import { type InputOptions, type OutputOptions, type Plugin, rolldown } from "rolldown"

/** A module from memory, imported as `id`: where that is a path, what it imports is looked for from there. */
export function fromMemory(id: string, code: string): Plugin {
  const moduleType = extname(id) === ".jsx" ? "jsx" : "js"
  return {
    name: `${id} from memory`,
    resolveId: (specifier) => (specifier === id ? id : null),
    load: (path) => (path === id ? { code, moduleType } : null),
  }
}

/** Bundles the module at a path, with all that it imports, into one text. */
export async function bundled(path: string, options: InputOptions = {}, output: OutputOptions = {}): Promise<string> {
  const bundle = await rolldown({ input: path, platform: "browser", logLevel: "silent", tsconfig: false, ...options })
  try {
    const made = await bundle.generate({ format: "esm", codeSplitting: false, comments: false, ...output })
    return made.output[0].code
  } finally {
    await bundle.close()
  }
}
