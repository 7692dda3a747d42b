import { describe, expect, it } from "vitest"
import type { Doing } from "@holdfast/client/model"
import { undoOf } from "../../src/list/changes.ts"
import { changedFilter, facetsOf, isFiltering, NO_FILTER, passing } from "../../src/list/filter.ts"
import { nowLine, verbOf } from "../../src/list/now-line.ts"
import { shellLine } from "../../src/list/shell-line.ts"
import { tagsOf } from "../../src/list/tags.ts"
import { agent, asking, terminal } from "./records.ts"

describe("what a row says", () => {
  const line = (record: Parameters<typeof nowLine>[0], doing?: Partial<Doing>) =>
    nowLine(record, doing === undefined ? undefined : ({ session: record.id, time: 1, what: "nothing", ...doing } as Doing))

  it("APP-20 says what is asked, in one line", () => {
    expect(line(asking("a", 1, { subject: "npm test \\\n  --update" }))).toEqual({ words: "run", target: "npm test \\ --update" })
    expect(line(asking("a", 1, { kind: "question", questions: [{ question: "Keep it?", choices: [] }] }))).toEqual({
      words: "asks: Keep it?",
    })
    expect(line(asking("a", 1, { kind: "plan" }))?.words).toContain("plan")
    expect(
      line(
        terminal("t", { activity: "asking", terminal: { program: { state: "blocked", message: "approve Write: x", since: 1 } } }),
      ),
    ).toEqual({
      words: "approve Write: x",
    })
  })

  it("APP-20 says how far a program is, and what it runs where it has no words, and nothing of a program that prints nothing", () => {
    const program = { state: "working", progress: 40, since: 1 } as const
    expect(line(terminal("t", { terminal: { program: { ...program, message: "copies" } } }))).toEqual({ words: "copies · 40 %" })
    const lastCommand = { line: "npm ci", startedAt: 1 }
    expect(line(terminal("t", { terminal: { program, lastCommand } }))).toEqual({ words: "40 %", target: "npm ci" })
    const failed = { program: { ...program, state: "failed", message: "no space" } } as const
    expect(line(terminal("t", { terminal: failed }))).toEqual({ words: "no space", isFailure: true })
    const ran = terminal("t", { terminal: { lastCommand: { ...lastCommand, milliseconds: 1 } } })
    expect(line(ran, { what: "nothing" })).toEqual({ words: "ran", target: "npm ci" })
  })

  it("APP-20 says what is done now, and how it ended", () => {
    const works = agent("a", { turn: { status: "streaming", startedAt: 1 }, activity: "working" })
    expect(line(works, { what: "tool", words: "Grep", target: "fold\nnow" })).toEqual({ words: "searches", target: "fold now" })
    expect(line(works, { what: "tool", words: "mcp__x" })).toEqual({ words: "uses mcp__x" })
    expect(line(works, { what: "thinking" })).toEqual({ words: "thinks" })
    expect(line(works)).toEqual({ words: "works" })
    expect(line(terminal("t"), { what: "printing", words: "214 of 326" })).toEqual({ words: "", target: "214 of 326" })
    expect(line(terminal("t", { process: "exited", exitCode: 2 }))).toEqual({ words: "ended with exit code 2", isFailure: true })
    expect(line(terminal("t", { process: "lost", problem: "the runner was killed" }))).toEqual({
      words: "the runner was killed",
      isFailure: true,
    })
    expect(line(agent("a", { status: "deleted", purgeAt: 0 }))?.words).toContain("deleted for good on")
    expect(verbOf("Bash")).toBe("run")
  })
})

describe("terminals that have the name of their shell", () => {
  const line = (own: object, doing?: Partial<Doing>) =>
    shellLine(
      terminal("zsh", { terminal: own }),
      doing === undefined ? undefined : ({ session: "zsh", time: 1, what: "nothing", ...doing } as Doing),
    )

  it("APP-20 are told apart by their directory, title, program and last command", () => {
    expect([line({ cwd: "/src/holdfast/" }), line({ cwd: "/" }), line({ title: "me@here: ~" })]).toEqual([
      "holdfast",
      "/",
      "me@here: ~",
    ])
    expect(line({ lastCommand: { line: "vim  a.ts", startedAt: 1 } })).toBe("src · vim a.ts")
    expect(line({ title: "make", lastCommand: { line: "make", startedAt: 1, milliseconds: 2 } })).toBe("make")
    expect(line({ program: { state: "working", title: "Copies", since: 1 } })).toBe("src · Copies")
    expect(line({}, { what: "screen" })).toBe("src · full screen")
    expect(line({ title: "zsh" }, { what: "printing", words: "a" })).toBe("src")
  })

  it("APP-20 say nothing of it where they have a name of their own", () => {
    expect(shellLine(terminal("the server"), undefined)).toBeUndefined()
    expect(shellLine(agent("zsh"), undefined)).toBeUndefined()
  })
})

