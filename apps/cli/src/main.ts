/**
 * The program `holdfast`.
 *
 * What is compiled is kept beside the built program, where only who may replace the program may write; without that right,
 * and from the sources, nothing is kept. It saves a third of the time until a command does something.
 */
import { enableCompileCache, flushCompileCache } from "node:module"
import { fileURLToPath } from "node:url"

if (import.meta.url.endsWith(".js")) enableCompileCache(fileURLToPath(new URL(".compiled", import.meta.url)))
// Otherwise it is written at the end, and what runs for long may be killed.
setTimeout(flushCompileCache, 3000).unref()
const given = process.argv.slice(2)
const args = given[0] === "help" ? [...given.slice(1), "--help"] : given
const [{ endWithReader }, { ended, failed }, { serveOptions }] = await Promise.all([
  import("./output.ts"),
  import("./ending.ts"),
  import("./serve-options.ts"),
])
endWithReader()
const options = serveOptions(args)

const serve = async (given: NonNullable<typeof options>): Promise<number> => {
  const { serveHub } = await import("./operations/serve.ts")
  return serveHub(given).then(ended, (error: unknown) => failed(error, args))
}

/** The sessions where a hub runs; undefined where none does and one is to be started. */
const home = async (): Promise<number | undefined> => {
  const { hubRuns, home: show } = await import("./sessions/home.ts")
  return (await hubRuns()) ? show().then(ended, (error: unknown) => failed(error, args)) : undefined
}

const shown = args.length === 0 ? await home() : undefined
const code = shown ?? (options === undefined ? await (await import("./command-line.ts")).run(args) : await serve(options))
process.exitCode = code
// What was written is out before the process ends.
process.stdout.write("", () => process.exit(code))
