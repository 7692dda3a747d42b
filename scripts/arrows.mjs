/**
 * Checks which room may import which, what each may take from outside, and that no import goes in a circle.
 *
 * Imports of types count as arrows, but make no circle.
 */
import { readFileSync } from "node:fs"
import { builtinModules } from "node:module"
import { dirname, join, normalize } from "node:path/posix"
import { parseSync } from "oxc-parser"
import { conclude, repositoryFiles, ROOT } from "./source-files.mjs"

/** `rooms`: imports of other rooms, by prefix. `packages`: packages of npm. `node`: built-in modules. */
const RULES = [
  { room: "packages/protocol", rooms: [], packages: ["effect"], node: false },
  { room: "packages/core", rooms: ["@holdfast/protocol"], packages: ["effect", "diff"], node: false },
  { room: "packages/client", rooms: ["@holdfast/protocol", "@holdfast/core"], packages: ["effect"], node: false },
  { room: "packages/store", rooms: ["@holdfast/protocol", "@holdfast/core"], packages: ["effect"], node: true },
  { room: "packages/link", rooms: ["@holdfast/protocol"], packages: [], node: true },
  { room: "packages/adapter", rooms: ["@holdfast/protocol", "@holdfast/link"], packages: ["effect"], node: true },
  {
    room: "packages/agents",
    rooms: ["@holdfast/protocol", "@holdfast/core", "@holdfast/link", "@holdfast/adapter"],
    packages: ["effect", "@agentclientprotocol/sdk", "unbash"],
    node: true,
  },
  {
    room: "packages/runner",
    rooms: ["@holdfast/protocol", "@holdfast/link", "@holdfast/adapter"],
    packages: ["effect", "@lydell/node-pty", "@xterm/headless", "@xterm/addon-unicode11"],
    node: true,
  },
  {
    room: "packages/hub",
    rooms: ["@holdfast/protocol", "@holdfast/core", "@holdfast/store", "@holdfast/link", "@holdfast/adapter"],
    packages: ["effect"],
    node: true,
  },
  {
    room: "packages/doors",
    rooms: ["@holdfast/protocol", "@holdfast/core", "@holdfast/store", "@holdfast/hub"],
    packages: ["effect", "ws"],
    node: true,
  },
  {
    room: "packages/server",
    rooms: [
      "@holdfast/protocol",
      "@holdfast/store",
      "@holdfast/link",
      "@holdfast/adapter",
      "@holdfast/adapter",
      "@holdfast/agents",
      "@holdfast/runner",
      "@holdfast/hub",
      "@holdfast/doors",
    ],
    packages: ["effect"],
    node: true,
  },
  {
    room: "apps/cli",
    rooms: [
      "@holdfast/protocol",
      "@holdfast/core",
      "@holdfast/store",
      "@holdfast/link",
      "@holdfast/adapter",
      "@holdfast/agents",
      "@holdfast/runner",
      "@holdfast/hub",
      "@holdfast/doors",
      "@holdfast/server",
      "@holdfast/client",
    ],
    packages: ["effect", "get-east-asian-width", "ws"],
    node: true,
  },
]

/** What tests and contract suites may use beside the rules of their room. */
const IN_TESTS = [
  ...[
    "vitest",
    "@effect/vitest",
    "fast-check",
    "ws",
    "@lydell/node-pty",
    "@xterm/headless",
    "@holdfast/testkit",
    "@holdfast/server",
  ],
  // What others make of the same chunks and the same Markdown.
  ...["ai", "markdown-it"],
  ...["@holdfast/agents", "@holdfast/runner"],
]

const isTest = (path) => /\.test\.ts$|\/test\/|\/contract\//.test(path)
const isSource = (path) => /^(packages|apps|testkit|bench)\/.*\.ts$/.test(path) && !path.endsWith(".d.ts")
const builtin = new Set(builtinModules)

const packageOf = (specifier) =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/")
const under = (specifier, prefix) => specifier === prefix || specifier.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`)

/** Everything a file imports: `{specifier, eager}`; types and imports inside a function are not eager. */
function importsOf(path) {
  const text = readFileSync(join(ROOT, path), "utf8")
  const { module, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`)
  const found = []
  for (const { moduleRequest, entries } of module.staticImports) {
    const typesOnly = entries.length > 0 && entries.every(({ isType }) => isType)
    found.push({ specifier: moduleRequest.value, eager: !typesOnly })
  }
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest, isType } of entries) {
      if (moduleRequest) found.push({ specifier: moduleRequest.value, eager: !isType })
    }
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const literal = text.slice(moduleRequest.start, moduleRequest.end).match(/^["'](.*)["']$/)
    if (literal) found.push({ specifier: literal[1], eager: false })
  }
  return found
}

function problemsOf(path, rule, specifier) {
  const test = isTest(path)
  if (specifier.startsWith(".")) {
    const target = normalize(join(dirname(path), specifier))
    if (!target.startsWith(`${rule.room}/`)) return `${path}: leaves its room by a path, ${specifier}; import the package`
    if (!test && isTest(target)) return `${path}: imports a test, ${specifier}`
    if (!/\.(ts|mjs|json)$/.test(specifier)) return `${path}: ${specifier} lacks its ending`
    return undefined
  }
  if (specifier.startsWith("node:") || builtin.has(specifier)) {
    if (rule.node || test) return undefined
    return `${path}: ${rule.room} runs in browsers and may not import ${specifier}`
  }
  if (test && IN_TESTS.some((name) => under(specifier, name))) return undefined
  if (specifier.startsWith("@holdfast/")) {
    if (!test && under(specifier, `@holdfast/${rule.room.split("/")[1]}`)) return `${path}: imports its own room as ${specifier}`
    if (test && under(specifier, `@holdfast/${rule.room.split("/")[1]}`)) return undefined
    return rule.rooms.some((room) => under(specifier, room)) ? undefined : `${path}: ${rule.room} may not import ${specifier}`
  }
  return rule.packages.includes(packageOf(specifier)) ? undefined : `${path}: ${rule.room} may not import ${specifier}`
}

/** Circles among eager imports, each named once. */
function circles(graph) {
  const problems = []
  const state = new Map()
  const visit = (path, trail) => {
    state.set(path, "open")
    for (const next of graph.get(path) ?? []) {
      if (state.get(next) === "open") problems.push(`circle: ${[...trail.slice(trail.indexOf(next)), next].join(" → ")}`)
      else if (!state.has(next)) visit(next, [...trail, next])
    }
    state.set(path, "done")
  }
  for (const path of graph.keys()) if (!state.has(path)) visit(path, [path])
  return problems
}

const files = repositoryFiles().filter(isSource)
const graph = new Map()
const problems = []
for (const path of files) {
  const imports = importsOf(path)
  const rule = RULES.find(({ room }) => path.startsWith(`${room}/`))
  if (rule !== undefined) {
    problems.push(...imports.map(({ specifier }) => problemsOf(path, rule, specifier)).filter((text) => text !== undefined))
  }
  const relative = imports.filter(({ specifier, eager }) => eager && specifier.startsWith("."))
  graph.set(
    path,
    relative.map(({ specifier }) => normalize(join(dirname(path), specifier))),
  )
}
conclude("arrows", [...problems, ...circles(graph)], `${files.length} files, no arrow the wrong way, no circle`)
