/** `npm run reference`: writes the documents that follow from the sources (`reference.mjs`), with a Node that can read these. */
import { join } from "node:path"
import { runToEnd } from "./child.mjs"
import { prepare } from "./prepare.mjs"
import { ROOT } from "./source-files.mjs"

await prepare({ lean: false, title: "everything for the documents", build: false }, (node, env) =>
  runToEnd(node, [join(ROOT, "scripts/reference.mjs"), "--write"], { cwd: ROOT, env }),
)
