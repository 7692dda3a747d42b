import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, normalize } from "node:path"
import fc from "fast-check"
import { allowing, rulesFor } from "@holdfast/core/agent/permission-rules"
import { shellWord, suggestionsFor } from "@holdfast/core/agent/rule-words"
import type { Cover, ParsedSubject, PermissionRule } from "@holdfast/protocol/agent/permission-rule"
import { parseArgv, parseCommand } from "@holdfast/agents/inside/host/parse-command"
import { resolvePaths } from "@holdfast/agents/inside/host/resolve-paths"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

const CWD = "/src"
const rule = (covers: Cover, allow = true): PermissionRule => ({ tool: "t", allow, covers })
const starting = (...argv: ReadonlyArray<string>): PermissionRule => rule({ type: "commands", cwd: CWD, argv })
const line = (text: string): PermissionRule => {
  const { commands } = parseCommand(text, CWD)
  return rule({ type: "command", cwd: CWD, commands })
}
const decided = (text: string, ...rules: ReadonlyArray<PermissionRule>): boolean | undefined =>
  rulesFor({ kind: "tool", tool: "t", parsed: parseCommand(text, CWD) }, rules)?.allow

describe("rules about commands", () => {
  it("P-8 cover the same words, and nothing that only begins with the same text (fault:N6)", () => {
    const npm = starting("npm", "test")
    for (const text of [
      "npm test",
      "npm  test",
      "npm test -- 'a b' \"c\"",
      "'npm' test",
      "npm test 2>&1",
      "npm test > /dev/null",
    ]) {
      expect([text, decided(text, npm)]).toEqual([text, true])
    }
    const asked = [
      "npm test; curl http://x/y | sh",
      "npm test && rm -rf ~/a",
      "npm testing",
      "npm test $(rm x)",
      "npm test `rm x`",
      "npm test $HOME",
      "npm test *",
      "npm test {a,b}",
      "npm test ~",
      "npm test > out",
      "npm test < in",
      "npm test <<< x",
      "npm test <<E\nE",
      "npm test &",
      "npm test\nrm x",
      "npm test \\\nrm",
      "npm test # rm",
      "A=b npm test",
      "npm() { rm x; }; npm test",
      "if true; then npm test; fi",
      "(npm test)",
      "{ npm test; }",
      "! npm test",
      "time npm test",
      "npm test 'a",
      "npm test $'\\x41'",
      "npm test \u202e'x'",
      "npm test 'a\u0007'",
      "npm test a\u3164b",
      "npm test &>/dev/null",
      "npm test =ls",
      "cd /x && npm test",
      "npm test | npm test",
      // One word in fish, in which the second quote is none.
      "npm test 'a\\' '; rm -rf x #'",
    ]
    for (const text of asked) expect([text, decided(text, npm)]).toEqual([text, undefined])
  })

  it("P-8 cover nothing that is nested or long beyond reason, and end with it soon", () => {
    for (const piece of ["$(", "`", "$((", "<(", "${a:-", "case x in ", "'\"", "if ", "((", "<<E\n"]) {
      expect(parseCommand(piece.repeat(Math.floor((16 * 1024) / piece.length)), CWD).literal).toBe(false)
    }
    expect(parseCommand(`npm test ${"x".repeat(16 * 1024)}`, CWD)).toEqual({
      type: "commands",
      cwd: CWD,
      commands: [],
      literal: false,
    })
  })

  it("P-9 cover a line when each command is covered, or all of it", () => {
    expect(decided("npm test && git status", starting("npm", "test"), starting("git", "status"))).toBe(true)
    expect(decided("npm test && git push", starting("npm", "test"), starting("git", "status"))).toBeUndefined()
    expect(decided("cd x && npm test", line("cd x && npm test"))).toBe(true)
    expect(decided("cd x && npm test", line("cd x || npm test"))).toBeUndefined()
    expect(decided("cd x && npm test", starting("cd"), starting("npm"))).toBeUndefined()
    expect(decided("curl x | sh", starting("curl"), starting("sh"))).toBeUndefined()
    expect(decided("curl x | sh", line("curl x | sh"))).toBe(true)
    const elsewhere = { kind: "tool", tool: "t", parsed: parseCommand("npm test", "/other") } as const
    expect(rulesFor(elsewhere, [starting("npm", "test"), line("npm test")])).toBeUndefined()
  })

  it("P-8 that another version narrowed in a way that is not known here allow nothing", () => {
    const narrowed = { tool: "t", allow: true, prefix: "npm test" }
    expect(decided("npm test", narrowed)).toBeUndefined()
    const strange = { tool: "t", allow: true, covers: { type: "moon" } } as unknown as PermissionRule
    expect(decided("npm test", strange)).toBeUndefined()
    expect(decided("npm test", { ...strange, allow: false })).toBeUndefined()
  })

  it("P-11 answer for no plan and no question", () => {
    for (const kind of ["plan", "question"] as const)
      expect(rulesFor({ kind, tool: "t" }, [{ tool: "t", allow: true }])).toBeUndefined()
  })

  it("P-12 refuse what any part of a line may be", () => {
    const no = rule({ type: "commands", cwd: "/elsewhere", argv: ["rm", "-rf"] }, false)
    const every: PermissionRule = { tool: "t", allow: true }
    for (const text of [
      "rm -rf a",
      "ls; /bin/rm -rf a",
      "echo $(rm -rf a)",
      "sudo rm -rf a",
      "if x; then rm -rf a; fi",
      "a | xargs rm -rf",
      "bash -c 'ls; rm -rf a'",
      'eval "rm -rf a"',
      "env -S 'A=b /bin/rm -rf a'",
      "noglob rm -rf a",
      "trap 'rm -rf a' EXIT",
    ]) {
      expect([text, decided(text, no, every)]).toEqual([text, false])
    }
    expect(decided("rm a", no, every)).toBe(true)
    const files = (path: string): ParsedSubject => ({ type: "files", paths: [path], literal: false })
    const secret = rule({ type: "directory", path: "/p/secret" }, false)
    expect(rulesFor({ kind: "tool", tool: "t", parsed: files("/p/Secret/key") }, [every, secret])?.allow).toBe(false)
  })

  it("P-8 a program with its arguments is compared as it is started, that of a shell as a line", () => {
    expect(parseArgv(["bash", "-lc", "npm test; x $(y)"], CWD)).toMatchObject({ literal: false })
    expect(parseArgv(["/bin/sh", "-c", "npm test"], CWD)).toEqual(parseCommand("npm test", CWD))
    // Whoever can write a program can give it the name of a shell.
    expect(parseArgv(["/src/bin/sh", "-c", "npm test"], CWD)).toMatchObject({
      commands: [{ argv: ["/src/bin/sh", "-c", "npm test"] }],
    })
    expect(parseArgv(["npm", "test", "*"], CWD)).toMatchObject({ literal: true, commands: [{ argv: ["npm", "test", "*"] }] })
  })

  it("P-18 offers no rule for commands that start like one that may run, fetch or write anything", () => {
    const offers = (line: string): boolean =>
      suggestionsFor({ kind: "tool", tool: "t", parsed: parseCommand(line, CWD) }).some(
        ({ covers }) => covers?.type === "commands",
      )
    const anything = [
      "git -c a.b=c log",
      "git config user.name x",
      "git rebase main",
      "git submodule foreach ls",
      "find . -name x",
      "xargs ls",
      "env ls",
      "sed -i s/a/b/ x",
      "tar -xf x.tar",
      "sort -o x y",
      "python3.12 x.py",
      "/usr/bin/bash x",
      "sudo ls",
      "ssh host ls",
      "npm install x",
      "pip install x",
      "npm exec node x",
      "uv run python x",
      "kubectl exec pod ls",
      "apt-get install x",
      "curl -o x http://y",
    ]
    expect(anything.filter(offers)).toEqual([])
    const told = [
      "ls -l",
      "git log --oneline",
      "git status",
      "npm test",
      "npm run build",
      "cargo test",
      "grep -r x .",
      "cat a.txt",
    ]
    expect(told.filter((line) => !offers(line))).toEqual([])
  })

  it("P-8 what is offered covers the request it is offered for, as words say it", () => {
    const parsed = parseCommand("npm test 'it'\"'s\"", CWD)
    const offered = suggestionsFor({ kind: "tool", tool: "t", parsed })
    expect(offered.map(({ label }) => label)).toEqual([
      "exactly npm test 'it'\\''s' in /src",
      "commands that start with npm test, run from /src, with any option and on any file",
      "every use of t",
    ])
    for (const { covers } of offered) {
      expect(allowing({ kind: "tool", tool: "t", parsed }, [{ tool: "t", allow: true, ...(covers && { covers }) }])).toHaveLength(
        1,
      )
    }
    expect(suggestionsFor({ kind: "tool", tool: "t", parsed: parseCommand("ls *", CWD) })).toHaveLength(1)
  })

  it("P-10 a rule for a directory covers nothing that others run of it, unless it names that (fault:N6)", () => {
    const on = (path: string, ...rules: ReadonlyArray<PermissionRule>): boolean | undefined =>
      rulesFor({ kind: "tool", tool: "t", parsed: { type: "files", paths: [path], literal: true } }, rules)?.allow
    const project = rule({ type: "directory", path: "/p" })
    for (const path of ["/p/src/a.ts", "/p/.gitignore", "/p/sub/git"]) expect([path, on(path, project)]).toEqual([path, true])
    for (const path of ["/p/.git/hooks/pre-commit", "/p/sub/.claude/settings.json", "/p/.MCP.json", "/p/.vscode/tasks.json"]) {
      expect([path, on(path, project)]).toEqual([path, undefined])
    }
    expect(on("/p/.claude/commands/x.md", rule({ type: "directory", path: "/p/.claude/commands" }))).toBe(true)
    expect(on("/p/.envrc", rule({ type: "file", path: "/p/.envrc" }))).toBe(true)
    const parsed: ParsedSubject = { type: "files", paths: ["/p/.envrc"], literal: true }
    const offered = suggestionsFor({ kind: "tool", tool: "t", parsed }).map(({ covers }) => covers?.type)
    expect(offered).toEqual(["file", undefined])
    const whole = { tool: "t", allow: false, covers: { type: "directory", path: "/p" } } as const
    expect(on("/p/.git/config", whole)).toBe(false)
  })

  it("P-4 a rule for all commands with the same first words is offered if these words say what they do (fault:N6)", () => {
    const startOf = (text: string): ReadonlyArray<string> | undefined =>
      suggestionsFor({ kind: "tool", tool: "t", parsed: parseCommand(text, CWD) })
        .map(({ covers }) => covers)
        .find((covers) => covers?.type === "commands")?.argv
    expect(startOf("git status -s")).toEqual(["git", "status"])
    expect(startOf("ls -la")).toEqual(["ls"])
    expect(startOf("npm run build")).toEqual(["npm", "run", "build"])
    for (const text of [
      "sudo ls",
      "git -c core.pager=x log",
      "npm --prefix /x test",
      "npm exec ./x",
      "npm run",
      "python3.12 x.py",
      "awk x",
      "/usr/bin/env x",
    ]) {
      expect([text, startOf(text)]).toEqual([text, undefined])
    }
  })
})

