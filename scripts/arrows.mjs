/**
 * Checks which package may import which, what each may take from outside, the order of folders inside a package, and that
 * no import goes in a circle (`packages.mjs` has the rules). Types count like everything else; only a module that is loaded
 * inside a function, when it is needed, makes no circle.
 */
import { existsSync, readFileSync } from "node:fs"
import { builtinModules } from "node:module"
import { dirname, join, normalize } from "node:path/posix"
import { parseSync, Visitor } from "oxc-parser"
import { circlesOf } from "./circles.mjs"
import { FREE, PACKAGES, TEST_PACKAGES } from "./packages.mjs"
import { conclude, repositoryFiles, ROOT } from "./source-files.mjs"

const isTest = (path) => /\.test\.ts$|\/test\/|\/contract\//.test(path)
/** How a package is bundled is no part of it. */
const isConfig = (path) => path.endsWith("/vite.config.ts")
const isSource = (path) =>
  !isConfig(path) && /^(packages|apps|testkit|bench|conformance)\/.*\.tsx?$/.test(path) && !path.endsWith(".d.ts")
/** What a path to a file ends in. `?worker` and `?url` are how a bundle is told what to make of one. */
const ENDING = /\.(ts|tsx|mjs|json|css|svg)(\?(worker|url))?$/
const builtin = new Set(builtinModules)

const packageOf = (specifier) =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/")

/** Everything a file imports: `{specifier, now}`; what is imported inside a function is loaded later. */
function importsOf(path) {
  const text = readFileSync(join(ROOT, path), "utf8")
  const { program, module, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`)
  const found = module.staticImports.map(({ moduleRequest }) => ({ specifier: moduleRequest.value, now: true }))
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest } of entries) if (moduleRequest) found.push({ specifier: moduleRequest.value, now: true })
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const literal = text.slice(moduleRequest.start, moduleRequest.end).match(/^["'](.*)["']$/)
    if (literal) found.push({ specifier: literal[1], now: false })
  }
  new Visitor({ TSImportType: ({ source }) => void found.push({ specifier: source.value, now: true }) }).visit(program)
  return found
}

/** What is wrong with an import of a package of this repository. */
function ownProblem(path, rule, specifier) {
  const [, name, ...rest] = specifier.split("/")
  const test = isTest(path)
  const own = rule.folder.split("/").at(-1)
  if (name === own) return test ? undefined : `${path}: imports its own package as ${specifier}`
  if (test && (name === "testkit" || rule.tests?.includes(name))) return undefined
  if (rest[0] === "inside" && !test) return `${path}: ${specifier} is for tests alone`
  return rule.uses.includes(name) ? undefined : `${path}: ${rule.folder} may not import ${specifier}`
}

function problemOf(path, rule, specifier) {
  const test = isTest(path)
  if (specifier.startsWith(".")) {
    const target = normalize(join(dirname(path), specifier))
    if (!target.startsWith(`${rule.folder}/`)) return `${path}: leaves its package by a path, ${specifier}; import the package`
    if (!test && isTest(target)) return `${path}: imports a test, ${specifier}`
    if (!ENDING.test(specifier)) return `${path}: ${specifier} lacks its ending`
    return undefined
  }
  if (specifier.startsWith("node:") || builtin.has(specifier)) {
    if (rule.node || test) return undefined
    return `${path}: ${rule.folder} runs in browsers and may not import ${specifier}`
  }
  if (specifier.startsWith("@holdfast/")) return ownProblem(path, rule, specifier)
  if (test && TEST_PACKAGES.includes(packageOf(specifier))) return undefined
  const folders = test ? undefined : rule.only?.[packageOf(specifier)]
  if (folders?.includes(partOf(rule.folder, path)) === false)
    return `${path}: of ${rule.folder} only ${folders.join(", ")} may import ${specifier}`
  return rule.npm.includes(packageOf(specifier)) ? undefined : `${path}: ${rule.folder} may not import ${specifier}`
}

/** The folder below `src` that a file of a package lies in, or its own name for one that lies in none. */
const partOf = (folder, path) => path.slice(`${folder}/src/`.length).split("/")[0]

/** Imports that go up a floor, or to the neighbour on the same one. */
function upwards({ folder, floors }, path, target) {
  if (floors === undefined || !path.startsWith(`${folder}/src/`) || isTest(path)) return undefined
  const [from, to] = [partOf(folder, path), partOf(folder, target)]
  if (from === to) return undefined
  const [below, above] = [to, from].map((part) => floors.findIndex((floor) => floor.includes(part)))
  const lost = [to, from][[below, above].indexOf(-1)]
  if (lost !== undefined) return `${folder}: ${lost} has no floor in scripts/packages.mjs`
  return below < above ? undefined : `arrow up, ${from} → ${to}: ${path} imports ${target}`
}

/** What is wrong with the entries that a package makes public: files that are not there, and what nobody outside imports. */
function entryProblems(folder, outside) {
  if (!folder.startsWith("packages/")) return []
  const { name, exports } = JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"))
  return Object.entries(exports).flatMap(([entry, file]) => {
    if (entry === ".") return []
    const specifier = `${name}${entry.slice(1)}`
    const isUsed = [...outside].some(
      (one) => one === specifier || (entry.endsWith("/*") && one.startsWith(specifier.slice(0, -1))),
    )
    if (!isUsed) return [`${folder}/package.json: nobody imports ${specifier}; close it`]
    return file.includes("*") || existsSync(join(ROOT, folder, file)) ? [] : [`${folder}/package.json: ${file} is not there`]
  })
}

const files = repositoryFiles().filter(isSource)
const graph = new Map()
const problems = []
const used = new Set()
/** Imports of packages of ours from another package. */
const outside = new Set()
for (const path of files) {
  const imports = importsOf(path)
  const rule = PACKAGES.find(({ folder }) => path.startsWith(`${folder}/`))
  const own = imports
    .filter(({ specifier }) => specifier.startsWith("."))
    .map(({ specifier, now }) => ({ target: normalize(join(dirname(path), specifier)), now }))
  graph.set(path, [...new Set(own.filter(({ now }) => now).map(({ target }) => target))])
  for (const { specifier } of imports) {
    if (specifier.startsWith("@holdfast/") && specifier.split("/")[1] !== path.split("/")[1]) outside.add(specifier)
  }
  if (rule === undefined) {
    if (!FREE.some((folder) => path.startsWith(`${folder}/`)))
      problems.push(`${path}: its package is not in scripts/packages.mjs`)
    continue
  }
  if (!isTest(path)) for (const { specifier } of imports) used.add(`${rule.folder} ${specifier.split("/")[1]}`)
  problems.push(...imports.map(({ specifier }) => problemOf(path, rule, specifier)).filter((text) => text !== undefined))
  problems.push(...own.map(({ target }) => upwards(rule, path, target)).filter((text) => text !== undefined))
}
for (const { folder, uses } of PACKAGES) {
  problems.push(...entryProblems(folder, outside))
  for (const name of uses) {
    if (!used.has(`${folder} ${name}`))
      problems.push(`${folder}: imports nothing of ${name}; take it off the list in scripts/packages.mjs`)
  }
}
problems.push(...circlesOf(graph).map(({ files: circle, way }) => `circle of ${circle.length} files: ${way.join(" → ")}`))
conclude("arrows", [...new Set(problems)], `${files.length} files, no arrow the wrong way, no circle`)
