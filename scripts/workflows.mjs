/** Checks that the workflow files are YAML, and that what they run is there. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parse } from "yaml"
import { conclude, repositoryFiles, ROOT } from "./source-files.mjs"

const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"))
const projects = new Set(
  [...readFileSync(join(ROOT, "vitest.config.ts"), "utf8").matchAll(/const special = \[(.*)\]/g)]
    .flatMap(([, list]) => [...list.matchAll(/"(\w+)"/g)].map(([, name]) => name))
    .concat("unit"),
)

/** What is wrong with one workflow. */
function problemsOf(path) {
  let workflow
  try {
    workflow = parse(readFileSync(join(ROOT, path), "utf8"), { strict: true })
  } catch (error) {
    return [`${path}: is no YAML: ${error.message}`]
  }
  const jobs = Object.values(workflow?.jobs ?? {})
  if (jobs.length === 0) return [`${path}: has no jobs`]
  const steps = jobs.flatMap((job) => job.steps ?? [])
  return steps.flatMap(({ run, uses }) => {
    if (run === undefined)
      return /^[\w-]+\/[\w-]+@v\d+$/.test(uses ?? "") ? [] : [`${path}: a step runs nothing, or names no version: ${uses}`]
    const [, name] = /^npm (?:run )?([\w:]+)/.exec(run) ?? []
    if (scripts[name] === undefined) return [`${path}: there is no such script: ${run}`]
    return [...run.matchAll(/--project=(\w+)/g)]
      .filter(([, project]) => !projects.has(project))
      .map(([, project]) => `${path}: there are no ${project} tests: ${run}`)
  })
}

const files = repositoryFiles().filter((path) => /^\.github\/workflows\/.*\.ya?ml$/.test(path))
conclude("workflows", files.length === 0 ? ["there is no workflow"] : files.flatMap(problemsOf), `${files.length} fine`)
