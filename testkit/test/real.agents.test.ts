/** What real agents do with the scripted model; the adapters rely on it. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { startAcp, type AcpPeer, type Answering } from "../src/agents/AcpPeer.ts"
import { claudeEnvironment } from "../src/agents/claude.ts"
import { codexHome } from "../src/agents/codex.ts"
import { claudeSdk, isElsewhere, pathOf } from "../src/agents/heavy.ts"
import { openCodeConfig } from "../src/agents/opencode.ts"
import { eventually } from "../src/eventually.ts"
import { member, textOf } from "../src/model/json.ts"
import { startModelServer, type ModelServer } from "../src/model/ModelServer.ts"

let model: ModelServer
let home: string
let cwd: string

async function open(): Promise<void> {
  model = await startModelServer()
  home = mkdtempSync(join(tmpdir(), "holdfast-agent-home-"))
  cwd = mkdtempSync(join(tmpdir(), "holdfast-agent-cwd-"))
}

async function close(): Promise<void> {
  await model.stop()
  for (const directory of [home, cwd]) rmSync(directory, { recursive: true, force: true })
}

/** What was asked since request number `since`, with the step; side requests left out. */
const promptsSince = (since: number) =>
  model.requests().flatMap(({ number, prompt, step }) => (number <= since || prompt === undefined ? [] : [`${prompt} ${step}`]))

for (const [name, place] of [
  ["codex-acp", codexHome],
  ["opencode", openCodeConfig],
] as const) {
  describe.skipIf(isElsewhere(name))(`the real ${name} over ACP`, () => {
    let agent: AcpPeer
    let answering: Answering
    let sessionId: string
    const ask = (text: string) => agent.call("session/prompt", { sessionId, prompt: [{ type: "text", text }] })

    // One process for all: OpenCode takes seconds to start.
    beforeAll(async () => {
      await open()
      agent = startAcp(place(model.url, home, "key-of-test"), cwd, () => answering)
      await agent.call("initialize", {
        protocolVersion: 1,
        clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
      })
      sessionId = textOf(member(await agent.call("session/new", { cwd, mcpServers: [] }), "sessionId"))
    })
    beforeEach(() => {
      answering = "allow_once"
      agent.forget()
    })
    afterAll(async () => {
      await agent.end()
      await close()
    })

    it("runs a tool after a permission, and asks the model once per step", async () => {
      const script = "[[think hm]][[say hello]][[bash echo once >> out; cat out]][[say end]]"
      await expect(ask(script)).resolves.toMatchObject({ stopReason: "end_turn" })
      expect(agent.heard.map(({ kind }) => kind)).toEqual(
        expect.arrayContaining(["agent_thought_chunk", "session/request_permission", "tool_call", "tool_call_update"]),
      )
      expect(agent.said()).toMatch(/^helloTool said: [\s\S]*once[\s\S]*end$/)
      expect(readFileSync(join(cwd, "out"), "utf8")).toBe("once\n")
      expect(promptsSince(0)).toEqual([`${script} 0`, `${script} 1`])
      expect(model.requests().every((request) => request.carries("key-of-test"))).toBe(true)
    })

    it("stops the model when it is cancelled, and continues", async () => {
      const turn = ask("[[slow 10000 5]]")
      await agent.hear("agent_message_chunk")
      agent.notify("session/cancel", { sessionId })
      await expect(turn).resolves.toMatchObject({ stopReason: "cancelled" })
      await eventually("the model saw it", 5000, () => model.aborted() === 1)
      agent.forget()
      await expect(ask("[[say again]]")).resolves.toMatchObject({ stopReason: "end_turn" })
      expect(agent.said()).toBe("again")
    })

    it("ends the turn when it is cancelled while a permission waits", async () => {
      answering = "silence"
      const turn = ask("[[bash echo no > refused]]")
      await agent.hear("session/request_permission")
      agent.notify("session/cancel", { sessionId })
      await expect(turn).resolves.toMatchObject({ stopReason: "cancelled" })
      expect(() => readFileSync(join(cwd, "refused"))).toThrow()
    })
  })
}

describe.skipIf(isElsewhere("claude"))("the real Claude through its SDK", () => {
  interface Query extends AsyncIterable<unknown> {
    readonly interrupt: () => Promise<unknown>
    readonly close: () => void
  }
  interface Sdk {
    readonly query: (input: { readonly prompt: AsyncIterable<object>; readonly options: object }) => Query
  }

  beforeEach(open)
  afterEach(close)

  it("confirms messages by their id, asks, and is interrupted", async () => {
    const { query }: Sdk = await import(pathToFileURL(pathOf(claudeSdk())).href)
    const waiting: Array<object> = []
    let wake = () => {}
    let reading = true
    async function* input() {
      while (reading) {
        const next = waiting.shift()
        if (next === undefined) await new Promise<void>((resolve) => (wake = resolve))
        else yield next
      }
    }
    const send = (text: string): string => {
      const uuid = crypto.randomUUID()
      const message = { role: "user", content: [{ type: "text", text }] }
      waiting.push({ type: "user", uuid, message, parent_tool_use_id: null, session_id: "" })
      wake()
      return uuid
    }
    const asked: Array<string> = []
    const claude = query({
      prompt: input(),
      options: {
        cwd,
        env: claudeEnvironment({ model: model.url, home, key: "key-of-test" }),
        settingSources: [],
        includePartialMessages: true,
        extraArgs: { "replay-user-messages": null },
        canUseTool: async (tool: string, given: object) => {
          asked.push(tool)
          return { behavior: "allow", updatedInput: given }
        },
      },
    })
    const heard: Array<unknown> = []
    const over = (async () => {
      for await (const message of claude) heard.push(message)
    })()
    const hears = (what: string, is: (message: unknown) => boolean) =>
      eventually(what, 15_000, () => heard.find((message) => is(message)) !== undefined)
    const state = (uuid: string, name: string) => (message: unknown) =>
      member(message, "type") === "command_lifecycle" &&
      member(message, "command_uuid") === uuid &&
      member(message, "state") === name

    const first = send("[[bash echo once >> out; cat out]][[say end]]")
    await hears("taken", state(first, "started"))
    await hears("done", state(first, "completed"))
    expect(asked).toEqual(["Bash"])
    expect(readFileSync(join(cwd, "out"), "utf8")).toBe("once\n")
    expect(model.requests().map(({ step }) => step)).toEqual([0, 1])
    expect(model.requests().every((request) => request.carries("key-of-test"))).toBe(true)

    const second = send("[[slow 10000 5]]")
    await eventually("it streams", 10_000, () => model.requests().length === 3)
    await hears(
      "the echo of the message",
      (message) => member(message, "isReplay") === true && member(message, "uuid") === second,
    )
    await claude.interrupt()
    await hears("stopped", state(second, "cancelled"))
    await eventually("the model saw it", 5000, () => model.aborted() === 1)

    const third = send("[[say again]]")
    await hears("done", state(third, "completed"))
    reading = false
    wake()
    await over
  })
})
