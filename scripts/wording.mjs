/**
 * Checks that texts which people read do not fall back into phrases that a reader stumbles over, and names what to write
 * instead. Texts are the strings of the sources (help, errors, settings, descriptions) and the documents; `COMMENTS` and
 * `TITLES` are the phrases that comments and titles of tests are free of, too.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parseSync, Visitor } from "oxc-parser"
import { conclude, repositoryFiles, ROOT } from "./source-files.mjs"
import { testTitles } from "./titles.mjs"

/** Phrases of a foreign reader, and the native forms. */
const PHRASES = [
  [/\b(?:go|goes|went|going|gone) on\b(?! (?:the|a|an|it)\b)/i, "continue, resume, keep running"],
  [
    /\b(?:so (?:many|long) (?:bytes|milliseconds|ms|seconds|of)|for so long|after so long|last so many)\b/i,
    "this many, N ms, the last N",
  ],
  [/\bat the most\b/i, "at most"],
  [/\balike\b/i, "in the same way, similarly"],
  [/\b(?:nobody|whoever|everybody|somebody)\b/i, "no one, anyone who, a client that, or the passive"],
  [/\bwho(?:ever)? asks\b/i, "the client, the caller"],
  [/\banew\b/i, "again, from the start, over"],
  [/\b(?:goes|starts|begins|continues) by itself\b/i, "automatically"],
  [/\ball the same\b/i, "anyway, nevertheless"],
  [/\b(?:text|log|typed|waits) behind\b/i, "after"],
  [/\bis told\b/i, "is reported, learns"],
  [/\bwithout more\b/i, "on its own, without arguments"],
  [/(?<!\bthere )\b(?:is|are|was|were) no (?:text|object|list|number|name|JSON|terminal|agent|hub)\b/, "is not a …"],
  [/; .{0,40}\bwithout it\b/, "(default: …)"],
  [/\bcan be repeated\b/i, "repeatable"],
  [/\bmust be there\b/i, "is required"],
  [/\bin the own\b/i, "in their own"],
  [/\blooks? on\b/i, "watch"],
]
/** What strings of the sources are free of: they reach callers on every door, and not each has routes. */
const STRINGS = [
  ...PHRASES,
  [
    /\b(?:GET|POST|PUT|PATCH|DELETE) \/\S+ (?:lists|finds|gives|shows|has)\b/,
    "the operation, as in: list them with webhooks.list",
  ],
]
/** The phrases that comments are free of. */
const COMMENTS = [
  [/\b(?:go|goes|went|going|gone) on\b(?! (?:the|a|an|it|top)\b)/i, "continue, resume, keep running"],
  [/\bso (?:many|long)\b(?! (?:as|that)\b)/i, "this many, this long, N ms"],
  [/\bat the most\b/i, "at most"],
  [/\b(?:nobody|everybody|somebody)\b/i, "no one, everyone, someone, or the passive"],
  [/\ball the same\b/i, "anyway, nevertheless"],
  [/\bin the own\b/i, "in their own"],
  [/\banew\b/i, "again, from the start, over"],
  [/\bfor ever\b/i, "forever"],
  [/\bof who asks\b/i, "of the caller"],
]
/** The phrases that titles of tests are free of. */
const TITLES = [
  ...COMMENTS,
  [/\bis told\b/i, "is reported, learns"],
  [/\balike\b/i, "in the same way, similarly"],
  [/(?<!\b(?:there|one|what) )\b(?:is|are|was|were) no (?!one\b|longer\b)/i, "is not a …"],
  [/\bwaits behind\b/i, "waits for, after"],
]

const SOURCE = /^(?:packages\/[^/]+|apps\/[^/]+|conformance)\/src\/(?!contract\/).*\.tsx?$/
const DOCUMENT =
  /^(?:README|ARCHITECTURE|CONTRIBUTING|SECURITY|GLOSSARY|CHANGELOG)\.md$|^(?:docs|decisions)\/.*\.md$|^packages\/[^/]+\/DESIGN\.md$/

const problems = []
const look = (text, phrases, where) => {
  for (const [phrase, instead] of phrases) {
    const found = phrase.exec(text)
    if (found !== null) problems.push(`${where}: "${found[0]}"; write ${instead}`)
  }
}

let texts = 0
for (const path of repositoryFiles()) {
  if (DOCUMENT.test(path)) {
    const lines = readFileSync(join(ROOT, path), "utf8").split("\n")
    lines.forEach((line, index) => look(line, PHRASES, `${path}:${index + 1}`))
    texts += lines.length
  }
  if (!SOURCE.test(path)) continue
  const source = readFileSync(join(ROOT, path), "utf8")
  const at = (start) => `${path}:${source.slice(0, start).split("\n").length}`
  const { program, comments } = parseSync(path, source)
  const read = (text, start) => {
    if (!/\w \w/.test(text)) return
    texts++
    look(text, STRINGS, at(start))
  }
  new Visitor({
    Literal: ({ value, start }) => typeof value === "string" && read(value, start),
    JSXText: ({ value, start }) => read(value.replace(/\s+/g, " "), start),
    TemplateLiteral: ({ quasis, start }) => read(quasis.map(({ value }) => value.cooked).join("…"), start),
  }).visit(program)
  for (const { value, start } of comments) look(value, COMMENTS, at(start))
}
for (const { path, title } of testTitles()) {
  texts++
  look(title, TITLES, path)
}
conclude("wording", problems, `${texts} texts carry none of the phrases`)
