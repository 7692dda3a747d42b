/** check:A8 with the real Claude: going on from what was said before, in other processes and places. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { AgentProbe } from "@holdfast/adapter/contract/agent-probe"
import { ClaudeProbes } from "../src/agents/ClaudeProbes.ts"
import { isElsewhere } from "../src/agents/heavy.ts"

const claude = new ClaudeProbes()

/** The entries that were mirrored, as the hub gives them back. */
function transcriptFile(...from: ReadonlyArray<AgentProbe>): string {
  const path = join(claude.directories.session, "transcript.jsonl")
  const notes = from.flatMap((probe) => probe.of("transcript"))
  writeFileSync(path, notes.map(({ key, entries }) => `${JSON.stringify({ key, entries })}\n`).join(""))
  return path
}

describe.skipIf(isElsewhere("claude"))("check:A8 the real Claude, resumed", () => {
  beforeEach(() => claude.open())
  afterEach(() => claude.close())

  it("A-7 continues from its transcript in a new process, at home and in an empty one", async () => {
    const first = claude.begin()
    await first.ended(first.send("[[say remember the blue whale]]").turn)
    const { native = "" } = await first.ready()
    const { pid } = await first.ready()
    process.kill(pid, "SIGKILL")
    await first.gone()
    expect(first.of("transcript").every(({ key }) => key.endsWith(`/${native}`))).toBe(true)

    const second = claude.begin({}, {}, { resume: { native, transcript: transcriptFile(first) } })
    expect(await second.ready()).toMatchObject({ resumed: "resumed", native })
    await second.ended(second.send("[[say second]]").turn)
    expect(JSON.stringify(claude.model.requests().at(-1)?.body)).toContain("remember the blue whale")
    await second.handle.end(1000)

    const home = join(claude.directories.session, "empty")
    const third = claude.begin({}, { home }, { resume: { native, transcript: transcriptFile(first, second) } })
    expect(await third.ready()).toMatchObject({ resumed: "resumed", native })
    await third.ended(third.send("[[say third]]").turn)
    const body = JSON.stringify(claude.model.requests().at(-1)?.body)
    for (const said of ["remember the blue whale", "second"]) expect(body).toContain(said)
    await third.handle.end(1000)

    // Another file under this id is left as it is; what was mirrored goes in by the SDK.
    const path = join(home, ".claude", "projects", first.of("transcript")[0]?.key.split("/")[0] ?? "", `${native}.jsonl`)
    writeFileSync(path, "{}\n")
    const fourth = claude.begin({}, { home }, { resume: { native, transcript: transcriptFile(first, second, third) } })
    await fourth.ended(fourth.send("[[say fourth]]").turn)
    expect(JSON.stringify(claude.model.requests().at(-1)?.body)).toContain("third")
    expect(readFileSync(path, "utf8")).toBe("{}\n")
    expect(fourth.of("transcript").length).toBeGreaterThan(0)
  })

  it("A-7 continues from its transcript in another directory too", async () => {
    const first = claude.begin()
    await first.ended(first.send("[[say remember the blue whale]]").turn)
    const { native = "" } = await first.ready()
    await first.handle.end(1000)
    const cwd = join(claude.directories.session, "moved")
    mkdirSync(cwd)
    const moved = claude.begin({}, {}, { cwd, resume: { native, transcript: transcriptFile(first) } })
    expect(await moved.ready()).toMatchObject({ resumed: "resumed", native })
    await moved.ended(moved.send("[[say second]]").turn)
    expect(JSON.stringify(claude.model.requests().at(-1)?.body)).toContain("remember the blue whale")
    await moved.handle.end(1000)
    const again = claude.begin({}, {}, { cwd, resume: { native, transcript: transcriptFile(first, moved) } })
    await again.ended(again.send("[[say third]]").turn)
    const body = JSON.stringify(claude.model.requests().at(-1)?.body)
    for (const said of ["remember the blue whale", "second"]) expect(body).toContain(said)
  })

  it("A-7 gets what was said as context when its transcript is nowhere", async () => {
    const history = join(claude.directories.session, "history.jsonl")
    writeFileSync(history, `${JSON.stringify({ role: "user", parts: [{ type: "text", text: "the green whale" }] })}\n`)
    const native = "11111111-2222-4333-8444-555555555555"
    const probe = claude.begin({}, {}, { resume: { native, history } })
    const ready = await probe.ready()
    expect(ready.resumed).toBe("replayed")
    expect(ready.native).not.toBe(native)
    await probe.ended(probe.send("[[say ok]]").turn)
    expect(JSON.stringify(claude.model.requests().at(-1)?.body)).toContain("the green whale")
  })
})
