/** row:A10 with the real Claude: its own sessions are listed, read, and gone on from elsewhere. */
import { appendFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { listClaudeSessions } from "@holdfast/agents/inside/claude/import/sessions"
import { claudeMessages, claudeTranscript } from "@holdfast/agents/inside/claude/import/transcripts"
import { ClaudeProbes } from "../src/agents/ClaudeProbes.ts"
import { isElsewhere } from "../src/agents/heavy.ts"

const claude = new ClaudeProbes()

describe.skipIf(isElsewhere("claude"))("row:A10 sessions of Claude Code", () => {
  beforeEach(() => claude.open())
  afterEach(() => claude.close())

  it("lists one, reads its messages, and continues from it where Claude has never run", async () => {
    const { model, directories } = claude
    const home = join(directories.session, "home")
    const first = claude.begin({ permissionMode: "bypassPermissions" }, { home })
    const task = { description: "look", prompt: "[[bash echo sub]][[say found]]", subagent_type: "general-purpose" }
    await first.ended(first.send("[[think well]][[say I call]][[par]][[bash echo one]][[bash exit 3]]").turn)
    await first.ended(first.send(`[[tool Agent ${JSON.stringify(task)}]][[say the end]]`).turn)
    const stopped = first.send("[[slow 500 10]]")
    await first.says("word2", stopped.turn)
    first.handle.command({ type: "interrupt", turn: stopped.turn })
    await first.ended(stopped.turn)
    const { native } = await first.ready()
    await first.handle.end(3000)

    const looked: Array<number> = []
    const [session, ...others] = await listClaudeSessions(join(home, ".claude"), (done) => looked.push(done))
    expect(others).toEqual([])
    expect(looked).toEqual([1])
    expect(session).toMatchObject({ id: native, cwd: directories.cwd, firstPrompt: expect.stringContaining("I call") })
    if (session === undefined) return
    appendFileSync(session.path, 'no json\n{"half":')
    const [again] = await listClaudeSessions(join(home, ".claude"))

    let bad = 0
    const messages = []
    for await (const message of claudeMessages(again ?? session, (progress) => (bad = progress.badLines))) messages.push(message)
    expect(bad).toBe(2)
    expect(messages.map(({ role, outcome }) => outcome ?? role)).toEqual([
      "user",
      "completed",
      "user",
      "completed",
      "user",
      "interrupted",
    ])
    const parts = messages[1]?.parts ?? []
    expect(parts).toMatchObject([
      { type: "step-start" },
      { type: "reasoning", text: "well" },
      { type: "text", text: "I call" },
      { type: "dynamic-tool", toolName: "Bash", state: "output-available", output: "one" },
      { type: "dynamic-tool", toolName: "Bash", state: "output-error" },
      { type: "step-start" },
      { type: "text" },
    ])
    expect(JSON.stringify(messages[3]?.parts)).toContain("found")
    expect(JSON.stringify(messages[5]?.parts)).toContain("word2")

    const lines: Array<string> = []
    for await (const batch of claudeTranscript(session)) lines.push(JSON.stringify(batch))
    expect(lines.some((line) => line.includes("/subagents/"))).toBe(true)
    const transcript = join(directories.session, "transcript.jsonl")
    writeFileSync(transcript, `${lines.join("\n")}\n`)
    const next = claude.begin({}, { home: join(directories.session, "other") }, { resume: { native: session.id, transcript } })
    expect(await next.ready()).toMatchObject({ resumed: "resumed", native: session.id })
    await next.ended(next.send("[[say on and on]]").turn)
    expect(JSON.stringify(model.requests().at(-1)?.body)).toContain("the end")
  })
})
