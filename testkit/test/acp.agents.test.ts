/** Real ACP agents behind our adapter, driven by the scripted model server (check:A8). */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { emptyMessage } from "@holdfast/core/agent/accumulator"
import { acpAdapter } from "@holdfast/agents/inside/acp/acp-adapter"
import type { AgentStart, PermissionOutcome } from "@holdfast/link/agent-messages"
import { agentDirectories, type AgentDirectories, AgentProbe, YES } from "@holdfast/adapter/contract/agent-probe"
import { codexHome } from "../src/agents/codex.ts"
import { isElsewhere } from "../src/agents/heavy.ts"
import { openCodeConfig } from "../src/agents/opencode.ts"
import { eventually, promptly } from "../src/eventually.ts"
import { member } from "../src/model/json.ts"
import { PIXEL, PIXEL_FILE } from "../src/pixel.ts"
import { startModelServer, type ModelServer } from "../src/model/ModelServer.ts"
import { isAlive } from "../src/processes.ts"

const KEY = "key-of-test"
const NO: PermissionOutcome = { type: "answered", optionId: "no", allow: false }
/** An MCP server with one tool, as small as the protocol allows. */
const MCP_SERVER = `require("readline").createInterface({input:process.stdin}).on("line",l=>{const{id,method,params}=JSON.parse(l)
if(id===undefined)return
const result=method==="initialize"?{protocolVersion:params.protocolVersion,capabilities:{tools:{}},serverInfo:{name:"probe",version:"1"}}
:method==="tools/list"?{tools:[{name:"fathom",description:"d",inputSchema:{type:"object",properties:{}}}]}:{}
console.log(JSON.stringify({jsonrpc:"2.0",id,result}))})`

