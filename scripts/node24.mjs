/** The Node that Holdfast runs under, found from a script that an older one runs. */
import { existsSync } from "node:fs"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"

const ROOT = fileURLToPath(new URL("..", import.meta.url))
const OLDEST = 24

/** This platform has no new enough Node; `message` says what to do. */
export class NodeTooOld extends Error {}

/** Path of the Node that npm installed, or of this one where it is new enough. Throws `NodeTooOld`. */
export function newNode() {
  const installed = join(ROOT, `node_modules/node-${process.platform}-${process.arch}/bin/node`)
  if (existsSync(installed)) return installed
  if (Number(process.versions.node.split(".")[0]) >= OLDEST) return process.execPath
  throw new NodeTooOld(
    `Node ${OLDEST} or newer is needed on ${process.platform}-${process.arch}; this is Node ${process.versions.node}. Install it, then try again.`,
  )
}

/** The environment for programs under that Node: `node` and the programs of node_modules come first in PATH. */
export function withNewNode(node) {
  const path = [join(node, ".."), join(ROOT, "node_modules/.bin"), process.env["PATH"] ?? ""].join(delimiter)
  return { ...process.env, PATH: path }
}
