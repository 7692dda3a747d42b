/** The real Gemini CLI behind our adapter, driven by the scripted model server (check:A8). */
import { existsSync, readFileSync, renameSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { acpAdapter } from "@holdfast/agents/inside/acp/acp-adapter"
import type { AgentStart, PermissionOutcome } from "@holdfast/link/agent-messages"
import { agentDirectories, type AgentDirectories, AgentProbe, YES } from "@holdfast/adapter/contract/agent-probe"
import { geminiHome } from "../src/agents/gemini.ts"
import { isElsewhere } from "../src/agents/heavy.ts"
import { promptly } from "../src/eventually.ts"
import { startModelServer, type ModelServer } from "../src/model/ModelServer.ts"

const KEY = "key-of-test"
const NO: PermissionOutcome = { type: "answered", optionId: "no", allow: false }

describe.skipIf(isElsewhere("gemini"))("check:A8 gemini through the ACP adapter", () => {
  let model: ModelServer
  let directories: AgentDirectories
  let probe: AgentProbe
  let native: string

  const begin = (change: Partial<AgentStart> = {}): AgentProbe => {
    const { command, args, env } = geminiHome(model.url, join(directories.session, "home"), KEY)
    const start: AgentStart = {
      adapter: "acp",
      name: "gemini",
      cwd: directories.cwd,
      env,
      options: { files: "write" },
      program: { command, args },
      directory: directories.session,
      interruptGrace: 10_000,
      startTimeout: 40_000,
      ...change,
    }
    return new AgentProbe(acpAdapter, start)
  }
  const ready = (one: AgentProbe) => one.until("ready", () => one.of("ready")[0] ?? one.of("failed")[0], 40_000)
  const ended = (turn: string) => probe.ended(turn, 30_000)
  /** Sends a text whose tool asks, and answers. */
  const answered = async (text: string, outcome: PermissionOutcome) => {
    const count = probe.of("asked").length
    const { turn } = probe.send(text)
    const { request } = await probe.until("a request", () => probe.of("asked")[count])
    probe.handle.command({ type: "answer", requestId: request.id, outcome })
    return { turn, request, end: await ended(turn) }
  }

  beforeAll(async () => {
    model = await startModelServer()
    directories = agentDirectories()
    probe = begin()
    const told = await ready(probe)
    if (told.type !== "ready") throw new Error(told.message)
    native = told.native ?? ""
  }, 60_000)
  afterAll(async () => {
    await probe.handle.end(0)
    await model.stop()
    directories.dispose()
  })

  it("thinks, speaks and runs a tool after a person's approval, and reports its tokens", async () => {
    const script = "[[think hm]][[say hello]][[bash echo once >> out; cat out]][[say end]]"
    const { turn, request, end } = await answered(script, YES)
    expect(request).toMatchObject({ kind: "tool", tool: "execute", subject: "echo once >> out; cat out" })
    expect(end).toMatchObject({ outcome: "completed", usage: { outputTokens: expect.any(Number) } })
    expect(readFileSync(join(directories.cwd, "out"), "utf8")).toBe("once\n")
    expect(probe.text(turn)).toMatch(/^hello[\s\S]*once[\s\S]*end$/)
    expect(probe.chunks(turn).some(({ type }) => type === "reasoning-delta")).toBe(true)
    // Gemini does not tell what a command printed.
    expect(probe.chunks(turn).filter(({ type }) => type.startsWith("tool-output"))).toHaveLength(1)
    const asked = model.requests().flatMap(({ prompt, step }) => (prompt === script ? [step] : []))
    expect(asked).toEqual([0, 1])
    expect(model.requests().every((one) => one.carries(KEY))).toBe(true)
    expect(JSON.stringify(probe.notes)).not.toContain(KEY)
  })

  it("does not run what a person refuses, and takes the next message", async () => {
    const { turn, end } = await answered("[[bash touch refused]]", NO)
    expect(end.outcome).toBe("completed")
    expect(existsSync(join(directories.cwd, "refused"))).toBe(false)
    expect(probe.chunks(turn).some(({ type }) => type === "tool-output-denied")).toBe(true)
    const after = probe.send("[[say onward]]")
    expect((await ended(after.turn)).outcome).toBe("completed")
    expect(probe.text(after.turn)).toBe("onward")
  })

  it("makes a file once a person allowed it, and shows the change", async () => {
    const path = join(directories.cwd, "made.txt")
    const { request, end } = await answered(`[[write ${path} made words]]`, YES)
    expect(request).toMatchObject({ subject: path, input: { changes: [{ path, oldText: "", newText: "made words" }] } })
    expect(end.outcome).toBe("completed")
    expect(readFileSync(path, "utf8")).toBe("made words")
  })

  it("stops the model with an interrupt, ends with the provider's words on an error, and continues", async () => {
    const before = model.aborted()
    const { turn } = probe.send("[[slow 10000 5]]")
    await probe.says("word10", turn)
    probe.handle.command({ type: "interrupt", turn })
    expect((await ended(turn)).outcome).toBe("interrupted")
    await promptly("the model saw it", 1000, () => model.aborted() > before)
    const failed = await ended(probe.send("[[error 400]]").turn)
    expect(failed).toMatchObject({
      outcome: "error",
      error: { tag: "ModelError", message: expect.stringContaining("scripted 400") },
    })
    const after = probe.send("[[say well]]")
    expect((await ended(after.turn)).outcome).toBe("completed")
    expect(probe.text(after.turn)).toBe("well")
  })

  it("A-7 continues in a new process from its own memory, without its replay in the next turn", async () => {
    await probe.handle.end(5000)
    // It names a session's file by the minute, and within the same one begins it anew.
    const projects = join(directories.session, "home", ".gemini", "tmp")
    for (const project of readdirSync(projects)) {
      const chats = join(projects, project, "chats")
      if (!existsSync(chats)) continue
      for (const name of readdirSync(chats)) {
        renameSync(join(chats, name), join(chats, name.replace(/\d{4}-\d\d-\d\dT\d\d-\d\d/, "2026-01-02T03-04")))
      }
    }
    probe = begin({ resume: { native } })
    expect(await ready(probe)).toMatchObject({ type: "ready", resumed: "resumed", native })
    const { turn } = probe.send("[[say here again]]")
    expect((await ended(turn)).outcome).toBe("completed")
    expect(probe.text(turn)).toBe("here again")
    const request = model.requests().findLast(({ prompt }) => prompt !== undefined)
    expect(JSON.stringify(request?.body)).toContain("[[say onward]]")
  })

  it("A-7 gets what was said if it has no memory of it, and people learn why", async () => {
    await probe.handle.end(5000)
    probe = begin({ resume: { native: "00000000-1111-4222-8333-444444444444" } })
    expect(await ready(probe)).toMatchObject({ type: "ready", resumed: "new" })
    const { turn } = probe.send("[[say who]]")
    expect((await ended(turn)).outcome).toBe("completed")
    const notices = probe.chunks(turn).filter(({ type }) => type === "data-notice")
    expect(JSON.stringify(notices)).toContain("could not resume from its own record of this session")
  })
})
