/**
 * `npm run pictures -- FOLDER [--guide] [SCENE…]`: writes a picture of every screen and state of the app, in dark, light and on the
 * phone, from the real app, hub and scripted agent in real Chromium. `--guide` also writes those of docs/guide again. With names of
 * scenes only these.
 */
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { runToEnd } from "./child.mjs"
import { prepare } from "./prepare.mjs"

const ROOT = fileURLToPath(new URL("..", import.meta.url))

const args = process.argv.slice(2)
const [folder, ...scenes] = args.filter((arg) => arg !== "--guide")
if (folder === undefined) {
  console.error("usage: npm run pictures -- FOLDER [--guide] [SCENE …]")
  process.exit(2)
}

const wanted = {
  HOLDFAST_PICTURES: resolve(folder),
  ...(args.includes("--guide") ? { HOLDFAST_GUIDE: "1" } : {}),
  ...(scenes.length === 0 ? {} : { HOLDFAST_SCENES: scenes.join(",") }),
}
await prepare(
  { lean: false, title: "everything for tests" },
  (node, env) =>
    runToEnd(node, [join(ROOT, "node_modules/vitest/vitest.mjs"), "run", "--project=faults", "tests/faults/scenes.test.ts"], {
      cwd: ROOT,
      env: { ...env, HOLDFAST_FAULTS: "long", ...wanted },
    }),
  [{ folder: join(ROOT, "tests/heavy"), title: "the browser and the agents for tests" }],
)
