/** `npm run reference`: writes the documents that follow from the sources (`reference.mjs`), with a Node that can read these. */
import { runPrepared } from "./prepare.mjs"

await runPrepared({ lean: false, title: "everything for the documents", build: false }, "scripts/reference.mjs", ["--write"])
