/** Claude's mirrored transcript on its way to the next process, however long it is. */
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Worker } from "node:worker_threads"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { historyContext } from "../src/host/history.ts"
import { bringHome } from "../src/claude/claude-home.ts"
import { lookThrough, type ClaudeTranscript } from "../src/claude/transcript.ts"

let root: string
let cwd: string
let home: string
let project: string
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "holdfast-transcript-")))
  cwd = join(root, "work")
  home = join(root, "home")
  mkdirSync(cwd)
  project = cwd.replaceAll(/[^a-zA-Z0-9]/g, "-")
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const says = (uuid: string, type = "user") => ({ type, uuid, message: { role: type, content: `words of ${uuid}` } })
const mirrored = (batches: ReadonlyArray<{ readonly key: string; readonly entries: ReadonlyArray<object> }>): string => {
  const path = join(root, "transcript.jsonl")
  writeFileSync(path, batches.map((batch) => `${JSON.stringify(batch)}\n`).join(""))
  return path
}
const linesOf = (path: string): ReadonlyArray<unknown> =>
  readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line))
const looked = async (path: string): Promise<ClaudeTranscript> => {
  const found = await lookThrough(path, "s")
  if (found === undefined) throw new Error("nothing was found")
  return found
}

describe("a mirrored transcript", () => {
  it("A-7 is written where Claude looks for it, with its subagents', and is left alone when it is there", async () => {
    const path = mirrored([
      { key: `${project}/s`, entries: [says("a"), { type: "summary" }] },
      { key: `${project}/s/subagents/x`, entries: [says("x1")] },
      { key: `${project}/other`, entries: [says("o")] },
      { key: `${project}/s/../../../../out`, entries: [says("evil")] },
      { key: `${project}/s`, entries: [says("b", "assistant"), { type: "mode" }] },
      { key: `${project}/s/subagents/x`, entries: [says("x2")] },
    ])
    const transcript = await looked(path)
    expect(transcript).toMatchObject({ project, last: "b" })
    expect(await bringHome(home, cwd, transcript)).toBe(true)
    const file = join(home, "projects", project, "s.jsonl")
    expect(linesOf(file)).toEqual([says("a"), { type: "summary" }, says("b", "assistant"), { type: "mode" }])
    expect(linesOf(join(home, "projects", project, "s", "subagents", "x.jsonl"))).toEqual([says("x1"), says("x2")])
    expect(existsSync(join(root, "out.jsonl"))).toBe(false)
    // Claude's own file goes on behind what was mirrored.
    writeFileSync(file, `${readFileSync(file, "utf8")}${JSON.stringify(says("c"))}\n`)
    expect(await bringHome(home, cwd, transcript)).toBe(true)
    expect(linesOf(file)).toHaveLength(5)
    writeFileSync(file, `${JSON.stringify(says("z"))}\n`)
    expect(await bringHome(home, cwd, transcript)).toBe(false)
    expect(linesOf(file)).toEqual([says("z")])
    expect(await bringHome(home, root, transcript)).toBe(false)
  })

  it("A-7 is not resumed from if nothing was said, and is not used if a line of it cannot be read", async () => {
    expect(await lookThrough(mirrored([{ key: `${project}/s`, entries: [{ type: "mode" }] }]), "s")).toBeUndefined()
    expect(await lookThrough(mirrored([{ key: `${project}/o`, entries: [says("a")] }]), "s")).toBeUndefined()
    const path = mirrored([{ key: `${project}/s`, entries: [says("a")] }])
    writeFileSync(path, `${readFileSync(path, "utf8")}{"key":"${project}/s","entr\n`)
    await expect(lookThrough(path, "s")).rejects.toThrow("cannot be read")
  })

  it("A-7 of 64 MB passes through a thread that may hold 40", { timeout: 180_000 }, async () => {
    const path = join(root, "transcript.jsonl")
    const file = openSync(path, "w")
    const words = "many words ".repeat(1000)
    for (let batch = 0; batch < 60; batch++) {
      const entries = Array.from({ length: 100 }, (_, n) => ({ ...says(`u-${batch}-${n}`), words }))
      writeSync(file, `${JSON.stringify({ key: `${project}/s`, entries })}\n`)
    }
    closeSync(file)
    const program = (name: string): string => JSON.stringify(new URL(`../src/claude/${name}.ts`, import.meta.url).href)
    const work = `const { lookThrough } = await import(${program("transcript")})
      const { bringHome } = await import(${program("claude-home")})
      const found = await lookThrough(${JSON.stringify(path)}, "s")
      const isHome = await bringHome(${JSON.stringify(home)}, ${JSON.stringify(cwd)}, found)
      require("node:worker_threads").parentPort.postMessage([isHome, found.last])`
    const worker = new Worker(`(async () => { ${work} })()`, {
      eval: true,
      resourceLimits: { maxOldGenerationSizeMb: 40, maxYoungGenerationSizeMb: 8 },
    })
    const told = await new Promise((resolve, reject) => {
      worker.on("message", resolve)
      worker.on("error", reject)
    })
    expect(told).toEqual([true, "u-59-99"])
    await worker.terminate()
    expect(linesOf(join(home, "projects", project, "s.jsonl"))).toHaveLength(6000)
  })
})

describe("what was said as context", () => {
  const history = (texts: ReadonlyArray<string>): string => {
    const path = join(root, "history.jsonl")
    const lines = texts.map((text) => JSON.stringify({ role: "user", parts: [{ type: "text", text }] }))
    writeFileSync(path, `${lines.join("\n")}\n{"half a li`)
    return path
  }

  it("A-7 holds the last messages that fit, and says how many are left out", async () => {
    expect(await historyContext(history([]), "/somewhere")).toBeUndefined()
    const all = (await historyContext(history(["one", "two"]), "/somewhere")) ?? ""
    expect(all).toContain("one")
    expect(all).not.toContain("left out")
    const long =
      (await historyContext(
        history(["first", "x".repeat(90_000), "y".repeat(90_000), "z".repeat(90_000), "last"]),
        "/somewhere",
      )) ?? ""
    expect(long).toContain("(2 earlier messages are left out.)")
    expect(long.indexOf("y")).toBeGreaterThan(0)
    expect(long).not.toContain("xxx")
    expect(long).toContain("last")
    const one = (await historyContext(history(["first", `${"w".repeat(300_000)} end`]), "/somewhere")) ?? ""
    expect(one).toContain("(1 earlier message is left out.)")
    expect(one).toContain("w end")
    expect(one.length).toBeLessThan(201_000)
  })
})
