/** `node scripts/run.mjs FILE …`: installs everything, and runs a program in TypeScript under the Node that can. */
import { runPrepared } from "./prepare.mjs"

const [file, ...args] = process.argv.slice(2)
if (file === undefined) {
  console.error("usage: node scripts/run.mjs FILE …")
  process.exitCode = 2
} else await runPrepared({ lean: false, title: "everything", build: false }, file, args)
