/** What start, test, bench, check and pack do first: install, find Node 24, build; each only when necessary. */
import { spawn } from "node:child_process"
import { once } from "node:events"
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
    const env = withNewNode(node)
    if (packages.build !== false) await buildIfNeeded(node, env)
    process.exitCode = await program(node, env)
  } catch (error) {
    const expected = [InstallFailed, NodeTooOld, BuildFailed].some((kind) => error instanceof kind)
    console.error(expected ? `\n${error.message}` : error)
    process.exitCode = 1
  }
}

/** Prepares, and runs a file of this repository that needs packages and Node 24, with `args`. */
export function runPrepared(packages, file, args = process.argv.slice(2)) {
  return prepare(packages, (node, env) => runToEnd(node, [join(ROOT, file), ...args], { cwd: ROOT, env }))
}

/** Argument with which `build.mjs` builds in its own process, which then is under a new enough Node. */
export const RIGHT_HERE = "--right-here"

/** A build failed; `message` holds what it said. */
class BuildFailed extends Error {}

async function buildIfNeeded(node, env) {
  const { isBuildNeeded } = await import("./build.mjs")
  if (!isBuildNeeded()) return
  const progress = startProgress("Building")
  const args = [join(ROOT, "scripts/build.mjs"), "--if-needed", RIGHT_HERE]
  const child = spawn(node, args, { env, stdio: ["ignore", "pipe", "pipe"] })
  let said = ""
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (said += text))
  const [code] = await once(child, "close")
  progress.done(code === 0 ? said.trim() : "Building failed")
  if (code !== 0) throw new BuildFailed(said.trim())
}
