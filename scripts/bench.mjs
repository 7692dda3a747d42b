/** `npm run bench`: installs everything, builds, and measures; arguments go to bench/src/main.ts. */
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { runToEnd } from "./child.mjs"
import { prepare } from "./prepare.mjs"

const ROOT = fileURLToPath(new URL("..", import.meta.url))

await prepare({ lean: false, title: "everything for the bench" }, (node, env) =>
  runToEnd(node, [join(ROOT, "bench/src/main.ts"), ...process.argv.slice(2)], { cwd: ROOT, env }),
)
