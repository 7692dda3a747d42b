/** Wrong usage, before any hub is asked: what is missing or cannot be meant is said in words. */
import { spawnSync } from "node:child_process"
import { describe, expect, it } from "vitest"
import { toFailure } from "../src/failure.ts"
import { withHints } from "../src/hint.ts"
import { withTimes } from "../src/list-command.ts"
import { HoldfastError } from "@holdfast/client/errors"

/** Runs command lines one after the other in one process, where no hub is; gives the exit code of each, and what it said on standard error. */
function ran(...lines: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<readonly [number, string]> {
  const module = JSON.stringify(new URL("../src/command-line.ts", import.meta.url).href)
  const script = `const { run } = await import(${module})
for (const args of JSON.parse(process.argv[1])) {
  const code = await run(args)
  process.stderr.write("\\u0001" + code + "\\u0002")
}
process.exit(0)`
  const env = { ...process.env, HOLDFAST_PORT: "9", HOLDFAST_DATA: "/nowhere", HOLDFAST_TOKEN: "" }
  const given = ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script, JSON.stringify(lines)]
  const { stderr } = spawnSync(process.execPath, given, { env, encoding: "utf8", timeout: 30_000 })
  return stderr
    .split("\u0002")
    .slice(0, -1)
    .map((one) => {
      const [text = "", code] = one.split("\u0001")
      return [Number(code), text]
    })
}

describe("a command line that cannot be meant", () => {
  it("X-31 a required text that is empty ends with 2, in every command that has one", () => {
    const commands: ReadonlyArray<ReadonlyArray<string>> = [
      ["announce", ""],
      ["announce", "--remove", " "],
      ["token", "new", ""],
      ["token", "revoke", ""],
      ["webhook", "add", "", "--on", "turn-ended"],
      ...["rm", "test", "log", "retry", "rotate"].map((name) => ["webhook", name, ""]),
      ["rename", "s", " "],
      ["mark", "s", ""],
      ["signal", "s", ""],
      ["approve", "s", "", "allow"],
      ["approve", "s", "r", ""],
      ["cd", "s", ""],
      ["model", "s", ""],
      ["mode", "s", ""],
      ["tasks", "stop", "s", ""],
      ["queue", "show", "s", ""],
      ["queue", "rm", "s", ""],
      ["agents", "install", ""],
      ["trust", "add", ""],
      ...["show", "pin", "rm", "attach", "who", "screen", "log", "export", "messages", "interrupt"].map((name) => [name, ""]),
    ]
    const all = ran(...commands)
    expect(all.length).toBe(commands.length)
    for (const [at, [code, text]] of all.entries()) {
      expect([commands[at], code]).toEqual([commands[at], 2])
      expect(text).toMatch(/is not empty|is missing|takes the id|not the address/)
    }
  })

  it("X-31 what is missing, or cannot be meant, is said in words, all of it at once", () => {
    const cases: ReadonlyArray<readonly [RegExp, ReadonlyArray<string>]> = [
      [/what to announce is missing/, ["announce", "--until", "2h"]],
      [/what to announce is missing/, ["announce", "--kind", "limits"]],
      [/not both/, ["announce", "--remove", "x", "--until", "2h"]],
      [/name a tag/, ["tag", "s"]],
      [/name the sessions/, ["import", "--claude"]],
      [/--on is required/, ["webhook", "add", "https://example.com"]],
      [/"banana" is not the address[^]*--on is required/, ["webhook", "add", "banana"]],
      [/--expires takes a time to come, such as 90m/, ["token", "new", "a", "--expires", "-5m"]],
      [/--until takes a time to come/, ["announce", "x", "--until", "-5m"]],
      [/a value that begins with - is written with =/, ["ls", "--find", "-5m"]],
    ]
    const all = ran(...cases.map(([, args]) => args))
    for (const [at, [says, args]] of cases.entries()) expect([args, all[at]]).toEqual([args, [2, expect.stringMatching(says)]])
    expect(withTimes(["a", "--until", "-5m", "--", "--until", "-5m"])).toEqual(["a", "--until=-5m", "--", "--until", "-5m"])
  })
})

describe("an error of the hub on the command line", () => {
  const start = { env: {}, script: "holdfast", node: "/bin/node", exists: () => false }

  it("X-31 names the command for an operation that it names", () => {
    expect(withHints("no webhook has this id; list them with webhooks.list", start)).toBe(
      "no webhook has this id; list them with: holdfast webhook ls",
    )
    expect(withHints("called with webhooks.list, it failed", start)).toBe("called with webhooks.list, it failed")
  })

  it("X-21 that a token has expired is not put down to a wrong file", () => {
    const expired = toFailure(new HoldfastError("Unauthorized", "this token expired", { expiredAt: 1 }))
    expect(expired.message).toBe("this token expired")
    expect(toFailure(new HoldfastError("Unauthorized", "no")).message).toContain("HOLDFAST_TOKEN")
  })
})
