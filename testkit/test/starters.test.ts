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

  it("fault:N76 need a Node that every document names in the same way, with the table that says which Node for what", () => {
    const read = (path: string): string => readFileSync(join(ROOT, path), "utf8")
    const [, table = ""] = read("docs/CLIENT.md").split("## 11. Node")
    const examples = ["effect", "socket-io", "svelte", "use-chat"].map((name) => `examples/${name}/README.md`)
    for (const path of ["README.md", ...examples]) {
      const text = read(path)
      expect([path, text.includes("docs/CLIENT.md#11-node")]).toEqual([path, true])
      const named = [...text.matchAll(/\bNode ((?:\d[\d.]*\d, )*\d[\d.]*\d)/g)].flatMap(([, list = ""]) => list.split(", "))
      expect(named.length).toBeGreaterThan(0)
      for (const version of named) expect([path, table]).toEqual([path, expect.stringMatching(`\\b${version}\\b`)])
    }
  })
})
