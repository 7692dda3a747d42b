/**
 * Checks that the parts of the protocol's documents that follow from the sources do so, and with `--write` writes them:
 * docs/protocol/operations.md and events.md, and the tables between `<!-- name -->` and `<!-- /name -->` in docs/PROTOCOL.md.
 * `npm run reference` starts it with a Node that can read the sources.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { eventsDocument } from "./reference/events.mjs"
import { limitsTable } from "./reference/limits.mjs"
import { operationsDocument } from "./reference/operations.mjs"
import { withProtocolTypes } from "./reference/ProtocolTypes.mjs"
import { conclude, ROOT } from "./source-files.mjs"

const PROTOCOL = "docs/PROTOCOL.md"

/** A document with what stands between the marks of a name replaced; throws when it has none. */
function withPart(text, name, part) {
  const marks = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(\n<!-- /${name} -->)`)
  if (!marks.test(text)) throw new Error(`${PROTOCOL} has no place for ${name}`)
  return text.replace(marks, (_, before, after) => `${before}${part}${after}`)
}

const read = (path) => (existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path), "utf8") : "")

const documents = [
  ...withProtocolTypes((types) => [
    ["docs/protocol/operations.md", operationsDocument(types)],
    ["docs/protocol/events.md", eventsDocument(types)],
  ]),
  [PROTOCOL, withPart(read(PROTOCOL), "limits", limitsTable())],
]
const stale = documents.filter(([path, text]) => read(path) !== text)
const isWriting = process.argv.includes("--write")
if (isWriting) for (const [path, text] of stale) writeFileSync(join(ROOT, path), text)
const problems = isWriting ? [] : stale.map(([path]) => `${path} is out of date; \`npm run reference\` writes it`)
conclude("reference", problems, `${documents.length} documents follow from the sources`)
