/** What agents do wrong, and what becomes of their turns: real processes that misbehave, under the host that all adapters use. */
import { readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import type { AgentStart } from "@holdfast/link/agent-messages"
import { LOG_MAX } from "../src/host/AgentLog.ts"
import { agentDirectories, AgentProbe, probeStart, type AgentDirectories } from "@holdfast/adapter/contract/agent-probe"
import { scriptedAdapter } from "../src/scripted/scripted-adapter.ts"
import { alive, residentBytes } from "@holdfast/testkit/runner/live-runner"

/** A child that says it is ready and takes the message, then does what `act` says. */
const child = (act: string): NonNullable<AgentStart["program"]> => ({
  command: process.execPath,
  args: [
    "-e",
    `const say = (line) => require("node:fs").writeSync(1, JSON.stringify(line) + "\\n")
     process.on("SIGTERM", () => {}); process.on("SIGHUP", () => {})
     setInterval(() => {}, 1000)
     require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
       const input = JSON.parse(line)
       if (input.type === "open") say({ type: "ready", resumed: "new", info: {} })
       if (input.type !== "message") return
       say({ type: "taken", id: input.id })
       say({ type: "chunk", chunk: { type: "text-start", id: "1" } })
       say({ type: "chunk", chunk: { type: "text-delta", id: "1", delta: "so far" } })
       ${act}
     })`,
  ],
})

describe("agents that misbehave", () => {
  let directories: AgentDirectories
  const probes: Array<AgentProbe> = []

  const begin = (change: Partial<AgentStart>): AgentProbe => {
    const probe = new AgentProbe(scriptedAdapter, probeStart(directories, change))
    probes.push(probe)
    return probe
  }

  beforeEach(() => {
    directories = agentDirectories()
  })

  afterEach(async () => {
    vi.useRealTimers()
    await Promise.all(probes.splice(0).map((probe) => probe.handle.end(0)))
    directories.dispose()
  })

  const cases: ReadonlyArray<readonly [what: string, act: string, tag: string]> = [
    ["exits", "process.exit(4)", "AgentExited"],
    ["is killed", `process.kill(process.pid, "SIGKILL")`, "AgentExited"],
    ["sends no JSON", `require("node:fs").writeSync(1, "I am not JSON\\n")`, "AgentMalformed"],
    ["sends JSON that is no object", `say([1, 2])`, "AgentMalformed"],
    ["sends half a line and exits", `require("node:fs").writeSync(1, '{"type":"chu'); process.exit(0)`, "AgentExited"],
    ["closes its output and lives on", `require("node:fs").closeSync(1)`, "AgentClosed"],
  ]
  for (const [what, act, tag] of cases) {
    it(`A-10 check:A1 trap:4 one that ${what} ends its turn once, with a reason, and leaves nothing`, async () => {
      const probe = begin({ program: child(act) })
      const { pid } = await probe.ready()
      const { turn } = probe.send("go")
      const waiting = probe.send("later")
      const end = await probe.ended(turn, 5000)
      expect(end).toMatchObject({ outcome: "error", error: { tag } })
      expect(probe.text(turn)).toBe("so far")
      await probe.gone(5000)
      expect(probe.of("turn-ended").filter((note) => note.turn === turn)).toHaveLength(1)
      expect(probe.of("returned").map(({ messageId: id }) => id)).toEqual([waiting.id])
      expect(alive(pid)).toBe(false)
      expect(probe.late).toBe(0)
    })
  }

  it("A-10 check:A1 a line of 100 MB ends the turn and not the runner, whose memory stays bounded", async () => {
    const act = `const part = "x".repeat(1024 * 1024); let left = 100
      const more = () => { while (left-- > 0) if (!process.stdout.write(part)) return process.stdout.once("drain", more) }
      more()`
    const before = residentBytes(process.pid)
    const probe = begin({ program: child(act) })
    const { turn } = probe.send("go")
    expect(await probe.ended(turn, 20_000)).toMatchObject({ outcome: "error", error: { tag: "AgentMalformed" } })
    await probe.gone(5000)
    expect(residentBytes(process.pid) - before).toBeLessThan(128 * 1024 * 1024)
  })

  it("A-10 check:A1 one without any sign of life is given up after its start time", async () => {
    const probe = begin({
      program: { command: process.execPath, args: ["-e", "setInterval(() => {}, 1000)"] },
      startTimeout: 500,
    })
    const { id, turn } = probe.send("go")
    await probe.gone(5000)
    expect(probe.notes[0]).toMatchObject({ type: "failed", tag: "AgentSilent" })
    expect(probe.notes.slice(1)).toMatchObject([
      { type: "returned", messageId: id },
      { type: "turn-ended", turn, outcome: "error" },
    ])
  })

  it("A-44 (fault:N22) a slow start is waited for as long as the agent writes to its log, but not forever", async () => {
    const slow = 'setInterval(() => console.error("unpacking"), 50)'
    const probe = begin({ program: { command: process.execPath, args: ["-e", slow] }, startTimeout: 400 })
    const began = performance.now()
    await probe.gone(20_000)
    expect(probe.notes[0]).toMatchObject({ type: "failed", tag: "AgentSilent" })
    expect(performance.now() - began).toBeGreaterThan(1900)
  })

  it("A-10 check:A1 one that never answers is stopped by an interrupt and its grace, and its message does not count as taken", async () => {
    const silent = `require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
      if (JSON.parse(line).type === "open") console.log(JSON.stringify({ type: "ready", resumed: "new", info: {} }))
    })`
    const probe = begin({ program: { command: process.execPath, args: ["-e", silent] }, interruptGrace: 300 })
    await probe.ready()
    const { turn } = probe.send("go")
    probe.handle.command({ type: "interrupt", turn })
    expect(await probe.ended(turn, 5000)).toMatchObject({ outcome: "interrupted", error: { tag: "AgentKilled" } })
    await probe.gone()
    expect(probe.of("taken")).toEqual([])
    expect(probe.of("returned")).toEqual([])
  })

  it("A-9 check:A2 one that ignores an interrupt is killed with its process group after the grace, and it is said", async () => {
    const probe = begin({ interruptGrace: 700 })
    const { pid } = await probe.ready()
    const command = "setsid sleep 300 & echo $! > pid; sleep 300"
    const { turn } = probe.send(`[[par]] [[stubborn]] [[bash ${command}]]`)
    await expect.poll(() => statSync(join(directories.cwd, "pid"), { throwIfNoEntry: false })?.size ?? 0).toBeGreaterThan(0)
    const left = Number(readFileSync(join(directories.cwd, "pid"), "utf8"))
    const began = performance.now()
    probe.handle.command({ type: "interrupt", turn })
    const end = await probe.ended(turn, 5000)
    expect(performance.now() - began).toBeGreaterThan(650)
    expect(end).toMatchObject({ outcome: "interrupted", error: { tag: "AgentKilled" } })
    expect(probe.chunks(turn)).toContainEqual(expect.objectContaining({ type: "data-notice" }))
    await probe.gone()
    expect([pid, left].filter(alive)).toEqual([])
  })

  it("A-5 the log of standard error is bounded, with one older file", async () => {
    const act = `const part = "x".repeat(64 * 1024 - 1) + "\\n"
      for (let i = 0; i < 48; i++) require("node:fs").writeSync(2, part)
      say({ type: "ended", end: { outcome: "completed" } })`
    const probe = begin({ program: child(act) })
    const { turn } = probe.send("go")
    expect((await probe.ended(turn)).outcome).toBe("completed")
    await probe.handle.end(0)
    for (const name of ["agent.log", "agent.log.1"]) {
      const { size, mode } = statSync(join(directories.session, "logs", name))
      expect(size).toBeLessThanOrEqual(LOG_MAX)
      expect(mode & 0o777).toBe(0o600)
    }
  })

  it("an agent whose log cannot be written still works", async () => {
    const probe = begin({ directory: "/proc/self/no-such-place" })
    const { turn } = probe.send("[[stderr lost]] [[say here]]")
    expect((await probe.ended(turn)).outcome).toBe("completed")
  })

  it("P-3 a turn that fails cancels what it asked, ends what it runs, and says nothing of it later", async () => {
    const probe = begin({ options: { permissions: "ask", pace: 0 } })
    const first = probe.send("[[par]] [[bash touch unanswered]] [[ask Which?|A|B]] [[wait 50]] [[error 500]]")
    expect(await probe.ended(first.turn)).toMatchObject({ outcome: "error", error: { tag: "ModelError" } })
    expect(probe.of("asked")).toHaveLength(2)
    for (const { request } of probe.of("asked")) {
      probe.handle.command({
        type: "answer",
        requestId: request.id,
        outcome: { type: "answered", optionId: "allow", allow: true },
      })
    }
    const second = probe.send("[[say next]]")
    expect((await probe.ended(second.turn)).outcome).toBe("completed")
    expect(probe.of("settled")).toEqual([])
    expect(probe.chunks(second.turn).some(({ type }) => type.startsWith("tool"))).toBe(false)
    expect(statSync(join(directories.cwd, "unanswered"), { throwIfNoEntry: false })).toBeUndefined()
  })

  it("questions, plans and usage limits are reported as such", async () => {
    const probe = begin({})
    const first = probe.send("[[ask Which one?|This|That]] [[plan do it]]")
    const question = await probe.asked()
    expect(question).toMatchObject({ kind: "question", questions: [{ choices: [{ label: "This" }, { label: "That" }] }] })
    const answers = { "Which one?": "That" }
    const answer = { type: "answered" as const, optionId: "answer", allow: true, answers }
    probe.handle.command({ type: "answer", requestId: question.id, outcome: answer })
    const plan = await probe.asked(1)
    expect(plan).toMatchObject({ kind: "plan" })
    probe.handle.command({ type: "answer", requestId: plan.id, outcome: { type: "answered", optionId: "reject", allow: false } })
    await probe.ended(first.turn)
    expect(probe.text(first.turn)).toContain("you chose That")
    expect(probe.text(first.turn)).toContain("the plan was rejected")
    const second = probe.send("[[limit 60]]")
    expect(await probe.ended(second.turn)).toMatchObject({ outcome: "error", error: { tag: "UsageLimit" } })
    expect(probe.of("limited")[0]?.until).toBeGreaterThan(Date.now())
  })

  it("a message that is steered in goes in at the next step of the same turn", async () => {
    const probe = begin({})
    const { turn } = probe.send("[[bash touch begun; while [ ! -e go ]; do sleep 0.02; done]] [[say last words]]")
    await expect.poll(() => statSync(join(directories.cwd, "begun"), { throwIfNoEntry: false })).toBeDefined()
    const { id } = probe.send("[[say by the way]]", turn)
    writeFileSync(join(directories.cwd, "go"), "")
    await probe.ended(turn)
    expect(probe.of("taken").at(-1)).toEqual({ type: "taken", messageId: id, turn })
    expect(probe.of("turn-ended")).toHaveLength(1)
    expect(probe.text(turn)).toMatch(/last words.*by the way/)
  })

  it("writes only below its working directory", async () => {
    const probe = begin({})
    symlinkSync("/tmp", join(directories.cwd, "out"))
    symlinkSync(join(directories.session, "not-there"), join(directories.cwd, "dangling"))
    const { turn } = probe.send(
      "[[write a/b.txt hello there]] [[write ../no.txt x]] [[write dangling x]] [[write out/no.txt x]] [[write /tmp/no.txt x]]",
    )
    await probe.ended(turn)
    expect(readFileSync(join(directories.cwd, "a/b.txt"), "utf8")).toBe("hello there")
    expect(probe.chunks(turn).filter(({ type }) => type === "tool-output-error")).toHaveLength(4)
    expect(statSync(join(directories.session, "not-there"), { throwIfNoEntry: false })).toBeUndefined()
  })

  it("a turn that is over while the agent is paused is not taken for one that ignores its interrupt", async () => {
    const probe = begin({ interruptGrace: 300 })
    const { turn } = probe.send("[[slow 500 20]]")
    await probe.says("word1")
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
    probe.handle.pause()
    probe.handle.command({ type: "interrupt", turn })
    // Its end is not heard meanwhile, however often the grace runs out.
    vi.advanceTimersByTime(1000)
    vi.useRealTimers()
    probe.handle.continue()
    expect(await probe.ended(turn)).not.toHaveProperty("error")
    const next = probe.send("[[say it lives]]")
    expect(await probe.ended(next.turn)).toMatchObject({ outcome: "completed" })
    expect(probe.exit).toBeUndefined()
  })

  it("wrong options fail with the option's name, and nothing runs", async () => {
    for (const [options, name] of [
      [{ pace: -1 }, "pace"],
      [{ permissions: "yes" }, "permissions"],
      [{ model: "" }, "model"],
      [{ colour: "red" }, "colour"],
    ] as const) {
      const probe = begin({ options })
      await probe.gone()
      expect(probe.notes).toMatchObject([{ type: "failed", tag: "Unprocessable", message: expect.stringContaining(name) }])
    }
  })
})
