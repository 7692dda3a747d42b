/** The files of the repository: what git tracks and what is new, without what it ignores. */
import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

/** Absolute path of the repository, with a separator at its end. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url))

/** Paths relative to the repository, with `/`, sorted. */
export function repositoryFiles() {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  })
  return [...new Set(listed.split("\0"))].filter((path) => path !== "" && existsSync(join(ROOT, path))).sort()
}

/** Prints each problem and ends the process with 1, or says that all is well. */
export function conclude(name, problems, summary) {
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) {
    console.error(`${name}: ${problems.length} problem${problems.length === 1 ? "" : "s"}`)
    process.exit(1)
  }
  console.log(`${name}: ${summary}`)
}
