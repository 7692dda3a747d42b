/**
 * `holdfast serve`: the hub in the foreground.
 */
import { fileURLToPath } from "node:url"
import { CliFailure, EXIT } from "../failure.ts"
import { hint } from "../hint.ts"
import { paint, print } from "../output.ts"
import { loadedSettings } from "../server/settings.ts"
import { VERSION } from "../version.ts"

/** Settings that are given as options. */
export interface ServeOptions {
  readonly port: number | undefined
  readonly host: string | undefined
  readonly data: string | undefined
  readonly store: string | undefined
  /** Print nothing but what goes wrong. */
  readonly quiet: boolean
}

/** The runner's program: its source in a clone, the built file beside the bundle. */
const runnerProgram = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "../runner-main.ts" : "./runner-main.js", import.meta.url),
)

/** The player that goes into exported HTML files, which the build makes. */
const player = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "../../dist/player.html" : "./player.html", import.meta.url),
)

/** This program, as others are started with it: flags of this process, such as those for a debugger, are not theirs. */
const program = { command: process.execPath, args: [process.argv[1] ?? ""] }

/** The built app: beside the bundle, also for a hub that is started from the sources. */
const app = fileURLToPath(new URL(import.meta.url.endsWith(".ts") ? "../../dist/web" : "./web", import.meta.url))

/** Serves until a signal ends it. */
export async function serveHub({ quiet, ...options }: ServeOptions): Promise<void> {
  const { settings } = loadedSettings(options)
  const [{ serve }, { ServeFailed }, { stopOnSignals }] = await Promise.all([
    import("@holdfast/server/serve"),
    import("@holdfast/server/Serving"),
    import("@holdfast/server/signals"),
  ])
  try {
    const serving = await serve(settings, { env: process.env, version: VERSION, runnerProgram, player, program, app })
    if (!quiet) {
      print(
        `${paint("bold", "holdfast")} ${VERSION} on ${paint("cyan", serving.url)}, ready in ${Math.round(serving.startedIn)} ms`,
        `data in ${serving.data}, process ${process.pid}`,
        "",
        "open this link in a browser (it works once):",
        `  ${serving.link()}`,
        "or work from another terminal:",
        `  ${hint("new")}`,
        "",
        "Ctrl-C stops the hub; sessions keep running.",
      )
    }
    await stopOnSignals(serving)
  } catch (error) {
    if (!(error instanceof ServeFailed)) throw error
    throw new CliFailure(error.reason === "settings" ? EXIT.usage : EXIT.refused, "ServeFailed", error.message, {
      reason: error.reason,
    })
  }
}
