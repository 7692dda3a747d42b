/** Uses packages as their users do: npm, Node and the compiler in a folder that knows nothing of this repository. */
import { execFileSync, spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { count, tellFailure } from "./counts.mjs"
import { npmCommand } from "./install.mjs"
import { ROOT } from "./source-files.mjs"

/** Checks of what is packed: each prints its line and is counted. */
export class Checks {
  failed = 0

  async check(name, body) {
    try {
      const detail = await body()
      console.log(`ok    ${name}${detail === undefined ? "" : `: ${detail}`}`)
      count({ passed: 1 })
    } catch (error) {
      this.failed++
      count({ failed: 1 })
      tellFailure(`FAILED pack:check ${name}`, error.message)
      console.log(`FAILED ${name}: ${error.message}\n${error.stderr ?? ""}${error.stdout ?? ""}`)
    }
  }
}

/** The environment of a user: nothing of ours, and not this clone's programs first in PATH. */
export function ownEnvironment(more = {}) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|HOLDFAST_|NODE_OPTIONS$|INIT_CWD$)/i.test(name))
  const path = (process.env["PATH"] ?? "").split(":").filter((place) => !place.startsWith(ROOT))
  return { ...Object.fromEntries(kept), PATH: path.join(":"), ...more }
}

/** Runs npm in a folder; gives what it printed. */
export function npm(folder, args) {
  const [program, ...first] = npmCommand()
  return execFileSync(program, [...first, ...args, "--loglevel=error"], {
    cwd: folder,
    encoding: "utf8",
    env: ownEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
  })
}

/** Runs a file under a Node; gives what it printed. */
export function runNode(node, folder, file, more = {}) {
  return execFileSync(node, [file], { cwd: folder, env: ownEnvironment(more), encoding: "utf8", timeout: 60_000 }).trim()
}

/** Compiles a file as its user would; gives the lines with errors, as `file:line`, and what the compiler said. */
export function compile(folder, file, flags) {
  const always = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--types", ""]
  const args = [join(ROOT, "node_modules/typescript/bin/tsc"), ...always, ...flags, file]
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" })
  return { lines: [...stdout.matchAll(/^(\S+?)\((\d+),\d+\): error/gm)].map(([, name, line]) => `${name}:${line}`), said: stdout }
}

/** Resolutions that a package of ES modules has no answer to, on purpose. */
const NOT_OURS = new Set(["node10", "node16-cjs"])

/** Looks at a package with `publint` and `attw`; throws with what they find. */
export async function lookAt(folder, tarball) {
  const [{ publint }, { formatMessage }, { checkPackage, createPackageFromTarballData }] = await Promise.all([
    import("publint"),
    import("publint/utils"),
    import("@arethetypeswrong/core"),
  ])
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
  const { messages } = await publint({ pkgDir: folder, strict: true, pack: false })
  const told = messages.map((message) => `publint: ${formatMessage(message, manifest, { color: false })}`)
  const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(readFileSync(tarball))))
  if (analysis.types === false) throw new Error("attw: it has no types")
  const problems = analysis.problems.filter(({ resolutionKind, entrypoint = "" }) => {
    return !NOT_OURS.has(resolutionKind) && !/\.(json|js)$/.test(entrypoint)
  })
  told.push(...problems.map((problem) => `attw: ${JSON.stringify(problem).slice(0, 500)}`))
  if (told.length > 0) throw new Error(told.join("\n"))
  return `${Object.keys(analysis.entrypoints).length} entries`
}
