/**
 * `npm start`: installs what running needs, builds, and starts the server, each only when necessary.
 *
 * Runs under any Node from 18 on and needs no packages. Arguments go to `holdfast serve`.
 */
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"
import { runToEnd } from "./child.mjs"
import { prepare } from "./prepare.mjs"

const ROOT = fileURLToPath(new URL("..", import.meta.url))

/** The user's own environment, which terminals inherit: without what npm adds for the time of a script. */
function withoutNpm() {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$|NODE$)/i.test(name))
  const path = (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((place) => !/node_modules[\\/]\.bin$|node-gyp-bin$/.test(place))
  const byNpm = process.env["npm_lifecycle_event"] !== undefined
  return byNpm ? { ...Object.fromEntries(kept), PATH: path.join(delimiter) } : process.env
}

await prepare({ lean: true, title: "what Holdfast needs to run" }, (node) =>
  runToEnd(node, [join(ROOT, "apps/cli/bin/holdfast.mjs"), "serve", ...process.argv.slice(2)], {
    env: { ...withoutNpm(), HOLDFAST_STARTED_BY: String(process.pid) },
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  }),
)
