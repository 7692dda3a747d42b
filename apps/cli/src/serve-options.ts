/**
 * The options of `serve`, read without the command library.
 *
 * A hub runs for weeks, and what it loaded to read its command line stays in its memory: some 3 MB. Only a command line
 * that is certainly right is read here; every other one is left to the library, which also says what is wrong with it.
 */
import { parseArgs } from "node:util"
import type { ServeOptions } from "./operations/serve.ts"

/** The options when `args` are a plain call of `serve`, or empty; undefined when the command library has to read them. */
export function serveOptions(args: ReadonlyArray<string>): ServeOptions | undefined {
  const [command = "serve", ...rest] = args
  if (command !== "serve") return undefined
  const read = parsed(rest)
  const port = read?.port === undefined ? undefined : Number(read.port)
  if (read === undefined || (read.port !== undefined && !/^\d{1,5}$/.test(read.port))) return undefined
  return { port, host: read.host, data: read.data, store: read.store, quiet: read.quiet ?? false }
}

function parsed(args: ReadonlyArray<string>) {
  const one = { type: "string" } as const
  try {
    const { values, tokens } = parseArgs({
      args: [...args],
      options: { port: one, host: one, data: one, store: one, quiet: { type: "boolean" } },
      tokens: true,
    })
    const names = tokens.map((token) => (token.kind === "option" ? token.name : token.kind))
    return new Set(names).size === names.length ? values : undefined
  } catch {
    // Not a plain call; the library says why.
    return undefined
  }
}
