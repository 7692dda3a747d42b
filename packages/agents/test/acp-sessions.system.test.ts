/** How sessions of ACP agents begin and go on, and what is refused to them. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Step } from "./acp-agent.ts"
import { begin, closeHouse, openHouse, places, play, text, tool, toolsOf, turn } from "./acp-house.ts"

beforeEach(openHouse)
afterEach(closeHouse)

describe("sessions of ACP agents", () => {
  const resume = { loadSession: true, sessionCapabilities: { resume: {} } }
  const old: Step = text("old words")

  it("A-7 resumes without a replay where it can, else loads and drops the replay", async () => {
    const replay = "update" in old ? [old.update] : []
    for (const agentCapabilities of [resume, { loadSession: true }]) {
      const probe = begin({ initialize: { agentCapabilities }, replay }, { resume: { native: "s1" } })
      expect(await probe.ready()).toMatchObject({ resumed: "resumed", native: "s1" })
      const { text: heard } = await turn(probe, { recite: true })
      expect(heard).toContain("sessionCapabilities" in agentCapabilities ? "session/resume" : "session/load")
      expect(heard).not.toContain("old words")
      expect(heard).not.toContain("session/new")
    }
  })

  it("A-7 drops a replay that continues after the answer", async () => {
    const lateReplay = "update" in old ? Array.from({ length: 20 }, () => old.update) : []
    const probe = begin({ initialize: { agentCapabilities: { loadSession: true } }, lateReplay }, { resume: { native: "s1" } })
    expect((await turn(probe, text("new words"))).text).toBe("new words")
  })

  it("A-7 hands an agent without memory our transcript as context, once, and says so", async () => {
    const history = join(places().session, "history.jsonl")
    const tools = [{ type: "dynamic-tool", toolName: "bash", input: { command: "ls" }, output: { output: "a.txt" } }]
    const lines = [
      { id: "1", role: "user", parts: [{ type: "text", text: "remember 42" }] },
      { id: "2", role: "assistant", parts: [...tools, { type: "text", text: "done" }], outcome: "completed" },
    ]
    writeFileSync(history, lines.map((line) => `${JSON.stringify(line)}\n`).join(""))
    const log = join(places().session, "prompts.log")
    const fails = { "session/resume": { code: -32603, message: "gone" }, "session/load": { code: -32002, message: "gone" } }
    const probe = begin({ initialize: { agentCapabilities: resume }, fails, log }, { resume: { native: "lost", history } })
    expect(await probe.ready()).toMatchObject({ resumed: "replayed", native: "s1" })
    await turn(probe, text("a"))
    await turn(probe, text("b"))
    const [first = "", second = ""] = readFileSync(log, "utf8").split("\n")
    for (const words of ["remember 42", "a.txt", "done"]) expect(first).toContain(words)
    expect(second).not.toContain("remember 42")
    expect(readFileSync(join(places().session, "logs", "agent.log"), "utf8")).toContain("has no memory of this session")
  })

  it("A-7 says why an agent continues from our transcript: it no longer has its own record, or cannot use it", async () => {
    const agentCapabilities = { loadSession: true, sessionCapabilities: { list: {} } }
    const fails = { "session/load": { code: -32603, message: "broken" } }
    const noticeOf = async (sessions: ReadonlyArray<string>, silent: ReadonlyArray<string> = []) => {
      const probe = begin({ initialize: { agentCapabilities }, fails, sessions, silent }, { resume: { native: "mine" } })
      const { chunks } = await turn(probe, text("a"))
      expect((await turn(probe, text("b"))).chunks.some(({ type }) => type === "data-notice")).toBe(false)
      return chunks.flatMap((chunk) => (chunk.type === "data-notice" ? [JSON.stringify(chunk.data)] : []))
    }
    expect(await noticeOf(["s8", "s9"])).toEqual([expect.stringContaining("no longer has its own record of this session")])
    expect(await noticeOf(["s8", "mine"])).toEqual([expect.stringContaining("could not resume from its own record")])
    const [why = ""] = await noticeOf(["mine"], ["session/list"])
    expect(why).toContain("broken")
    expect(why).toContain("starts without the earlier messages")
  })

  it("A-6 asks an agent that supports it to close its session before it is ended, and does not wait long for an answer", async () => {
    const initialize = { agentCapabilities: { sessionCapabilities: { close: {} } } }
    for (const silent of [[], ["session/close"]]) {
      const log = join(places().session, `closed-${silent.length}.log`)
      const probe = begin({ initialize, silent, log })
      await turn(probe, text("a"))
      play(probe, { words: 1000, pause: 20 })
      await probe.says("word1")
      const began = performance.now()
      await probe.handle.end(20_000)
      expect(performance.now() - began).toBeLessThan(15_000)
      expect(readFileSync(log, "utf8").trim().split("\n").at(-1)).toBe("session/close s1")
      expect(probe.of("turn-ended").map(({ outcome }) => outcome)).toEqual(["completed", "interrupted"])
    }
    const other = begin({ initialize: {}, log: join(places().session, "open.log") })
    await turn(other, text("a"))
    await other.handle.end(5000)
    expect(readFileSync(join(places().session, "open.log"), "utf8")).not.toContain("session/close")
  })

  it("signs in as the configuration says, and says what to do when it must", async () => {
    const initialize = { authMethods: [{ id: "key", name: "Key" }] }
    const probe = begin({ initialize }, { auth: "key" })
    expect((await turn(probe, { recite: true })).text).toContain('"authenticate","params":{"methodId":"key"}')
    const fails = { "session/new": { code: -32000, message: "Authentication required" } }
    const other = begin({ initialize, fails })
    await other.gone()
    expect(other.notes).toMatchObject([{ type: "failed", tag: "AgentUnauthorized" }])
    expect(JSON.stringify(other.notes)).toContain("sign in with the agent's own program, or name one of its ways")
  })

  it("signs in with a key of the environment when the agent wants that and nothing else is said", async () => {
    const behaviour = { initialize: { authMethods: [{ id: "browser" }, { id: "openai-api-key" }] }, locked: true }
    const env = { ACP_AGENT: JSON.stringify(behaviour), OPENAI_API_KEY: "k" }
    const probe = begin(behaviour, { env })
    expect((await turn(probe, { recite: true })).text).toContain('"authenticate","params":{"methodId":"openai-api-key"}')
    const other = begin(behaviour, { env: { ...env, OPENAI_API_KEY: "" } })
    await other.gone()
    expect(other.notes).toMatchObject([{ type: "failed", tag: "AgentUnauthorized" }])
  })

  it("fails with a reason when it speaks another version, has no program, or takes no such servers", async () => {
    const mcpServers = { far: { type: "http", url: "http://127.0.0.1:9/" } }
    const cases = [
      [begin({ initialize: { protocolVersion: 7 } }), "AgentUnsupported"],
      [begin({}, { program: { command: "no-such-agent", args: [] } }), "CommandNotFound"],
      [begin({}, { options: { mcpServers } }), "Unprocessable"],
      [begin({}, { options: { modle: "x" } }), "Unprocessable"],
    ] as const
    for (const [probe, tag] of cases) {
      await probe.gone()
      expect(probe.notes).toMatchObject([{ type: "failed", tag }])
    }
  })

  it("A-11 fills the variables of servers in from the environment of the agent alone", async () => {
    const mcpServers = { near: { command: "near", env: { KEY: "k-${SECRET}" } } }
    const probe = begin({}, { options: { mcpServers }, env: { ACP_AGENT: "{}", SECRET: "hush" } })
    expect((await turn(probe, { recite: true })).text).toContain('"env":[{"name":"KEY","value":"k-hush"}]')
    const other = begin({}, { options: { mcpServers } })
    await other.gone()
    expect(other.notes).toMatchObject([
      { type: "failed", tag: "Unprocessable", message: "option mcpServers: the variable SECRET is not set for this agent" },
    ])
  })

  it("sends files as what the agent takes", async () => {
    const log = join(places().session, "prompts.log")
    const probe = begin({ log, initialize: { agentCapabilities: { promptCapabilities: { image: true } } } })
    const parts = [
      { type: "file", mediaType: "image/png", url: "data:image/png;base64,AAAA" },
      { type: "file", mediaType: "text/plain", url: "data:text/plain,hi%20there", filename: "a.txt" },
      { type: "file", mediaType: "text/html", url: "https://example.org/x", filename: "x" },
      { type: "text", text: "[]" },
    ] as const
    probe.handle.command({ type: "deliver", messageId: "m", turn: "t", steer: false, parts })
    await probe.ended("t")
    expect(JSON.parse(readFileSync(log, "utf8"))).toEqual([
      { type: "image", mimeType: "image/png", data: "AAAA" },
      { type: "text", text: "The file a.txt (text/plain):\n\nhi there" },
      { type: "resource_link", uri: "https://example.org/x", name: "x", mimeType: "text/html" },
      { type: "text", text: "[]" },
    ])
  })
})

describe("files that an ACP agent takes in no form", () => {
  it("M-18 are named in a notice of the turn, and only there (fault:N20)", async () => {
    const probe = begin({})
    const parts = [
      { type: "file", mediaType: "image/png", url: "data:image/png;base64,AAAA", filename: "shot.png" },
      { type: "file", mediaType: "text/plain", url: "data:text/plain,hi", filename: "a.txt" },
      { type: "text", text: "[]" },
    ] as const
    probe.handle.command({ type: "deliver", messageId: "m", turn: "t", steer: false, parts })
    await probe.ended("t")
    const notices = () => probe.chunks().filter(({ type }) => type === "data-notice")
    expect(JSON.stringify(notices())).toContain("did not get shot.png (image/png)")
    expect(JSON.stringify(notices())).not.toContain("a.txt")
    await turn(probe, { recite: true })
    expect(notices()).toHaveLength(1)
  })
})

describe("files and terminals for ACP agents", () => {
  const ask = (method: string, params: object): Step => ({ ask: [method, params] })

  it("reads and writes inside of the session's directory alone, also through links", async () => {
    const { cwd, session } = places()
    writeFileSync(join(session, "secret"), "secret words")
    symlinkSync(session, join(cwd, "out"))
    symlinkSync(join(session, "secret"), join(cwd, "link"))
    mkdirSync(join(cwd, "sub"))
    writeFileSync(join(cwd, "sub/lines"), "1\n2\n3\n4")
    const probe = begin()
    const read = async (path: string, more: object = {}) => (await turn(probe, ask("fs/read_text_file", { path, ...more }))).text
    const write = async (path: string) => (await turn(probe, ask("fs/write_text_file", { path, content: "new" }))).text
    expect(await read(join(cwd, "sub/lines"), { line: 2, limit: 2 })).toBe('{"content":"2\\n3"}')
    expect(await write(join(cwd, "made/on/the/way.txt"))).toBe("{}")
    expect(readFileSync(join(cwd, "made/on/the/way.txt"), "utf8")).toBe("new")
    for (const path of [join(session, "secret"), join(cwd, "link"), join(cwd, "out/secret"), join(cwd, "../session/secret")]) {
      expect(await read(path)).toContain("outside of the session's directory")
    }
    for (const path of [join(session, "x"), join(cwd, "out/x"), join(cwd, "../x"), join(cwd, "out/new/x")]) {
      expect(await write(path)).toContain("outside of the session's directory")
    }
    expect(existsSync(join(session, "x"))).toBe(false)
    expect(existsSync(join(session, "new"))).toBe(false)
    expect(await read("sub/lines")).toContain("not an absolute path")
    expect(await read(join(cwd, "none"))).toContain("-32002")
    expect(await read(cwd)).toContain("error")
  })

  it("runs commands, bounded, shows their output in the call, and ends them with the turn", async () => {
    const { cwd } = places()
    const probe = begin()
    const create = (command: string, more: object = {}) => ask("terminal/create", { command, cwd, ...more })
    expect(
      (await turn(probe, create("sh", { args: ["-c", "echo $GREETING; exit 3"], env: [{ name: "GREETING", value: "hi" }] })))
        .text,
    ).toBe('{"terminalId":"terminal-1"}')
    const first = { terminalId: "terminal-1" }
    expect((await turn(probe, ask("terminal/wait_for_exit", first))).text).toBe('{"exitCode":3,"signal":null}')
    expect((await turn(probe, ask("terminal/output", first))).text).toBe(
      '{"output":"hi\\n","truncated":false,"exitStatus":{"exitCode":3,"signal":null}}',
    )
    const shown = await turn(
      probe,
      tool({ sessionUpdate: "tool_call", toolCallId: "c", title: "t", content: [{ type: "terminal", ...first }] }),
      ask("terminal/release", first),
      tool({ sessionUpdate: "tool_call_update", toolCallId: "c", status: "completed" }),
    )
    expect(toolsOf(shown.message)).toMatchObject([{ output: { output: "hi\n" } }])
    expect((await turn(probe, ask("terminal/output", first))).text).toContain("there is no terminal")
    // A line for the shell, and only its end is kept.
    await turn(probe, create("yes é | head -c 300000", { outputByteLimit: 1001 }))
    const second = { terminalId: "terminal-2" }
    await turn(probe, ask("terminal/wait_for_exit", second))
    const { text: output } = await turn(probe, ask("terminal/output", second))
    expect(output).toContain('"truncated":true')
    expect(output).not.toContain("\ufffd")
    expect((await turn(probe, create("sleep", { args: ["300"] }))).text).toContain("terminal-3")
    expect(
      (
        await turn(
          probe,
          ask("terminal/kill", { terminalId: "terminal-3" }),
          ask("terminal/wait_for_exit", { terminalId: "terminal-3" }),
        )
      ).text,
    ).toContain('"signal":"SIGTERM"')
    expect((await turn(probe, create("pwd", { cwd: "/" }))).text).toContain("outside of the session's directory")
    expect((await turn(probe, create("no-such-program"))).text).toContain("is not in the session's PATH")
    expect((await turn(probe, ask("elicitation/create", {}))).text).toContain("-32601")
  })
})