describe("the filter of the list", () => {
  const records = [agent("Fold turns", { tags: ["build"] }), terminal("zsh"), agent("ÉTÉ")]
  const found = (change: object) => records.filter(passing(changedFilter(NO_FILTER, change))).map(({ label }) => label)

  it("finds words in names, tags, agents and directories, in any case and composition", () => {
    expect(found({ words: "fold  BUILD" })).toEqual(["Fold turns"])
    expect(found({ words: "e\u0301te\u0301" })).toEqual(["ÉTÉ"])
    expect(found({ words: "claude holdfast" })).toEqual(["Fold turns", "ÉTÉ"])
    expect(found({ kind: "terminal" })).toEqual(["zsh"])
    expect(found({ directory: "/src" })).toEqual(["Fold turns", "zsh", "ÉTÉ"])
    expect(found({ directory: "/sr" })).toEqual([])
  })

  it("APP-24 finds terminals by what runs in them: the program's name and words, and the last command", () => {
    const runs = [
      terminal("one", { terminal: { program: { state: "blocked", app: "claude-code", message: "approve Write", since: 1 } } }),
      terminal("two", { terminal: { lastCommand: { line: "npm run build", startedAt: 1 } } }),
    ]
    const named = (words: string) => runs.filter(passing(changedFilter(NO_FILTER, { words }))).map(({ label }) => label)
    expect([named("claude-code"), named("APPROVE write"), named("run build")]).toEqual([["one"], ["one"], ["two"]])
  })

  it("APP-24 limits the list to what was active today, within a week, or within a month", () => {
    const now = new Date(2026, 10, 30, 9).getTime()
    const day = 86_400_000
    const ages = [1 / 24, 0.5, 6.9, 7.1, 29, 31].map((days) => agent(`${days}`, { lastActiveAt: now - days * day }))
    const within = (since: "today" | "week" | "month") => ages.filter(passing(changedFilter(NO_FILTER, { since }), now)).length
    // Half a day ago was yesterday.
    expect([within("today"), within("week"), within("month")]).toEqual([1, 3, 5])
    expect(facetsOf(ages, now).since.map(({ value, count }) => `${value} ${count}`)).toEqual(["today 1", "week 3", "month 5"])
    expect(isFiltering(changedFilter(NO_FILTER, { since: "week" }))).toBe(true)
  })

  it("knows what there is to filter by, and what is in force", () => {
    expect(facetsOf(records).agent).toEqual([{ value: "claude", count: 2 }])
    const limited = changedFilter(NO_FILTER, { tag: "build", tab: "waiting" })
    expect([isFiltering(limited), isFiltering(changedFilter(limited, { tag: undefined }))]).toEqual([true, false])
    expect(changedFilter(limited, { status: "archived" }).tab).toBe("all")
  })

  it("takes tags as a person types them", () => {
    expect(tagsOf(" build, ci  release/0.2 build ")).toEqual(["build", "ci", "release/0.2"])
  })
})

describe("the way back", () => {
  it("APP-23 undoes a change of many with what each of them was", () => {
    const some = [agent("a", { tags: ["x"] }), agent("b", { tags: [] }), agent("c", { tags: ["x"] })]
    expect(undoOf({ action: "update", change: { tags: ["y"] } }, some)).toEqual([
      { change: { action: "update", change: { tags: ["x"] } }, ids: ["a", "c"] },
      { change: { action: "update", change: { tags: [] } }, ids: ["b"] },
    ])
    expect(undoOf({ action: "delete" }, [agent("a"), agent("b", { status: "archived" })])).toEqual([
      { change: { action: "restore" }, ids: ["a"] },
      { change: { action: "archive" }, ids: ["b"] },
    ])
  })
})
