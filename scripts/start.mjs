/**
 * `npm start`: installs what running needs, builds, and starts the server, each only when necessary.
 *
 * Runs under any Node from 18 on and needs no packages. Arguments go to `holdfast serve`, which keeps npm's
 * own variables from what it starts (`packages/protocol/src/own-environment.ts`).
 */
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { runToEnd } from "./child.mjs"
import { prepare } from "./prepare.mjs"

const ROOT = fileURLToPath(new URL("..", import.meta.url))

await prepare({ lean: true, title: "what Holdfast needs to run" }, (node) =>
  runToEnd(node, [join(ROOT, "apps/cli/bin/holdfast.mjs"), "serve", ...process.argv.slice(2)], {
    env: { ...process.env, HOLDFAST_STARTED_BY: String(process.pid) },
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  }),
)
