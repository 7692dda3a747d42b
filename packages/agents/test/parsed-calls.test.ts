import { mkdtempSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { PermissionAsk } from "@holdfast/protocol/agent/permission"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { parsedSubject as ofAcp } from "../src/acp/parsed.ts"
import type { AcpToolCall } from "../src/acp/ToolCalls.ts"
import { boundedAsk } from "../src/host/bounds.ts"
import { OpenRequests } from "../src/host/OpenRequests.ts"
import { parsedSubject as ofClaude } from "../src/claude/parsed.ts"

const call = (kind: string | undefined, ...paths: ReadonlyArray<string>): AcpToolCall => {
  const part: Partial<AcpToolCall> = { id: "c", name: "tool", kind, locations: paths.map((path) => ({ path })) }
  return part as AcpToolCall
}

const ask = (part: Partial<PermissionAsk> = {}): PermissionAsk => ({
  id: "1",
  kind: "tool",
  tool: "t",
  title: "t",
  subject: "s",
  input: {},
  options: [],
  ...part,
})

describe("what agents ask, as rules compare it", () => {
  let cwd = ""
  beforeAll(() => (cwd = realpathSync(mkdtempSync(join(tmpdir(), "holdfast-parsed-")))))
  afterAll(() => rmSync(cwd, { recursive: true, force: true }))

  it("P-8 an ACP command is a line or words, in the directory it names; whatever else may change it makes it not literal", () => {
    const npm = { type: "commands", cwd, commands: [{ argv: ["npm", "test"] }], literal: true }
    expect(ofAcp(call("execute"), { command: "npm test", description: "tests" }, cwd)).toEqual(npm)
    expect(ofAcp(call(undefined), { command: ["bash", "-lc", "npm test"] }, cwd)).toEqual(npm)
    expect(ofAcp(call("execute"), { cmd: "npm test", workdir: "sub" }, cwd)).toEqual({ ...npm, cwd: join(cwd, "sub") })
    for (const more of [
      { env: { A: "b" } },
      { args: ["x"] },
      { with_escalated_permissions: true },
      { shell: "fish" },
      { stdin: "x" },
      { parameters: ["x"] },
      { cmd: "rm x" },
      { host: "production" },
      { cwd: "a", workdir: "b" },
    ]) {
      expect(ofAcp(call("execute"), { command: "npm test", ...more }, cwd)).toMatchObject({ literal: false })
    }
    expect(ofAcp(call("execute"), { command: ["npm", 1] }, cwd)).toBeUndefined()
    expect(ofAcp(call("fetch"), { url: "http://x" }, cwd)).toBeUndefined()
  })

  it("P-10 an ACP call is about every file it names, wherever it names it", () => {
    const files = (...names: ReadonlyArray<string>) => ({
      type: "files",
      paths: names.map((name) => join(cwd, name)),
      literal: true,
    })
    expect(ofAcp(call("edit", "a"), { content: "x" }, cwd)).toEqual(files("a"))
    const changes = [
      { path: "b", newText: "" },
      { path: "../c", newText: "" },
    ]
    expect(ofAcp(call("edit", "a"), { filePath: "d", changes }, cwd)).toEqual(files("a", "d", "b", "../c"))
    expect(ofAcp(call("read"), { target_file: "a", deep: { files: ["b"] } }, cwd)).toEqual(files("a", "b"))
    expect(ofAcp(call("read"), { uri: "file:///etc/passwd" }, cwd)).toMatchObject({ literal: false })
    expect(ofAcp(call("move", "a"), { destination: "/etc" }, cwd)).toBeUndefined()
    expect(ofAcp(call("edit"), {}, cwd)).toBeUndefined()
  })

  it("P-8 P-9 a command of Claude's with more than a command, or in a place that is not known, is not literal", () => {
    expect(ofClaude("Bash", { command: "npm test", timeout: 5, description: "x" }, cwd)).toMatchObject({ literal: true })
    expect(ofClaude("Bash", { command: "npm test", run_in_background: true }, cwd)).toMatchObject({ literal: false })
    expect(ofClaude("Bash", { command: "npm test", dangerouslyDisableSandbox: true }, cwd)).toMatchObject({ literal: false })
    expect(ofClaude("Bash", { command: "npm test" }, undefined)).toMatchObject({ literal: false })
    expect(ofClaude("Edit", { file_path: join(cwd, "a") }, cwd)).toEqual({
      type: "files",
      paths: [join(cwd, "a")],
      literal: true,
    })
    expect(ofClaude("Glob", { path: cwd, pattern: "/etc/**" }, cwd)).toBeUndefined()
  })

  it("P-13 what is cut to be shown is covered by no rule, and what cannot be answered is not asked (fault:N10)", () => {
    const parsed = { type: "commands", cwd, commands: [{ argv: ["x"] }], literal: true } as const
    const bounded = (part: Partial<PermissionAsk>): PermissionAsk | undefined =>
      boundedAsk(ask({ parsed, ...part }), () => undefined)
    expect(bounded({})?.parsed).toEqual(parsed)
    expect(bounded({ input: { content: "x".repeat(2_000_000) } })?.parsed).toMatchObject({ literal: false })
    const long = Array.from({ length: 100 }, () => ({ argv: ["x".repeat(1000)] }))
    expect(bounded({ parsed: { ...parsed, commands: long } })?.parsed).toMatchObject({
      literal: false,
      commands: long.slice(0, 16),
    })
    const options = Array.from({ length: 17 }, (_, i) => ({ id: String(i), label: "", kind: "allow_once" as const }))
    expect(bounded({ options })).toBeUndefined()
    expect(bounded({ questions: [{ question: "x".repeat(20_000), choices: [] }] })).toBeUndefined()
  })

  it("P-13 an agent's open requests are bounded in number, bytes and questions (fault:N10)", () => {
    const open = new OpenRequests()
    const add = (id: string, part: Partial<PermissionAsk> = {}): string | undefined => {
      const request = ask({ id, ...part })
      const refusal = open.refusal(request)
      if (refusal === undefined) open.add(request, "t")
      return refusal
    }
    for (let i = 0; i < 16; i++) expect(add(`q${i}`, { questions: [] })).toBeUndefined()
    expect(add("q", { questions: [] })).toBe("16 questions wait already")
    for (let i = 0; i < 300; i++) expect(add(`a${i}`, { input: "x".repeat(100 * 1024) })).toBeUndefined()
    expect(add("a0")).toBe("a request with this id waits")
    expect(add("large", { input: "x".repeat(40 * 1024 * 1024) })).toContain("bytes wait already")
    for (let i = 0; i < 84; i++) expect(add(`b${i}`)).toBeUndefined()
    expect(add("more")).toBe("400 requests wait already")
    expect(open.take("a0")).toMatchObject({ turn: "t" })
    expect(add("more")).toBeUndefined()
    expect(open.takeOf("t")).toHaveLength(400)
    expect(add("large", { input: "x".repeat(40 * 1024 * 1024) })).toBeUndefined()
  })
})
