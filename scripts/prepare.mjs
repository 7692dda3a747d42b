/** What start, test, bench, check and pack do first: install, find Node 24, build; each only when necessary. */
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { runToEnd } from "./child.mjs"
import { install, InstallFailed } from "./install.mjs"
import { newNode, NodeTooOld, withNewNode } from "./node24.mjs"
import { startProgress } from "./progress.mjs"

const ROOT = fileURLToPath(new URL("..", import.meta.url))

/**
 * Prepares, then runs `program(node, env)` and takes its result as this process's exit code. `packages` says what to
 * install, and with `build: false` not to build; `also` names further folders with a lock file of their own. What goes
 * wrong is printed with what to do.
 */
export async function prepare(packages, program, also = []) {
  try {
    await install(ROOT, packages)
    for (const { folder, title } of also) await install(folder, { lean: false, title })
    const node = newNode()
    if (packages.build !== false) await buildIfNeeded()
    process.exitCode = await program(node, withNewNode(node))
  } catch (error) {
    const expected = error instanceof InstallFailed || error instanceof NodeTooOld || Array.isArray(error.errors)
    console.error(expected ? `\n${error.message}` : error)
    process.exitCode = 1
  }
}

/** Prepares, and runs a file of this repository that needs packages and Node 24, with `args`. */
export function runPrepared(packages, file, args = process.argv.slice(2)) {
  return prepare(packages, (node, env) => runToEnd(node, [join(ROOT, file), ...args], { cwd: ROOT, env }))
}

async function buildIfNeeded() {
  // esbuild is there only now.
  const { build, isBuildNeeded } = await import("./build.mjs")
  if (!isBuildNeeded()) return
  const progress = startProgress("Building")
  try {
    const { files, bytes } = await build()
    progress.done(`Built ${files} files, ${(bytes / 1e6).toFixed(1)} MB`)
  } catch (error) {
    progress.done("Building failed")
    throw error
  }
}
