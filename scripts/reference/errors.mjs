/** What each error means and has beside its message, from its class in packages/protocol/src/errors.ts. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { ROOT } from "../source-files.mjs"

const source = readFileSync(join(ROOT, "packages/protocol/src/errors.ts"), "utf8")
const CLASS =
  /\/\*\* ((?:[^*]|\*(?!\/))*?) ?\*\/\nexport class \w+ extends Schema\.TaggedError<\w+>\(\)\(\s*"(\w+)",\s*\{([^}]*)\}/g

/** Errors that only the HTTP door has. */
const ONLY_HTTP = [
  ["NotFound", "No route has this path. Only over HTTP"],
  ["MethodNotAllowed", "The route does not have this method; the header `Allow` names those it has. Only over HTTP"],
  ["TargetTooLong", "The path and its query are too long. Only over HTTP"],
  ["ExpectationFailed", "The header `Expect` asks for something other than `100-continue`. Only over HTTP"],
  ["HeadersTooLarge", "Too many headers, or too long. Only over HTTP"],
]

/** Meaning by tag, with the names of the error's own fields. */
export const ERROR_MEANINGS = new Map([
  ...ONLY_HTTP,
  ...[...source.matchAll(CLASS)].map(([, comment, tag, fields]) => {
    const own = [...fields.matchAll(/(\w+)(?::| *,| *$)/g)]
      .map(([, name]) => name)
      .filter((name) => name !== "message" && !/^[A-Z]/.test(name))
    const meaning = comment.replace(/\s*\n \* ?/g, " ").trim()
    return [tag, own.length === 0 ? meaning : `${meaning} Fields: ${own.map((name) => `\`${name}\``).join(", ")}`]
  }),
])
