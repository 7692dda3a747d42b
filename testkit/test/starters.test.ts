/** What `npm run` starts from a fresh clone: nothing is installed yet, and the machine's Node may be old. */
import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"

const ROOT = fileURLToPath(new URL("../..", import.meta.url))
const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>
}

/** What the modules of a program import before the first of them runs, but for modules of Node. */
function importsOf(file: string, seen = new Set<string>()): ReadonlyArray<string> {
  if (seen.has(file)) return []
  seen.add(file)
  const text = readFileSync(file, "utf8")
  return [...text.matchAll(/^(?:import|export)\b[^;()]*?\bfrom "([^"]+)"|^import "([^"]+)"/gm)].flatMap(([, from, alone]) => {
    const specifier = from ?? alone ?? ""
    if (specifier.startsWith(".")) return importsOf(join(dirname(file), specifier), seen)
    return specifier.startsWith("node:") ? [] : [`${file.slice(ROOT.length)} imports ${specifier}`]
  })
}

describe("the scripts of a fresh clone", () => {
  const started = Object.entries(scripts).flatMap(([name, command]) => {
    const file = /^node (\S+)/.exec(command)?.[1]
    return file === undefined ? [] : [{ name, file }]
  })

  it("fault:N76 start without any package, under any Node, and prepare what they need themselves", () => {
    expect(started.length).toBeGreaterThan(10)
    for (const { name, file } of started) {
      expect([name, existsSync(join(ROOT, file)), file.endsWith(".mjs")]).toEqual([name, true, true])
      expect([name, ...importsOf(join(ROOT, file))]).toEqual([name])
    }
  })
})
