import { execFileSync, spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"

const script = (name: string): string => fileURLToPath(new URL(`../../scripts/${name}`, import.meta.url))

/** What `npm test -- PATH` says before it installs anything. */
function refused(...args: ReadonlyArray<string>): { readonly code: number | null; readonly said: string } {
  const { status, stderr } = spawnSync(process.execPath, [script("test.mjs"), ...args], { encoding: "utf8", timeout: 30_000 })
  return { code: status, said: stderr.trim() }
}

describe("the files that npm test chooses", () => {
  it("a path that matches no test file ends with its name, also beside one that matches", () => {
    const nothing = { code: 1, said: "no test file matches no/such/path" }
    expect([refused("no/such/path"), refused("core/test/session.test", "no/such/path")]).toEqual([nothing, nothing])
  })

  it("a file that another command runs is named with that command", () => {
    const file = "testkit/test/real.agents.test.ts"
    expect(refused("real.agents")).toEqual({ code: 1, said: `${file} is not run here: npm run test:faults -- ${file}` })
  })

  it("only those that start a browser or a real agent need what tests/heavy installs", () => {
    const program = `
      import { kindOf, needHeavy, testFiles } from ${JSON.stringify(script("test-files.mjs"))}
      const files = testFiles().map((file) => ({ file, kind: kindOf(file), heavy: needHeavy([file]) }))
      console.log(JSON.stringify(files))`
    const listed = execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" })
    const files = JSON.parse(listed) as ReadonlyArray<{ readonly file: string; readonly kind: string; readonly heavy: boolean }>
    const heavy = (kind: string) => files.filter((one) => one.kind === kind && one.heavy).map(({ file }) => file)
    for (const { file, kind, heavy } of files)
      if (kind === "browser" || kind === "agents") expect([file, heavy]).toEqual([file, true])
    expect(heavy("system")).toContain("testkit/test/claude-resume.system.test.ts")
    expect([heavy("contract"), heavy("unit")]).toEqual([[], ["testkit/test/claude-sdk.test.ts"]])
  })
})