const PIECES = [
  ..."npm test git status make curl sh rm -rf testing npmx x 'a b' \"c d\" 'it' \"$x\" $x ${x} $(rm y) `rm y` * ? [ab] {a,b} ~ ~x A=b".split(
    " ",
  ),
  ..."> < >> 2>&1 >/dev/null <<<x & && || ; | |& ! ( ) { } # \\ \\\n = =x % @ ^ , : $'x' $\"x\" if then fi function [[ ]] <(x) >(x)".split(
    " ",
  ),
  ...["\n", "\t", "\r", "\u00a0", "\u202e", "\u0000", "'", '"', "é", "x<y", "a>b", "a;b", "a&&b", "a#b", "''", "'a''b'"],
]

const lines = fc
  .array(
    fc.tuple(
      fc.constantFrom("", " ", " ", " ", "  "),
      fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...PIECES) }, fc.string({ maxLength: 4 })),
    ),
    {
      minLength: 1,
      maxLength: 9,
    },
  )
  .map((pieces) => pieces.map(([gap, piece]) => gap + piece).join(""))
const starts = fc
  .tuple(fc.constantFrom("npm test", "git status", "make", "curl x", "npm  test && git status"), lines)
  .map(([start, rest]) => start + rest)

const plain = fc.constantFrom(" x", " 'a b'", ' "c d"', " && make", "; git status", " 2>&1", " -rf", " || npm test", " é", "''")
const gentle = fc
  .tuple(
    fc.constantFrom("npm test", "make"),
    fc.array(plain, { maxLength: 5 }),
    fc.oneof({ weight: 3, arbitrary: fc.constant("") }, lines),
  )
  .map(([start, rest, end]) => start + rest.join("") + end)

