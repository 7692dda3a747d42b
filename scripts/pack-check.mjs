/** `npm run pack:check`: installs everything, builds, and checks what is published (`packed-checks.mjs`). */
import { runPrepared } from "./prepare.mjs"

await runPrepared({ lean: false, title: "everything" }, "scripts/packed-checks.mjs")
