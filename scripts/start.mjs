/**
 * `npm start`: installs what running needs, builds, and starts the server, each only when necessary.
 *
 * Runs under any Node from 18 on and needs no packages. Arguments go to `holdfast serve`.
 */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { runToEnd } from "./child.mjs"
import { install, InstallFailed } from "./install.mjs"
import { startProgress } from "./progress.mjs"

const ROOT = fileURLToPath(new URL("..", import.meta.url))
const OLDEST = 24

/** Path of a Node that can run Holdfast, or undefined. */
function newNode() {
  if (Number(process.versions.node.split(".")[0]) >= OLDEST) return process.execPath
  const installed = join(ROOT, `node_modules/node-${process.platform}-${process.arch}/bin/node`)
  return existsSync(installed) ? installed : undefined
}

async function main() {
  await install(ROOT, { lean: true, title: "what Holdfast needs to run" })
  const node = newNode()
  if (node === undefined) {
    throw new InstallFailed(
      `Node ${OLDEST} or newer is needed on ${process.platform}-${process.arch}; this is Node ${process.versions.node}. Install it, then try again.`,
    )
  }
  const { build, isBuildNeeded } = await import("./build.mjs")
  if (isBuildNeeded()) {
    const progress = startProgress("Building")
    try {
      const { files, bytes } = await build()
      progress.done(`Built ${files} files, ${(bytes / 1e6).toFixed(1)} MB`)
    } catch (error) {
      progress.done("Building failed")
      throw error
    }
  }
  return runToEnd(node, [join(ROOT, "apps/cli/bin/holdfast.mjs"), "serve", ...process.argv.slice(2)])
}

try {
  process.exitCode = await main()
} catch (error) {
  const expected = error instanceof InstallFailed || Array.isArray(error.errors)
  console.error(expected ? `\n${error.message}` : error)
  process.exitCode = 1
}
