/** A program in Claude's place that does what Claude should not: the adapter survives, and says what it saw. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { claudeAdapter } from "@holdfast/agents/inside/claude/claude-adapter"
import { AgentProbe, agentDirectories, type AgentDirectories } from "@holdfast/adapter/contract/agent-probe"
import { claudeStart } from "../src/agents/claude-start.ts"
import { claudeSdk, isElsewhere, pathOf } from "../src/agents/heavy.ts"

/** Answers what the SDK asks first, then does what a message says. */
const PROGRAM = `
const say = (value) => process.stdout.write(JSON.stringify(value) + "\\n")
const result = (uuid, more) => say({ type: "result", subtype: "success", is_error: false, user_message_uuids: [uuid], stop_reason: "end_turn", ...more })
const acts = {
  silent: () => {},
  exits: () => process.exit(0),
  dies: () => process.kill(process.pid, "SIGSEGV"),
  garbage: (uuid) => { process.stdout.write("this is no JSON\\n{\\"half\\":\\n[]\\n7\\n\\n"); say({ type: "of_the_future", a: 1 }); result(uuid) },
  odd: (uuid) => { for (const odd of [{ type: "assistant" }, { type: "user", message: 7 }, { type: "stream_event" }, { type: "system" }, { type: "rate_limit_event" }, { type: 7 }]) say(odd); result(uuid) },
  closes: () => { process.stdout.end(); setInterval(() => {}, 1000) },
  long: () => { const piece = "x".repeat(1 << 20); let n = 0; const more = () => { while (n++ < 100) if (!process.stdout.write(piece)) return process.stdout.once("drain", more) }; process.stdout.write('{"type":"'); more() },
  half: () => { process.stdout.write('{"type":"result"'); setTimeout(() => process.exit(0), 50) },
  twice: (uuid) => { result(uuid); result(uuid) },
  strange: (uuid) => { result("another"); say({ type: "command_lifecycle", command_uuid: uuid, state: "started" }); result(uuid) },
}
let buffer = ""
process.stdin.on("data", (bytes) => {
  buffer += bytes
  for (let end = buffer.indexOf("\\n"); end >= 0; end = buffer.indexOf("\\n")) {
    const message = JSON.parse(buffer.slice(0, end))
    buffer = buffer.slice(end + 1)
    if (message.type === "control_request") {
      if (process.env.MUTE === "1") continue
      say({ type: "control_response", response: { subtype: "success", request_id: message.request_id, response: { commands: 7, models: [null, {}] } } })
    }
    if (message.type !== "user") continue
    const act = message.message.content[0].text
    if (act !== "strange") say({ type: "command_lifecycle", command_uuid: message.uuid, state: "started" })
    acts[act]?.(message.uuid)
  }
})
process.stdin.on("end", () => process.exit(0))
if (process.env.LATE === "1") process.exit(9)
`

describe.skipIf(isElsewhere("claude"))("a program in Claude's place that misbehaves", () => {
  let directories: AgentDirectories
  const probes: Array<AgentProbe> = []

  beforeEach(() => {
    directories = agentDirectories()
    const installed = join(directories.session, "agents", "claude")
    mkdirSync(installed, { recursive: true })
    symlinkSync(dirname(dirname(dirname(pathOf(claudeSdk())))), join(installed, "node_modules"))
  })
  afterEach(async () => {
    await Promise.all(probes.splice(0).map((probe) => probe.handle.end(0)))
    directories.dispose()
  })

  const begin = (env: Readonly<Record<string, string>> = {}, startTimeout = 20_000): AgentProbe => {
    const command = join(directories.session, "claude.mjs")
    writeFileSync(command, PROGRAM)
    const start = claudeStart(directories, { model: "http://127.0.0.1:9" })
    const program = { command, args: [] }
    const probe = new AgentProbe(claudeAdapter, {
      ...start,
      program,
      startTimeout,
      interruptGrace: 300,
      env: { ...start.env, ...env },
    })
    probes.push(probe)
    return probe
  }

  for (const [act, title, tag] of [
    ["exits", "it exits", "AgentExited"],
    ["dies", "it is killed", "AgentExited"],
    ["half", "it sends half a line", "AgentExited"],
    ["closes", "it closes its output", "AgentClosed"],
    ["long", "it sends a line of 100 MB", "AgentMalformed"],
  ] as const) {
    it(`A-10 ends the turn once when ${title}`, async () => {
      const probe = begin()
      const { turn } = probe.send(act)
      await probe.gone()
      expect(probe.of("taken")).toHaveLength(1)
      expect(probe.of("turn-ended")).toMatchObject([{ turn, outcome: "error", error: { tag } }])
      expect(probe.late).toBe(0)
    }, 30_000)
  }

  for (const act of ["garbage", "odd", "twice", "strange"] as const) {
    it(`continues when it sends what is ${act}`, async () => {
      const probe = begin()
      const { turn } = probe.send(act)
      expect((await probe.ended(turn)).outcome).toBe("completed")
      const next = probe.send("twice")
      expect((await probe.ended(next.turn)).outcome).toBe("completed")
      expect(probe.of("turn-ended")).toHaveLength(2)
      expect((await probe.ready()).info).toMatchObject({ commands: [], models: [] })
    })
  }

  it("A-9 kills it when it ignores an interrupt", async () => {
    const probe = begin()
    await probe.ready()
    const { turn } = probe.send("silent")
    probe.handle.command({ type: "interrupt", turn })
    await probe.gone()
    expect(probe.of("turn-ended")).toHaveLength(1)
  })

  it("fails when it does not start, and when it never says a word", async () => {
    const late = begin({ LATE: "1" })
    await late.gone()
    expect(late.of("failed")[0]).toMatchObject({ tag: "AgentExited" })
    const mute = begin({ MUTE: "1" }, 800)
    await mute.gone()
    expect(mute.of("failed")[0]).toMatchObject({ tag: "AgentSilent" })
  })
})