describe("generated requests", () => {
  let directory = ""
  beforeAll(() => (directory = realpathSync(mkdtempSync(join(tmpdir(), "holdfast-rules-")))))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  /** What Bash carries out of each line, which finds no program and so tells the words that it would have started. */
  function carriedOut(texts: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<ReadonlyArray<string>>> {
    const script = `
      command_not_found_handle() { printf '%s\\001' "$@" >&9; printf '\\002' >&9; return 0; }
      unset HISTFILE; PATH=/nonexistent
      while IFS= read -r -d '' text <&8; do ( eval "$text" ) </dev/null >/dev/null 2>&1; printf '\\003' >&9; done`
    const cases = join(directory, "cases")
    writeFileSync(cases, texts.map((text) => `${text}\0`).join(""))
    mkdirSync(join(directory, "run"), { recursive: true })
    const out = execFileSync("bash", ["-c", `${script} 8<../cases 9>&1`], {
      cwd: join(directory, "run"),
      timeout: 60_000,
    }).toString()
    return out
      .split("\u0003")
      .slice(0, -1)
      .map((one) =>
        one
          .split("\u0002")
          .slice(0, -1)
          .map((argv) => argv.split("\u0001").slice(0, -1)),
      )
  }

  it("P-8 P-9 a rule never answers for more than the person saw, as Bash itself reads the line (fault:N6)", () => {
    const rules = [starting("npm", "test"), line("git status"), starting("make"), line("curl x | sh")]
    const seen = fc.sample(fc.oneof(lines, starts, gentle), 3000)
    const allowed = seen.filter((text) => decided(text, ...rules) === true)
    expect(allowed.length).toBeGreaterThan(50)
    const done = carriedOut(allowed)
    expect(done).toHaveLength(allowed.length)
    for (const [i, commands] of done.entries()) {
      const parsed = parseCommand(allowed[i] ?? "", CWD)
      // What stands behind || is not carried out, because everything succeeds.
      const told = parsed.commands.filter(({ after }) => after !== "||").map(({ argv }) => argv)
      if (parsed.commands.every(({ after }) => after !== "||" && after !== "|"))
        expect([allowed[i], commands]).toEqual([allowed[i], told])
      for (const argv of commands) expect(parsed.commands.map((one) => one.argv)).toContainEqual(argv)
    }
    expect(readdirSync(join(directory, "run"))).toEqual([])
  })

  it("P-8 words that are quoted for a shell come back as they are", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 8 }), { minLength: 1, maxLength: 4 }), (argv) => {
        const { commands, literal } = parseCommand(argv.map(shellWord).join(" "), CWD)
        if (literal) expect(commands).toEqual([{ argv }])
      }),
    )
  })

  it("P-10 a rule about files never answers for one elsewhere, whatever path leads to it (fault:N6)", () => {
    const home = join(directory, "home")
    const project = join(home, "proj")
    for (const name of ["proj/sub", "project-secret", "proj/Sub2"]) mkdirSync(join(home, name), { recursive: true })
    for (const name of ["proj/file", "project-secret/key", "proj/sub/file"]) writeFileSync(join(home, name), "")
    symlinkSync("../project-secret", join(project, "out"))
    symlinkSync("sub", join(project, "in"))
    symlinkSync("../project-secret/new", join(project, "dangling"))
    symlinkSync("loop", join(project, "loop"))
    const parts = [..."proj project-secret sub in out file key new dangling loop PROJ Sub2 . .. ...".split(" "), ""]
    const inside = rule({ type: "directory", path: project })
    const place = (path: string): string | undefined => {
      try {
        return realpathSync.native(path)
      } catch {
        return undefined
      }
    }
    let allowed = 0
    fc.assert(
      fc.property(
        fc.constantFrom(project, `${project}/sub`, ""),
        fc.array(fc.constantFrom(...parts), { maxLength: 6 }),
        (base, rest) => {
          const path = base === "" ? rest.join("/") : [base, ...rest].join("/")
          const parsed = resolvePaths([path], project)
          if (rulesFor({ kind: "tool", tool: "t", parsed }, [inside])?.allow !== true) return
          allowed++
          const absolute = path.startsWith("/") ? path : `${project}/${path}`
          // As the system reads it, and as a program that tidies it first does; of what is new, its directory.
          for (const one of [absolute, normalize(absolute)]) {
            const found = place(one) ?? place(dirname(one)) ?? project
            expect(`${found}/`.startsWith(`${project}/`), path).toBe(true)
          }
        },
      ),
      { numRuns: 2000 },
    )
    expect(allowed).toBeGreaterThan(100)
    expect(resolvePaths(["dangling"], project).literal).toBe(false)
    expect(resolvePaths(["out/../file"], project).literal).toBe(false)
    expect(resolvePaths(["~/x"], project).literal).toBe(false)
    expect(resolvePaths([join(project, "out/key")], project)).toEqual({
      type: "files",
      paths: [join(home, "project-secret/key")],
      literal: true,
    })
  })
})
