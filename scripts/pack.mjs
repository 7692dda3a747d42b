/**
 * `npm run pack -- FOLDER [NAME…]`: installs everything, builds, and writes what is published (`write-packages.mjs`).
 *
 * Runs under any Node from 18 on and needs no packages. FOLDER is where the shell is, not where npm starts this.
 */
import { resolve } from "node:path"
import { runPrepared } from "./prepare.mjs"

const [folder, ...names] = process.argv.slice(2)
if (folder === undefined) {
  console.error("pack: say where to: `npm run pack -- FOLDER [NAME…]`, for example `npm run pack -- ../packages`")
  process.exitCode = 2
} else {
  const place = resolve(process.env["INIT_CWD"] ?? "", folder)
  await runPrepared({ lean: false, title: "what packing needs" }, "scripts/write-packages.mjs", [place, ...names])
}
