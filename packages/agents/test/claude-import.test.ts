/** Reading of Claude Code's transcripts, whatever is in them. */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Message } from "@holdfast/protocol/agent/message"
import { claudeDirectory, listClaudeSessions } from "../src/claude/import/sessions.ts"
import { claudeMessages, claudeTranscript } from "../src/claude/import/transcripts.ts"

const ID = "11111111-2222-4333-8444-555555555555"

let root: string
let project: string
let count: number

/** Entries in a row: each follows the one before, unless it says otherwise. */
const entry = (type: string, uuid: string, parentUuid: string | null, message: unknown, more: object = {}): string =>
  JSON.stringify({ type, uuid, parentUuid, message, cwd: "/place", timestamp: new Date(1e12 + ++count).toISOString(), ...more })
const user = (uuid: string, parent: string | null, content: unknown, more?: object): string =>
  entry("user", uuid, parent, { role: "user", content }, more)
const says = (uuid: string, parent: string, id: string, block: object, more?: object): string =>
  entry("assistant", uuid, parent, { id, role: "assistant", content: [block] }, more)
const text = (said: string) => ({ type: "text", text: said })
const call = (id: string) => ({ type: "tool_use", id, name: "Bash", input: { command: id } })
const result = (id: string, content: string) => [{ type: "tool_result", tool_use_id: id, content }]

async function read(lines: ReadonlyArray<string>): Promise<ReadonlyArray<Message>> {
  const path = join(project, `${ID}.jsonl`)
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""))
  const { size } = statSync(path)
  const found: Array<Message> = []
  for await (const message of claudeMessages({ id: ID, project: "-place", path, modified: 1, size })) found.push(message)
  return found
}

const textsOf = (messages: ReadonlyArray<Message>) =>
  messages.map(({ role, parts }) => `${role}: ${parts.flatMap((part) => (part as { text?: string }).text ?? []).join(" ")}`)

describe("transcripts of Claude Code", () => {
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "holdfast-import-"))
    project = join(root, "projects", "-place")
    mkdirSync(project, { recursive: true })
    count = 0
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  it("leaves out what a person went back from, and keeps results on branches of their own", async () => {
    const messages = await read([
      user("u1", null, "first"),
      says("a1", "u1", "m1", call("t1")),
      says("a2", "a1", "m1", call("t2")),
      user("r1", "a1", result("t1", "one")),
      user("r2", "a2", result("t2", "two")),
      says("a3", "r2", "m2", text("done")),
      user("x1", "a3", "a way that was left"),
      says("x2", "x1", "m3", text("left too")),
      user("u2", "a3", "second"),
      says("a4", "u2", "m4", text("end")),
    ])
    expect(textsOf(messages)).toEqual(["user: first", "assistant: done", "user: second", "assistant: end"])
    const outputs = messages[1]?.parts.flatMap((part) => (part as { output?: string }).output ?? [])
    expect(outputs).toEqual(["one", "two"])
  })

  it("reads on over a compaction and over a link that is missing", async () => {
    const messages = await read([
      user("u1", null, "first"),
      says("a1", "u1", "m1", text("one")),
      entry("system", "s1", null, undefined, { subtype: "compact_boundary", logicalParentUuid: "a1" }),
      user("c1", "s1", "what was said in short", { isCompactSummary: true }),
      user("u2", "c1", "second"),
      says("a2", "u2", "m2", text("two")),
      user("u3", "gone", "third"),
    ])
    expect(textsOf(messages)).toEqual(["user: first", "assistant: one", "user: second", "assistant: two", "user: third"])
  })

  it("distinguishes people's words from the machine's, commands as they were typed, files as files", async () => {
    const image = { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } }
    const messages = await read([
      user("u1", null, "<command-name>/review</command-name>\n<command-args>all of it</command-args>"),
      user("u2", "u1", "<local-command-stdout>ok</local-command-stdout>"),
      user("u3", "u2", "hidden", { isMeta: true }),
      user("u4", "u3", [text("look"), image]),
      says("a1", "u4", "m1", text("API Error: 500"), { isApiErrorMessage: true }),
    ])
    expect(messages.map(({ parts, outcome }) => outcome ?? parts)).toEqual([
      [{ type: "text", text: "/review all of it" }],
      [
        { type: "text", text: "look" },
        { type: "file", mediaType: "image/png", url: "data:image/png;base64,AAAA" },
      ],
      "error",
    ])
    expect(messages[0]?.createdAt).toBe(1e12 + 1)
  })

  it("survives a file of anything, and an empty one", async () => {
    const odd = ["[]", "null", "7", "{", '{"type":"user"}', '{"type":"assistant","uuid":"a","message":7}', "\u0000\u0001"]
    expect(await read(odd)).toEqual([])
    expect(await read([])).toEqual([])
    const looped = [user("u1", "a1", "loop"), says("a1", "u1", "m1", text("back"))]
    expect(textsOf(await read(looped))).toEqual(["user: loop", "assistant: back"])
  })

  it("lists sessions, the latest first, with what they are about", async () => {
    await read([user("u1", null, "what is this about"), JSON.stringify({ type: "summary", summary: "A title", leafUuid: "u1" })])
    writeFileSync(join(project, "notes.jsonl"), "{}\n")
    writeFileSync(join(project, `${ID.replace("1", "2")}.jsonl`), '{"type":"mode"}\n')
    writeFileSync(join(root, "projects", "a file"), "")
    const told: Array<string> = []
    const sessions = await listClaudeSessions(root, (done, all) => told.push(`${done}/${all}`))
    expect(sessions).toMatchObject([
      { id: ID, project: "-place", cwd: "/place", title: "A title", firstPrompt: "what is this about" },
    ])
    expect(told).toEqual(["1/2", "2/2"])
    expect(await listClaudeSessions(join(root, "nowhere"))).toEqual([])
    expect(claudeDirectory({ HOME: "/u/a" })).toBe("/u/a/.claude")
    expect(claudeDirectory({ HOME: "/u/a", CLAUDE_CONFIG_DIR: "/c" })).toBe("/c")
  })

  it("returns the transcript in batches under one key, the subagents' under keys below it", async () => {
    await read([user("u1", null, "x".repeat(3 * 1024 * 1024)), user("u2", "u1", "y".repeat(3 * 1024 * 1024))])
    mkdirSync(join(project, ID, "subagents"), { recursive: true })
    writeFileSync(join(project, ID, "subagents", "agent-1.jsonl"), `${user("s1", null, "sub")}\n`)
    const [session] = await listClaudeSessions(root)
    expect(session).toEqual({
      id: ID,
      project: "-place",
      path: join(project, `${ID}.jsonl`),
      modified: expect.any(Number),
      size: expect.any(Number),
    })
    const path = join(project, `${ID}.jsonl`)
    const batches: Array<string> = []
    for await (const { key, entries } of claudeTranscript({
      id: ID,
      project: "-place",
      path,
      modified: 1,
      size: statSync(path).size,
    })) {
      batches.push(`${key} ${entries.length}`)
    }
    expect(batches).toEqual([`-place/${ID} 1`, `-place/${ID} 1`, `-place/${ID}/subagents/agent-1 1`])
  })
})