for (const [name, programOf] of [
  ["codex-acp", codexHome],
  ["opencode", openCodeConfig],
] as const) {
  describe.skipIf(isElsewhere(name))(`check:A8 ${name} through the ACP adapter`, () => {
    let model: ModelServer
    let directories: AgentDirectories
    let probe: AgentProbe
    let native: string
    const isCodex = name === "codex-acp"

    const begin = (home: string, change: Partial<AgentStart> = {}): AgentProbe => {
      const { command, args, env } = programOf(model.url, join(directories.session, home), KEY)
      const start: AgentStart = {
        adapter: "acp",
        name,
        cwd: directories.cwd,
        env,
        options: {},
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
    const toolsOf = (turn: string) => {
      const message = emptyMessage(turn, 0)
      for (const chunk of probe.chunks(turn)) message.tell(chunk)
      return message.message().parts.filter((part) => member(part, "type") === "dynamic-tool")
    }
    /** The next permission request. */
    const asked = async () => {
      const count = probe.of("asked").length
      return () => probe.until("a request", () => probe.of("asked")[count]?.request)
    }
    const answer = (permission: string, outcome: PermissionOutcome) =>
      probe.handle.command({ type: "answer", requestId: permission, outcome })

    // One process for most of it: OpenCode takes seconds to start.
    beforeAll(async () => {
      model = await startModelServer()
      directories = agentDirectories()
      probe = begin("home")
      const told = await ready(probe)
      if (told.type !== "ready") throw new Error(told.message)
      native = told.native ?? ""
    }, 60_000)
    afterAll(async () => {
      await probe.handle.end(0)
      await model.stop()
      directories.dispose()
    })

    it("thinks, speaks and runs a tool after a person's yes, and asks the model once per step", async () => {
      const next = await asked()
      const { turn } = probe.send("[[think hm]][[say hello]][[bash echo once >> out; cat out]][[say end]]")
      const request = await next()
      expect(request).toMatchObject({
        kind: "tool",
        tool: expect.stringMatching(/execute|bash/),
        subject: "echo once >> out; cat out",
      })
      answer(request.id, YES)
      expect((await ended(turn)).outcome).toBe("completed")
      expect(readFileSync(join(directories.cwd, "out"), "utf8")).toBe("once\n")
      expect(probe.text(turn)).toMatch(/^hello[\s\S]*once[\s\S]*end$/)
      expect(probe.chunks(turn).some(({ type }) => type === "reasoning-delta")).toBe(true)
      expect(toolsOf(turn)).toMatchObject([{ state: "output-available", output: { output: expect.stringContaining("once") } }])
      expect(model.requests().flatMap(({ prompt, step }) => (prompt === undefined ? [] : [step]))).toEqual([0, 1])
      expect(model.requests().every((one) => one.carries(KEY))).toBe(true)
      expect(JSON.stringify(probe.notes)).not.toContain(KEY)
    })

    it("does not run what a person refuses, and takes the next message", async () => {
      const next = await asked()
      const { turn } = probe.send("[[bash touch refused]]")
      answer((await next()).id, NO)
      expect((await ended(turn)).outcome).toBe("completed")
      expect(existsSync(join(directories.cwd, "refused"))).toBe(false)
      expect(toolsOf(turn)).toMatchObject([{ state: "output-denied" }])
      const after = probe.send("[[say onward]]")
      expect((await ended(after.turn)).outcome).toBe("completed")
      expect(probe.text(after.turn)).toBe("onward")
    })

    it("M-11 hands an image to the model (fault:N20)", async () => {
      const { turn } = probe.sendParts([PIXEL_FILE, { type: "text", text: "[[say seen]]" }])
      expect((await ended(turn)).outcome).toBe("completed")
      expect(probe.text(turn)).toBe("seen")
      const asked = model.requests().filter(({ prompt }) => prompt !== undefined)
      expect(JSON.stringify(asked.at(-1)?.body)).toContain(PIXEL)
    })

    it("reports the tokens in its context", async () => {
      const { turn } = probe.send("[[tokens 50]]")
      expect((await ended(turn)).usage?.contextWindow).toBeGreaterThan(0)
    })

    it("ends the turn when the model refuses, with the provider's words, and continues", async () => {
      const { turn } = probe.send(isCodex ? "[[error 529]]" : "[[error 401]]")
      const end = await ended(turn)
      expect(end).toMatchObject({ outcome: "error", error: { tag: "ModelError" } })
      expect(end.error?.message).not.toBe("Internal error")
      const after = probe.send("[[say well]]")
      expect((await ended(after.turn)).outcome).toBe("completed")
    })

    it("continues after an answer that was cut off once", async () => {
      const { turn } = probe.send("[[say partial]][[cut 1]][[say whole]]")
      expect((await ended(turn)).outcome).toBe("completed")
      expect(probe.text(turn)).toContain("whole")
    })

    it("can be interrupted while it waits to try again", async () => {
      if (isCodex) return
      const requests = model.requests().length
      const { turn } = probe.send("[[error 529]]")
      await eventually("the model was asked", 10_000, () => model.requests().length > requests)
      probe.handle.command({ type: "interrupt", turn })
      expect((await ended(turn)).outcome).toBe("interrupted")
    })

    it("closes the model's connection within a second of an interrupt", async () => {
      const before = model.aborted()
      const { turn } = probe.send("[[slow 10000 5]]")
      await probe.says("word10", turn)
      const began = performance.now()
      probe.handle.command({ type: "interrupt", turn })
      expect((await ended(turn)).outcome).toBe("interrupted")
      await promptly("the model saw it", 1000, () => model.aborted() > before)
      expect(performance.now() - began).toBeLessThan(1000)
    })

    it("ends a running tool with an interrupt, and its processes", async () => {
      const next = await asked()
      const { turn } = probe.send("[[bash echo $$ > pid; tail -f /dev/null]]")
      answer((await next()).id, YES)
      const file = join(directories.cwd, "pid")
      await eventually("it runs", 10_000, () => existsSync(file) && readFileSync(file, "utf8") !== "")
      probe.handle.command({ type: "interrupt", turn })
      expect((await ended(turn)).outcome).toBe("interrupted")
      await eventually("its process ended", 5000, () => !isAlive(Number(readFileSync(file, "utf8"))))
      expect(probe.chunks(turn).some(({ type }) => type.startsWith("tool-output"))).toBe(true)
    })

    it("ends a turn whose permission request waits", async () => {
      const next = await asked()
      const { turn } = probe.send("[[bash touch unanswered]]")
      await next()
      probe.handle.command({ type: "interrupt", turn })
      expect((await ended(turn)).outcome).toBe("interrupted")
      expect(existsSync(join(directories.cwd, "unanswered"))).toBe(false)
    })

    it("writes a file once a person allowed it", async () => {
      if (isCodex) return
      const next = await asked()
      const { turn } = probe.send(`[[write ${join(directories.cwd, "made.txt")} made words]]`)
      const request = await next()
      expect(request.subject).toContain("made.txt")
      answer(request.id, YES)
      expect((await ended(turn)).outcome).toBe("completed")
      expect(readFileSync(join(directories.cwd, "made.txt"), "utf8")).toContain("made words")
    })

    it("A-7 continues in a new process after a kill, from its own memory", async () => {
      const told = await probe.ready()
      process.kill(told.pid, "SIGKILL")
      await probe.gone()
      await probe.handle.end(0)
      probe = begin("home", { resume: { native } })
      expect(await ready(probe)).toMatchObject({ type: "ready", resumed: "resumed", native })
      const { turn } = probe.send("[[say here again]]")
      expect((await ended(turn)).outcome).toBe("completed")
      expect(probe.text(turn)).toBe("here again")
      expect(JSON.stringify(model.requests().findLast(({ prompt }) => prompt !== undefined)?.body)).toContain("[[say onward]]")
    })

    it("A-6 A-7 closes its session when it is ended, and continues from its own memory afterwards", async () => {
      await probe.handle.end(5000)
      expect(await probe.gone()).toBeDefined()
      probe = begin("home", { resume: { native } })
      expect(await ready(probe)).toMatchObject({ type: "ready", resumed: "resumed", native })
      const { turn } = probe.send("[[say open again]]")
      expect((await ended(turn)).outcome).toBe("completed")
      expect(JSON.stringify(model.requests().findLast(({ prompt }) => prompt !== undefined)?.body)).toContain(
        "[[say here again]]",
      )
    })

    it("A-7 continues with our transcript in an empty home, with the model, the mode and the servers that were requested", async () => {
      const { info } = await probe.ready()
      const other = info?.models?.find(({ id }) => id !== info.model)
      const mode = info?.modes?.find(({ id }) => id !== info.mode)
      await probe.handle.end(0)
      const history = join(directories.session, "history.jsonl")
      const said = { id: "1", role: "user", parts: [{ type: "text", text: "the word is heron" }], createdAt: 0 }
      writeFileSync(history, `${JSON.stringify(said)}\n`)
      mkdirSync(join(directories.session, "empty"))
      const options = {
        ...(isCodex && other !== undefined ? { model: other.id } : {}),
        ...(!isCodex && mode !== undefined ? { mode: mode.id } : {}),
        mcpServers: { probe: { command: process.execPath, args: ["-e", MCP_SERVER] } },
      }
      probe = begin("empty", { resume: { native, history }, options })
      expect(await ready(probe)).toMatchObject({ type: "ready", resumed: "replayed" })
      const { turn } = probe.send("[[say I see]]")
      expect((await ended(turn)).outcome).toBe("completed")
      expect(JSON.stringify(probe.chunks(turn).find(({ type }) => type === "data-notice"))).toContain(
        "no longer has its own record",
      )
      const request = model.requests().findLast(({ prompt }) => prompt !== undefined)
      expect(JSON.stringify(request?.body)).toContain("the word is heron")
      expect(JSON.stringify(request?.body)).toContain("fathom")
      if (isCodex) expect(other?.id).toContain(String(member(request?.body, "model")))
      else expect(JSON.stringify(request?.body)).toMatch(/plan mode/i)
    })
  })
}
