/**
 * Checks the ids of docs/CHECKS.md (`check:T6`, `trap:19`, `row:J4`, `fault:N24`): what the sources and tests name is in the
 * lists, what the lists hold is named by a test's title (a row may be named by a comment), and nothing names them without
 * their kind, since `T6` and the rule `T-6` are too easily mistaken for each other.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { conclude, repositoryFiles, ROOT } from "./source-files.mjs"
import { testTitles } from "./titles.mjs"

const LIST = "docs/CHECKS.md"
const SELF = "scripts/ids.mjs"
const LISTED = /^\| `((?:check|row|trap|fault):[A-Z]?\d+)` \|/gm
const NAMED = /\b(?:check|row|trap|fault):[A-Z]?\d+\b/g
/** An id without its kind. C0 and C1 are sets of control characters, F1 to F12 keys. */
const BARE = /(?<![\w:.-])(?!C[01]\b|F\d+\b)[A-Z]\d{1,2}(?![\w-])/g
const OLD = /\btraps? \d+|\bmission row\b|\bcheck [A-Z]\d+\b|\(N\d+[,) ]/g
const TEXT =
  /^(?:packages|apps|testkit|bench|conformance|scripts|tests)\/.*\.(?:ts|tsx|mjs)$|^[^/]*\.md$|^(?:docs|decisions)\/.*\.md$/

const listed = [...readFileSync(join(ROOT, LIST), "utf8").matchAll(LISTED)].map(([, id]) => id)
const known = new Set(listed)
const problems = []
for (const id of new Set(listed.filter((id, index) => listed.indexOf(id) !== index))) problems.push(`${LIST}: ${id} stands twice`)

const anywhere = new Set()
for (const path of repositoryFiles().filter((path) => TEXT.test(path) && path !== SELF && path !== LIST)) {
  readFileSync(join(ROOT, path), "utf8")
    .split("\n")
    .forEach((line, index) => {
      for (const [id] of line.matchAll(NAMED)) {
        anywhere.add(id)
        if (!known.has(id)) problems.push(`${path}:${index + 1}: ${id} is not in ${LIST}`)
      }
      for (const [old] of line.matchAll(OLD))
        problems.push(`${path}:${index + 1}: write "${old.trim()}" with its kind, as check:T6, trap:19, row:J4 or fault:N24`)
    })
}

const inTitles = new Set()
for (const { path, title } of testTitles()) {
  for (const [id] of title.matchAll(NAMED)) inTitles.add(id)
  for (const [bare] of title.matchAll(BARE))
    problems.push(
      `${path}: the title names ${bare}; write check:${bare} or row:${bare}, or ${bare[0]}-${bare.slice(1)} for the rule`,
    )
}
const unnamed = listed.filter((id) => !(id.startsWith("row:") ? anywhere : inTitles).has(id))
if (unnamed.length > 0) problems.push(`${LIST}: no test names ${unnamed.join(", ")}`)
conclude("ids", problems, `${known.size} checks, rows, traps and faults, each named where it is tested`)
