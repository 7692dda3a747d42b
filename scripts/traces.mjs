/**
 * Checks that nothing in the repository tells on which machine it was written, from which registry its packages came, or
 * what is left to do; and that files have names and sizes that a reader can live with.
 */
import { readFileSync, statSync } from "node:fs"
import { homedir } from "node:os"
import { basename, dirname, join } from "node:path"
import { conclude, repositoryFiles, ROOT } from "./source-files.mjs"

const SELF = "scripts/traces.mjs"
const TEXT = /\.(ts|tsx|mjs|js|json|md|yml|yaml|sh|css|html|txt)$|^[^.]*$|^\.(npmrc|gitignore|gitattributes)$/
const CODE = /^(packages|apps|testkit|bench|conformance|scripts|tests)\/.*\.(ts|tsx|mjs|css)$/
const MAX_BYTES = 2_000_000

/** Names that example paths in documents and tests may use. */
const EXAMPLES = "(?:you|me|user|ada|somebody|x)"

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
/** Folders of this machine that are long enough to be told from ordinary words. */
const mine = [homedir(), dirname(ROOT)].filter((path) => path.length > 4).map((path) => `${escaped(path)}(?=[/"'\`\\s]|$)`)
const MACHINE = new RegExp(
  [
    ...mine,
    "(?<![\\w.$}])/(?:work|root)/",
    `(?<![\\w.$}])/(?:home|Users)/(?!${EXAMPLES}\\b)[a-z]`,
    `[A-Z]:\\\\\\\\?Users\\\\`,
  ].join("|"),
)
const HOST = /"resolved":\s*"https?:|^\s*registry\s*=/m
const LEFT = /\b(TODO|FIXME|XXX|HACK)\b/
const NAMES = /(^|[-.])(utils?|helpers?|common|misc|types|manager)([-.]|$)/i

/** Lines a reader can keep in mind; tests may be a little longer. */
const maxLines = (path) => (/\.test\.ts$|\/test\//.test(path) ? 400 : 350)

const problems = []
const files = repositoryFiles()
for (const path of files) {
  const name = basename(path)
  const { size } = statSync(join(ROOT, path))
  if (size > MAX_BYTES) problems.push(`${path}: ${size} bytes; large files do not belong here`)
  if (!TEXT.test(name) || size > MAX_BYTES) continue
  const lines = readFileSync(join(ROOT, path), "utf8").split("\n")
  if (path !== SELF) {
    lines.forEach((line, index) => {
      if (MACHINE.test(line)) problems.push(`${path}:${index + 1}: a path of a machine: ${line.trim().slice(0, 100)}`)
      if (HOST.test(line)) problems.push(`${path}:${index + 1}: a registry's address`)
      if (CODE.test(path) && LEFT.test(line))
        problems.push(`${path}:${index + 1}: something left to do: ${line.trim().slice(0, 100)}`)
    })
  }
  if (!CODE.test(path)) continue
  if (lines.length - 1 > maxLines(path))
    problems.push(`${path}: ${lines.length - 1} lines, more than ${maxLines(path)}; split it`)
  if (NAMES.test(name.replace(/\.(test\.|module\.)?(ts|tsx|mjs|css)$/, "")))
    problems.push(`${path}: the name does not say what it holds`)
}
conclude("traces", problems, `${files.length} files carry none`)
