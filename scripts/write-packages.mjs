/**
 * Writes what is published to a folder: each package as FOLDER/NAME, and as a tarball that npm installs, such as
 * `holdfast-client.tgz` for `@holdfast/client`.
 *
 * Invariant: whole or not at all. Everything is made in a hidden folder inside FOLDER and moved when it is done. What an
 * earlier run wrote is replaced; anything else under the name of a package is left alone, and refused.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs"
import { dirname, join } from "node:path"
import { layOut, layOutPublished } from "./lay-out.mjs"
import { PUBLISHED, publishedNamed, workspaceManifest } from "./published.mjs"
import { npm } from "./use-package.mjs"

const KNOWN = [...PUBLISHED.map((one) => workspaceManifest(one).name), "holdfast"]

/** What the caller has to change. */
class Refused extends Error {}

/** Whether a folder holds a package of this name that may be replaced: none of a workspace, and no clone. */
function isPacked(folder, name) {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
    return manifest.name === name && manifest.private !== true
  } catch {
    // There is no manifest, or it is not JSON: it is not a package.
    return false
  }
}

/** Moves what was made into its place; after a failure everything is where it was. */
function move(made, former, place, entries) {
  const moved = []
  const rename = (from, to) => {
    mkdirSync(dirname(to), { recursive: true })
    renameSync(from, to)
    moved.push([from, to])
  }
  try {
    for (const entry of entries) {
      if (existsSync(join(place, entry))) rename(join(place, entry), join(former, entry))
      rename(join(made, entry), join(place, entry))
    }
  } catch (error) {
    for (const [from, to] of moved.reverse()) renameSync(to, from)
    throw error
  }
}

/** Lays the packages out below `made` and packs them; gives the names of what is there. */
async function make(made, names) {
  for (const name of names) {
    const folder = join(made, name)
    await (name === "holdfast" ? layOut(folder) : layOutPublished(publishedNamed(name), folder))
  }
  const packed = JSON.parse(npm(made, ["pack", "--json", ...names.map((name) => `./${name}`)]))
  const tarballs = names.map((name) => {
    const tarball = `${name.replace("@", "").replace("/", "-")}.tgz`
    renameSync(join(made, packed.find((one) => one.name === name).filename), join(made, tarball))
    return tarball
  })
  return [...names, ...tarballs]
}

async function write(place, names) {
  const unknown = names.filter((name) => !KNOWN.includes(name))
  if (unknown.length > 0) throw new Refused(`there is no package ${unknown.join(", ")}; there are ${KNOWN.join(", ")}`)
  const chosen = names.length === 0 ? KNOWN : KNOWN.filter((name) => names.includes(name))
  for (const name of chosen) {
    const folder = join(place, name)
    if (existsSync(folder) && !isPacked(folder, name))
      throw new Refused(`${folder} is there already, and is not a packed ${name}: choose another folder`)
  }
  const first = mkdirSync(place, { recursive: true })
  const hidden = mkdtempSync(join(place, ".pack-"))
  let isWhole = false
  // Also when a signal ends the process.
  process.once("exit", () => rmSync(isWhole || first === undefined ? hidden : first, { recursive: true, force: true }))
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1))
  const made = join(hidden, "made")
  mkdirSync(made)
  const entries = await make(made, chosen)
  move(made, join(hidden, "former"), place, entries)
  isWhole = true
  console.log(`${place} has ${entries.join(", ")}`)
}

/** Failures of the file system, which say by themselves what is wrong. */
const PLAIN = ["EACCES", "EPERM", "EROFS", "ENOSPC", "ENOTDIR", "EEXIST"]

function tell(error) {
  if (error.code === "ENOENT" && /^spawnSync npm/.test(error.syscall)) return "npm is missing: install it, then try again"
  return error instanceof Refused || PLAIN.includes(error.code) ? error.message : (error.stack ?? error)
}

const [, , folder, ...names] = process.argv
try {
  await write(folder, names)
} catch (error) {
  console.error(`pack: nothing was written: ${tell(error)}`)
  process.exitCode = 1
}
